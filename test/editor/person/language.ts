import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { skipsPictures } from '../../helpers/picture.ts';
import type { PersonSession, Stage } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

const yaml = `version: 1
project: shop
seed: 7

params:
  epochs: 20              # how long to learn
  learning_rate:   0.05   # how fast

# What is known of an order when it is paid
datasets:
  orders:   { path: data/orders.csv, schema: schemas/orders.dataset.yaml }
  features: { path: data/features.parquet, schema: schemas/features.dataset.yaml }

stages:
  # One row an order
  prepare:
    uses: prepare
    with:
      sql: sql/features.sql
      output: features
      split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }
  train:
    uses: train
    with:
      data: features
      model: logistic
      epochs: \${params.epochs}
      learning_rate: \${params.learning_rate}
  validate:
    uses: validate
    with:
      model: train
      data: features
      slices: [contry]    # where it is delivered
    gates:
      roc_auc: { min: 0.6 }
`;
const fields = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: amount, type: number, constraints: { minimum: 0, maximum: 500 }, loopwright: { role: feature, unit: EUR } }
  - { name: country, type: string, categories: [de, fr, pl], loopwright: { role: feature } }
  - { name: late, type: boolean, constraints: { required: true }, loopwright: { role: target } }
primaryKey: id
`;

/** Three hundred orders; `spoiled` of them cost less than nothing. */
function csv(spoiled: number): string {
  const row = (i: number): string =>
    `o${String(i).padStart(4, '0')},${new Date(Date.UTC(2026, 0, 1 + i)).toISOString()},${i < spoiled ? -5 : (20 + 60 * Math.abs(Math.sin(i)) + (i % 17)).toFixed(2)},${['de', 'fr', 'pl'][i % 3]},${i % 4 === 0}`;
  return `id,at,amount,country,late\n${Array.from({ length: 300 }, (_, i) => row(i)).join('\n')}\n`;
}

function shop(folder: string): string {
  const project = join(folder, 'shop');
  const files = {
    'loopwright.yaml': yaml,
    'schemas/orders.dataset.yaml': fields,
    'schemas/features.dataset.yaml': fields,
    'data/orders.csv': csv(3),
    'sql/features.sql': 'SELECT id, "at", amount, country, late\nFROM orders\n',
    // The colours follow the system, which the pictures change without touching the window.
    '.vscode/settings.json': JSON.stringify({
      'window.autoDetectColorScheme': true,
      'workbench.preferredDarkColorTheme': 'Dark 2026',
      'workbench.preferredLightColorTheme': 'Light 2026',
      'editor.minimap.enabled': false,
    }),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, path, '..'), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  return project;
}

/** The number of the line that holds a text. */
function lineOf(project: string, path: string, text: string): number {
  const at = readFileSync(join(project, path), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.notEqual(at, -1, `${path} holds ${text}`);
  return at + 1;
}

async function pictures({ workbench }: Stage, name: string): Promise<void> {
  if (skipsPictures) return;
  const { page } = workbench;
  for (const [scheme, theme, ending] of [
    ['dark', 'vs-dark', '-dark'],
    ['light', 'vs', ''],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`.monaco-workbench.${theme}`).waitFor();
    // Parts of the window fade from one colour into the other.
    await page.evaluate(async () => {
      await new Promise((drawn) => {
        requestAnimationFrame(() => requestAnimationFrame(drawn));
      });
      const ending = document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity);
      await Promise.all(ending.map((animation) => animation.finished.catch(() => null)));
    });
    await workbench.picture(`language-${name}${ending}`);
  }
}

/** The rows of the Problems panel. */
async function problems(workbench: Workbench): Promise<Locator> {
  const panel = workbench.page.locator('.markers-panel-container');
  if (!(await panel.isVisible())) await workbench.page.keyboard.press('Control+Shift+M');
  await panel.waitFor();
  return panel.locator('.monaco-list-row');
}

/** What an editor shows of a line, its hints too, with plain spaces. */
async function shown(workbench: Workbench, text: string): Promise<string> {
  return (await workbench.editor().locator('.view-line', { hasText: text }).first().innerText()).replaceAll(
    '\u00a0',
    ' ',
  );
}

/** The cursor goes to a word of a line. */
async function goInto({ workbench, project }: Stage, path: string, line: string, word: string): Promise<void> {
  const at = lineOf(project, path, line);
  await workbench.goTo(at);
  await workbench.page.keyboard.press('Home');
  await workbench.page.keyboard.press('Home');
  const text = readFileSync(join(project, path), 'utf8').split('\n')[at - 1] ?? '';
  const column = text.indexOf(word) + 1;
  await until('the cursor at the start of the line', async () => {
    const where = await workbench.page.locator('#status\\.editor\\.selection').innerText();
    if (where.startsWith(`Ln ${at}, Col 1`) && !/Col 1\d/.test(where)) return true;
    await workbench.page.keyboard.press('Home');
    return false;
  });
  for (let i = 0; i < column; i++) await workbench.page.keyboard.press('ArrowRight');
}

/** What the language server gives, used with mouse and keyboard. */
export const language: PersonSession = {
  prepare: shop,
  trust: true,
  tests: [
    {
      name: 'a wrong column has a squiggle, and the Problems panel names the check',
      async run(stage) {
        const { workbench } = stage;
        await workbench.openFile('loopwright.yaml', lineOf(stage.project, 'loopwright.yaml', 'slices:'));
        await workbench.page.locator('.squiggly-error').first().waitFor();
        const row = (await problems(workbench)).filter({ hasText: 'contry' });
        await row.waitFor();
        const said = (await row.innerText()).replaceAll(/\s+/g, ' ');
        assert.match(said, /loopwright\(LW301\)|LW301/);
        assert.match(said, /Did you mean `country`\?/);
        await pictures(stage, 'problem');
      },
    },
    {
      name: 'the quick fix behind the light bulb mends it',
      async run(stage) {
        const { workbench, project } = stage;
        await workbench.page.keyboard.press('Control+1');
        await goInto(stage, 'loopwright.yaml', 'slices:', 'contry');
        await workbench.page.keyboard.press('Control+.');
        const actions = workbench.page.locator('.action-widget');
        await actions.getByText('Change to country').waitFor();
        await pictures(stage, 'quickFix');
        await workbench.page.keyboard.press('Enter');
        await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
        await workbench.page.keyboard.press('Control+S');
        await until('the mended file', () =>
          readFileSync(join(project, 'loopwright.yaml'), 'utf8').includes(
            'slices: [country]    # where it is delivered',
          ),
        );
      },
    },
    {
      name: 'columns are offered with their types and taken by keyboard',
      async run(stage) {
        const { workbench, project } = stage;
        await goInto(stage, 'loopwright.yaml', 'slices:', 'country]');
        for (let i = 0; i < 'country'.length - 1; i++) await workbench.page.keyboard.press('ArrowRight');
        await workbench.page.keyboard.type(', ');
        const widget = workbench.page.locator('.suggest-widget.visible');
        const row = widget.locator('.monaco-list-row', { hasText: 'amount' });
        await row.waitFor();
        await workbench.page.keyboard.type('am');
        await until('amount as the first item', async () =>
          (await widget.locator('.monaco-list-row').first().innerText()).startsWith('amount'),
        );
        assert.match(await row.innerText(), /number/);
        await pictures(stage, 'completion');
        // Enter takes an item only when the list is newer than the last key, which a slow machine decides; Tab always.
        await workbench.page.keyboard.press('Tab');
        const taken = () =>
          until('the column in the line', async () => {
            const line = await shown(workbench, 'slices:');
            if (!line.includes('[country, amount]')) throw new Error(`it is ${line}`);
            return true;
          });
        await taken();
        // Typed on without a look at the list, which is asked for again after the first letter.
        for (let round = 0; round < 8; round++) {
          for (let i = 0; i < ', amount'.length; i++) await workbench.page.keyboard.press('Backspace');
          await workbench.page.keyboard.type(', am');
          await row.waitFor();
          await workbench.page.keyboard.press('Tab');
          await taken();
        }
        await workbench.page.keyboard.press('Control+S');
        await until('the saved file', () =>
          readFileSync(join(project, 'loopwright.yaml'), 'utf8').includes('[country, amount]'),
        );
      },
    },
    {
      name: 'F2 renames a dataset in the project and in the SQL, in quotes where SQL needs them, and refuses what cannot be a name',
      async run(stage) {
        const { workbench, project } = stage;
        await goInto(stage, 'loopwright.yaml', 'orders:   {', 'orders');
        const rename = async (name: string): Promise<void> => {
          await workbench.page.keyboard.press('F2');
          const box = workbench.page.locator('.rename-box input');
          await box.waitFor();
          await box.fill(name);
          await box.press('Enter');
        };
        await rename('paid orders');
        assert.match(await workbench.message(/cannot be a name/), /"paid orders" cannot be a name here/);
        await workbench.page.keyboard.press('Control+1');
        await rename('order');
        await until(
          'the new name in both files',
          () =>
            readFileSync(join(project, 'sql/features.sql'), 'utf8').includes('FROM "order"') &&
            /^ {2}order: +\{/m.test(readFileSync(join(project, 'loopwright.yaml'), 'utf8')),
        );
      },
    },
    {
      name: 'hints beside the params say what they come to',
      async run(stage) {
        const { workbench } = stage;
        await workbench.goTo(lineOf(stage.project, 'loopwright.yaml', 'epochs: $'));
        await until('the hint', async () =>
          /\$\{params\.epochs\}\s*= 20/.test(await shown(workbench, '${params.epochs}')),
        );
        assert.match(await shown(workbench, '${params.learning_rate}'), /= 0\.05/);
        await workbench.closePanel();
        await pictures(stage, 'inlayHints');
      },
    },
    {
      name: 'formatting keeps the comments',
      async run(stage) {
        const { workbench, project } = stage;
        const comments = (): string[] => readFileSync(join(project, 'loopwright.yaml'), 'utf8').match(/#.*/g) ?? [];
        const before = comments();
        await workbench.goTo(lineOf(project, 'loopwright.yaml', 'how fast'));
        // The key of Linux; elsewhere it is Shift+Alt+F.
        await workbench.page.keyboard.press('Control+Shift+I');
        await until('the text to be laid out', async () =>
          /learning_rate: 0\.05/.test(await shown(workbench, 'how fast')),
        );
        await workbench.page.keyboard.press('Control+S');
        await until('the saved file', () =>
          readFileSync(join(project, 'loopwright.yaml'), 'utf8').includes('learning_rate: 0.05'),
        );
        assert.deepEqual(comments(), before);
      },
    },
    {
      name: 'the call hierarchy of a stage shows which stages it needs',
      async run(stage) {
        const { workbench } = stage;
        await goInto(stage, 'loopwright.yaml', '  train:', 'train');
        await workbench.command('Calls: Show Call Hierarchy');
        const tree = workbench.page.locator('.sidebar .pane-body .monaco-list');
        await until('validate, which needs it', async () =>
          /train[\s\S]*validate/.test(await tree.first().innerText()),
        );
        await pictures(stage, 'callHierarchy');
      },
    },
    {
      name: 'data that breaks its schema is told there, until the data is mended',
      async run(stage) {
        const { workbench, project } = stage;
        await workbench.openFile(
          'schemas/orders.dataset.yaml',
          lineOf(project, 'schemas/orders.dataset.yaml', 'name: amount'),
        );
        await workbench.page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
        const row = (await problems(workbench)).filter({ hasText: 'loopwright · data' }).first();
        await row.waitFor();
        assert.match((await row.innerText()).replaceAll(/\s+/g, ' '), /-5|minimum|below|less/i);
        await pictures(stage, 'dataFinding');
        writeFileSync(join(project, 'data/orders.csv'), csv(0));
        await until(
          'the finding to go',
          async () => (await (await problems(workbench)).filter({ hasText: 'loopwright · data' }).count()) === 0,
        );
      },
    },
    {
      name: 'the hover over a column shows how its values lie',
      async run(stage) {
        const { workbench } = stage;
        await workbench.closePanel();
        const line = workbench.editor().locator('.view-line', { hasText: 'name: amount' }).first();
        const hover = workbench.page
          .locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: 'In the data' })
          .first();
        await until('the hover', async () => {
          const box = await line.boundingBox();
          if (!box) return false;
          await workbench.page.mouse.move(box.x + 400, box.y + 200);
          await workbench.page.mouse.move(box.x + 120, box.y + 9, { steps: 4 });
          await hover.waitFor({ timeout: 3000 });
          return true;
        });
        const said = await hover.innerText();
        assert.match(said, /300 rows · none missing/);
        assert.match(said, /[▁▂▃▄▅▆▇█]{5}/);
        assert.doesNotMatch(said, /undefined|NaN|\[object|\*\*/);
        await pictures(stage, 'hover');
        await workbench.noErrors();
      },
    },
  ],
};
