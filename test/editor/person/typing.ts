import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ordersFiles, ordersYaml } from '../../helpers/ordersProject.ts';
import { isLong, sampled } from '../../helpers/rounds.ts';
import { exampleFiles, shapedFiles, snippetFiles, type TypedFile, type TypedKind } from '../../helpers/typedFiles.ts';
import { FastKeys } from './keys.ts';
import type { PersonSession, Stage } from './personTest.ts';
import { until, type Workbench } from './workbench.ts';

// At length, or with LOOPWRIGHT_TYPED=all, every example, every snippet and every file of other shapes is typed; a part
// of them otherwise.
const everything = isLong || process.env['LOOPWRIGHT_TYPED'] === 'all';

const paths: Record<TypedKind | 'control', string> = {
  project: 'loopwright.yaml',
  experiment: 'experiments/typed.experiment.yaml',
  dataset: 'schemas/typed.dataset.yaml',
  dvc: 'dvc.yaml',
  control: 'control.yaml',
};

/** The editor's own help is off in the first tests: what it indents and closes by itself is no matter of ours. */
const ownHelp = {
  'editor.autoIndent': 'none',
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.wordBasedSuggestions': 'off',
};
const languages = ['[loopwright-project]', '[loopwright-experiment]', '[loopwright-dataset]', '[yaml]'];

function writeSettings(project: string, help: object | null): void {
  const settings =
    help === null ? {} : { ...help, ...Object.fromEntries(languages.map((language) => [language, help])) };
  mkdirSync(join(project, '.vscode'), { recursive: true });
  writeFileSync(join(project, '.vscode/settings.json'), JSON.stringify(settings));
}

function prepare(folder: string): string {
  const project = join(folder, 'orders');
  const written = Object.fromEntries(Object.values(paths).map((path) => [path, '']));
  const others = {
    'loopwright.yaml': ordersYaml,
    'src/train.py': '',
    'data sets/a b.csv': 'a\n1\n',
    'logs/app.log': '{}\n',
    'schemas/clicks.dataset.yaml': 'fields:\n  - { name: page, type: string }\n',
    '.env': 'MYSQL_URL=mysql://ada@127.0.0.1/shop\n',
  };
  const files = { ...ordersFiles({ rows: 20 }), ...written, ...others };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  writeSettings(project, ownHelp);
  return project;
}

/** Opens a file by its name; the cursor goes into it without a click, wherever it is scrolled to. */
async function open({ page }: Workbench, path: string): Promise<void> {
  const name = path.split('/').at(-1) ?? path;
  await page.keyboard.press('Control+P');
  const input = page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill(path);
  const first = page.locator('.quick-input-widget .monaco-list-row').first();
  await until(`${name} in the list of files`, async () => (await first.innerText()).includes(name));
  await page.keyboard.press('Enter');
  await page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor();
  await page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
}

async function empty({ page }: Workbench): Promise<void> {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
}

/** The text of the editor, as it is saved. */
async function saved({ workbench, project }: Stage, path: string): Promise<string> {
  await workbench.page.keyboard.press('Control+S');
  await workbench.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  return readFileSync(join(project, path), 'utf8');
}

/** Types files one after the other into an open file; returns those that came out otherwise. */
async function typed(stage: Stage, target: TypedKind | 'control', files: readonly TypedFile[]): Promise<string[]> {
  const keys = await FastKeys.on(stage.workbench.page);
  await open(stage.workbench, paths[target]);
  const wrong: string[] = [];
  for (const { name, text } of files) {
    await empty(stage.workbench);
    for (const part of text.match(/[^]{1,200}/g) ?? []) await keys.type(part);
    const found = await saved(stage, paths[target]);
    if (found === text) continue;
    const line = text.split('\n').findIndex((one, i) => found.split('\n')[i] !== one);
    wrong.push(
      `${name}, line ${line + 1}: typed ${JSON.stringify(text.split('\n')[line])}, got ${JSON.stringify(found.split('\n')[line])}`,
    );
  }
  return wrong;
}

function chosen(): TypedFile[] {
  if (everything) return [...exampleFiles(), ...snippetFiles(), ...shapedFiles()];
  const short = [
    'examples/penguins/schemas/penguins.dataset.yaml',
    'project/blockScalars.yaml',
    'project/flowOverLines.yaml',
    'project/monitors.yaml',
    'project/sources.yaml',
    'experiment/uniform.yaml',
    'dataset/roles.yaml',
    'dvc/metrics.yaml',
    'snippet stage-validate',
    'snippet sweep-random',
  ];
  const names = sampled(short);
  return [...exampleFiles(), ...snippetFiles(), ...shapedFiles()].filter(({ name }) => names.includes(name));
}

/** Lines at whose end a list is open: Enter after each has to be a new line. */
const withList: [TypedKind, before: string, line: string][] = [
  ['dataset', 'fields:\n', '  - type: integer'],
  ['dataset', 'fields:\n  - type: string\n    loopwright:\n', '      role: feature'],
  ['dataset', 'fields:\n  - name: id\n', 'primaryKey: id'],
  ['experiment', 'sweep:\n', '  method: grid'],
  [
    'project',
    `${ordersYaml.slice(0, ordersYaml.indexOf('  prepare:'))}  prepare:\n    uses: prepare\n    with:\n`,
    '      sql: sql/',
  ],
  ['project', 'version: 1\nproject: p\nstages:\n  a:\n    cmd: x\n    deps:\n', '      - src'],
  ['project', 'version: 1\nproject: p\nstages:\n  a:\n    cmd: x\n    deps:\n', '      - data sets/a'],
];

/**
 * Types a line until its list is open. A letter that comes while the editor still asks about the space before it opens
 * none.
 */
async function listBehind(stage: Stage, [kind, before, line]: (typeof withList)[number]): Promise<void> {
  const { page } = stage.workbench;
  await empty(stage.workbench);
  await page.keyboard.insertText(`${before}${/^ */.exec(line)?.[0] ?? ''}`);
  await page.keyboard.type(line.trimStart());
  const row = page.locator('.suggest-widget.visible .monaco-list-row').first();
  await until(`a list behind ${JSON.stringify(line)} of the ${kind}`, async () => {
    if (
      await row.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      )
    )
      return true;
    await page.keyboard.press('Backspace');
    await page.keyboard.type(line.at(-1) ?? '');
    return false;
  });
}

const list = (workbench: Workbench, text: string) =>
  workbench.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text }).first();

/** A person types a text, with whatever the editor indents by itself; a wrong indentation is put right by keys. */
async function typeAsPeopleDo({ page }: Workbench, text: string): Promise<void> {
  const column = async (): Promise<number> =>
    Number(/Col (\d+)/.exec(await page.locator('#status\\.editor\\.selection').innerText())?.[1] ?? 0);
  for (const [number, line] of text.split('\n').entries()) {
    if (number > 0) await page.keyboard.press('Enter');
    await until(`the cursor on line ${number + 1}`, async () =>
      (await page.locator('#status\\.editor\\.selection').innerText()).startsWith(`Ln ${number + 1},`),
    );
    if (line === '') continue;
    const wanted = /^ */.exec(line)?.[0].length ?? 0;
    for (let at = await column(); at !== wanted + 1; at = await column()) {
      await page.keyboard.press(at > wanted + 1 ? 'Backspace' : 'Space');
      const from = at;
      await until('the cursor to move', async () => (await column()) !== from);
    }
    await page.keyboard.type(line.slice(wanted));
  }
}

const handWritten = `version: 1
project: demo
params:
  epochs: 3
datasets:
  orders: { path: data/orders.csv }
stages:
  train:
    uses: train
    with: { data: orders, epochs: "\${params.epochs}" }
  check:
    cmd: python check.py
    deps:
      - src
      - data
deployments:
  production: { model: champion, as: api }
`;

/** Collect stages, each with its source; each file that they name is there. */
const collected: Record<string, string> = {
  clicks: `  take:
    uses: collect
    with:
      dataset: clicks
      from:
        events: incoming/clicks
        port: 8090
        origins:
          - https://shop.example
`,
  orders: `  pull:
    uses: collect
    with:
      dataset: orders
      from:
        mysql: \${env.MYSQL_URL}
        query: SELECT * FROM orders
        watermark: id
`,
  requests: `  read:
    uses: collect
    with:
      dataset: requests
      from:
        logs:
          - logs/app.log
        format: pattern
        pattern: '^(?<time>\\S+) (?<level>\\w+) (?<message>.*)$'
        continued: '^\\s'
`,
  readings: `  listen:
    uses: collect
    with:
      dataset: readings
      from:
        mqtt: mqtts://broker.example:8883
        topics: [plant/+site/temp, plant/#]
        qos: 1
        window: 10m
`,
};

/** Every key costs as much as a test of the engine: what has no signs that need quotes is typed at length only. */
const typedSources = everything ? Object.keys(collected) : ['requests', 'readings'];

const sourcesByHand = `version: 1
project: demo
env_file: .env
datasets:
${typedSources.map((name) => `  ${name}: { path: data/${name}.parquet${name === 'clicks' ? ', schema: schemas/clicks.dataset.yaml' : ''} }\n`).join('')}stages:
${typedSources.map((name) => collected[name]).join('')}`;

/** A file is written by hand. */
export const typing: PersonSession = {
  prepare,
  trust: true,
  tests: [
    {
      name: 'what is typed fast is what is in the file',
      async run(stage) {
        const files = chosen();
        const wrong: string[] = [];
        for (const kind of ['dvc', 'dataset', 'experiment', 'project'] as const)
          wrong.push(
            ...(await typed(
              stage,
              kind,
              files.filter((file) => file.kind === kind),
            )),
          );
        assert.deepEqual(wrong, []);
      },
    },
    {
      name: 'the same keys come out right in a plain YAML file, without the extension',
      async run(stage) {
        const files = chosen();
        assert.deepEqual(await typed(stage, 'control', everything ? files : files.slice(0, 1)), []);
      },
    },
    {
      name: 'Enter with an open list is a new line, also with the mouse on an item',
      async run(stage) {
        const { workbench } = stage;
        let opened: TypedKind | null = null;
        for (const [i, one] of withList.entries()) {
          const [kind, before, line] = one;
          if (opened !== kind) await open(workbench, paths[kind]);
          opened = kind;
          await listBehind(stage, one);
          if (i % 2 === 1) await workbench.page.locator('.suggest-widget.visible .monaco-list-row').first().hover();
          if (i === 0) await workbench.picture('typingList');
          await workbench.page.keyboard.press('Enter');
          await workbench.page.keyboard.type('#');
          assert.equal(await saved(stage, paths[kind]), `${before}${line}\n#`);
        }
      },
    },
    {
      name: 'Tab, the arrow keys and a click accept an item, which replaces the word',
      async run(stage) {
        const { workbench } = stage;
        const { page } = workbench;
        const stageOf = (line: string): (typeof withList)[number] => [
          'project',
          'version: 1\nproject: p\nstages:\n  a:\n    cmd: x\n',
          line,
        ];
        await open(workbench, paths.project);
        const accept: [line: string, how: () => Promise<void>, right: string][] = [
          ['    ou', () => page.keyboard.press('Tab'), '    outs: []'],
          ['    ou', () => page.keyboard.press('Enter'), '    outs: []'],
          ['    deps: [src/t', () => page.keyboard.press('Tab'), '    deps: [src/train.py'],
          ['    deps: [data s', () => list(workbench, 'data sets').click(), '    deps: [data sets/'],
          [
            '    outs: [sr',
            async () => {
              await page.keyboard.press('ArrowDown');
              await page.keyboard.press('Enter');
            },
            '    outs: [src/',
          ],
        ];
        for (const [line, how, right] of accept) {
          await listBehind(stage, stageOf(line));
          await how();
          await until(
            `${line} to become ${right}`,
            async () => (await saved(stage, paths.project)) === `${stageOf('')[1]}${right}`,
          );
        }
        await empty(workbench);
        await page.keyboard.insertText(`${stageOf('')[1]}    dep: [loopwright.yaml]`);
        await page.keyboard.press('Home');
        for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Control+Space');
        await list(workbench, 'deps').waitFor();
        await page.keyboard.press('Enter');
        await until(
          'the name alone to be replaced',
          async () => (await saved(stage, paths.project)) === `${stageOf('')[1]}    deps: [loopwright.yaml]`,
        );
      },
    },
    {
      name: 'with the settings of a new installation a project, an experiment and a schema are typed as people do',
      async run(stage) {
        writeSettings(stage.project, null);
        const texts: [TypedKind, string][] = [
          ['project', handWritten],
          ['project', sourcesByHand],
          ['experiment', "describe: it's one\nparams:\n  epochs: 3\nsweep:\n  method: grid\n"],
          ['dataset', 'fields:\n  - name: id\n    type: integer\n  - name: at\n    type: datetime\nprimaryKey: id\n'],
        ];
        for (const [kind, text] of texts) {
          await open(stage.workbench, paths[kind]);
          await empty(stage.workbench);
          await typeAsPeopleDo(stage.workbench, text);
          assert.equal((await saved(stage, paths[kind])).replace(/ +$/, ''), text);
          if (text !== sourcesByHand) continue;
          const marks = stage.workbench.page.locator('.squiggly-error, .squiggly-warning');
          await until('no finding in the right file', async () => (await marks.count()) === 0);
        }
        await stage.workbench.noErrors();
      },
    },
  ],
};
