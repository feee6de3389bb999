import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipsPictures } from '../../helpers/picture.ts';
import type { PersonSession, Stage } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

const yaml = `version: 1
project: shop
seed: 7

datasets:
  orders:   { path: data/orders.csv, schema: schemas/orders.dataset.yaml }
  features: { path: data/features.parquet, schema: schemas/orders.dataset.yaml }
  spare:    { path: data/spare.csv }

stages:
  prepare:
    uses: prepare
    with:
      sql: sql/features.sql
      output: features
      split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }
  train:
    uses: train
    with: { data: features, model: logistic, epochs: 2, learning_rate: 0.05 }
  validate:
    uses: validate
    with: { model: train, data: features }
    gates:
      roc_auc: { min: 0.1 }
`;
const fields = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: at, type: datetime, constraints: { required: true }, loopwright: { role: timestamp } }
  - { name: amount, type: number, loopwright: { role: feature } }
  - { name: late, type: boolean, constraints: { required: true }, loopwright: { role: target } }
primaryKey: id
`;

function prepare(folder: string, root: string): string {
  const project = join(folder, 'shop');
  const rows = Array.from(
    { length: 200 },
    (_, i) => `o${i},${new Date(Date.UTC(2026, 0, 1 + i)).toISOString()},${20 + (i % 17)},${i % 4 === 0}`,
  );
  const files = {
    'loopwright.yaml': yaml,
    'schemas/orders.dataset.yaml': fields,
    'data/orders.csv': `id,at,amount,late\n${rows.join('\n')}\n`,
    'sql/features.sql': 'SELECT id, "at", amount, late\nFROM orders\n',
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
  execFileSync(process.execPath, [join(root, 'dist/cli.cjs'), 'run', '--project', project], { stdio: 'pipe' });
  return project;
}

async function findings({ workbench }: Stage): Promise<string[]> {
  const panel = workbench.page.locator('.markers-panel-container');
  if (!(await panel.isVisible())) await workbench.page.keyboard.press('Control+Shift+M');
  await panel.waitFor();
  const rows = await panel.locator('.monaco-list-row').allInnerTexts();
  return rows
    .map((text) => text.replaceAll(/\s+/g, ' ').trim())
    .filter((text) => /LW\d+|\[Ln/.test(text))
    .toSorted();
}

const labels = async (workbench: Workbench): Promise<string[]> =>
  (await workbench.lines('Life cycle')).map(({ label }) => label);

async function pictures({ workbench }: Stage, name: string): Promise<void> {
  if (skipsPictures) return;
  for (const [scheme, theme, ending] of [
    ['dark', 'vs-dark', '-dark'],
    ['light', 'vs', ''],
  ] as const) {
    await workbench.page.emulateMedia({ colorScheme: scheme });
    await workbench.page.locator(`.monaco-workbench.${theme}`).waitFor();
    await workbench.picture(`${name}${ending}`);
  }
}

/** A file that cannot be read for a while, a task beside live findings, and files that come and go. */
export const brokenFile: PersonSession = {
  prepare,
  trust: true,
  tests: [
    {
      name: 'a task leaves what the language server found, once each',
      async run(stage) {
        const { workbench } = stage;
        await workbench.openFile('loopwright.yaml');
        const before = await until('findings', async () => {
          const found = await findings(stage);
          return ['spare', 'roc_auc'].every((name) => found.some((text) => text.includes(name))) && found;
        });
        await workbench.command('Loopwright: Check project');
        // A task that ended well has a tick beside its name.
        const tab = workbench.page.locator('.single-terminal-tab, .terminal-tabs-entry').filter({ hasText: 'check' });
        await tab.first().waitFor();
        await tab
          .filter({ has: workbench.page.locator('.codicon-check') })
          .first()
          .waitFor();
        assert.deepEqual(await findings(stage), before);
      },
    },
    {
      name: 'a typo greys the views under one line, and empties none',
      async run(stage) {
        const { workbench, project } = stage;
        await workbench.showExplorer();
        await workbench.says('Life cycle', 'Validate', /v1/);
        const [before, status] = [await labels(workbench), await workbench.status()];
        await workbench.command('Loopwright: Open model card');
        const card = await workbench.webview('.verdict');
        const verdict = await card.locator('.verdict').innerText();
        await workbench.openFile('loopwright.yaml', yaml.split('\n').indexOf('stages:') + 1);
        await workbench.page.keyboard.press('End');
        await workbench.page.keyboard.type(' {');
        await workbench.page.keyboard.press('Control+S');
        await until('the broken file', () =>
          /^stages: \{/m.test(readFileSync(join(project, 'loopwright.yaml'), 'utf8')),
        );
        const line = await until('the line that says so', async () =>
          (await labels(workbench)).find((label) => /is indented deeper|is not closed/.test(label)),
        );
        assert.deepEqual(await labels(workbench), [line, ...before]);
        assert.ok((await workbench.status()).includes(status), `the status bar says ${await workbench.status()}`);
        await pictures(stage, 'brokenFile-sidebar');
        await workbench.page.locator('.tab', { hasText: 'shop' }).first().click();
        const broken = await workbench.webview('#problem-line');
        assert.match(
          await broken.locator('#problem-line').innerText(),
          /loopwright\.yaml:1\d .*The last good state is shown/s,
        );
        // A view that was hidden is made again, from the same answer.
        await broken.locator('.verdict').waitFor();
        assert.equal(await broken.locator('.verdict').innerText(), verdict);
        await pictures(stage, 'brokenFile-card');
      },
    },
    {
      name: 'the last good state is there after a reload, and the line goes when the file is whole',
      async run(stage) {
        const { workbench, project } = stage;
        await workbench.page.reload();
        await workbench.ready();
        await workbench.showExplorer();
        await until('the line after a reload', async () => (await labels(workbench)).length === 9);
        assert.match(await workbench.status(), /shop/);
        writeFileSync(join(project, 'loopwright.yaml'), yaml);
        await until('the line to go', async () => (await labels(workbench)).length === 8);
      },
    },
    {
      name: 'a finding follows its file',
      async run(stage) {
        const { project } = stage;
        const missing = async () => (await findings(stage)).filter((text) => text.includes('There is no file')).length;
        await until('no finding about the file', async () => (await missing()) === 0);
        renameSync(join(project, 'sql'), join(project, 'queries'));
        await until('the finding', async () => (await missing()) > 0);
        renameSync(join(project, 'queries'), join(project, 'sql'));
        await until('the finding to go', async () => (await missing()) === 0);
      },
    },
  ],
};
