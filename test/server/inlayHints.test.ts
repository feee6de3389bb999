import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { InlayHint } from 'vscode-languageserver';
import { inWords } from '../../server/features/inlayHints.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import { until } from '../helpers/until.ts';

const server = await new LspClient().start();
const root = ordersProject({
  files: { 'many/a.csv': 'x'.repeat(1500), 'many/b.csv': 'x'.repeat(1000), 'many/deep/c.csv': 'x' },
});
const uris = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/longer.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/orders.dataset.yaml')),
};
server.open(uris.project, ordersYaml);
server.open(uris.experiment, '');
server.open(uris.dataset, ordersSchema);

const whole = { start: { line: 0, character: 0 }, end: { line: 9999, character: 0 } };
const ask = (uri: string, range = whole) =>
  server.connection.sendRequest<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range });

/** The text with each hint written as «hint» where it stands. */
function written(text: string, hints: readonly InlayHint[]): string {
  const lines = text.split('\n');
  for (const { position, label } of hints.toReversed())
    lines[position.line] =
      `${lines[position.line]?.slice(0, position.character)}«${String(label)}»${lines[position.line]?.slice(position.character)}`;
  return lines.join('\n');
}

/** Of the text, exactly the lines with hints are those. */
async function shows(text: string, expected: readonly string[], file: keyof typeof uris = 'project'): Promise<void> {
  server.change(uris[file], text);
  assert.deepEqual(
    written(text, await ask(uris[file]))
      .split('\n')
      .filter((line) => line.includes('«'))
      .map((line) => line.trim()),
    expected,
  );
}

const cmd = (more: string) =>
  `version: 1\nproject: p\nparams: { rate: 0.003, layers: [64, [32, 16]], twice: "\${params.rate}", text: ${'long '.repeat(12).trim()} }\ndatasets: { d: { path: many/*.csv } }\nstages:\n  s:\n${more}`;
const above = [
  'params: { rate: 0.003, layers: [64, [32, 16]], twice: "${params.rate}"«= 0.003», text: long long long long long long long long long long long long }',
  'datasets: { d: { path: many/*.csv«2 files, 2.4 KB» } }',
];

test('the value behind a reference, in values and the lines of a command', async () => {
  await shows(
    cmd(
      '    cmd: |\n      go ${params.rate} ${params.layers}\n      in ${datasets.d.path} ${params.gone} ${env.HOME} ${params.twice}\n',
    ),
    [
      ...above,
      'go ${params.rate}«= 0.003» ${params.layers}«= [64, [32, 16]]»',
      'in ${datasets.d.path}«many/*.csv» ${params.gone} ${env.HOME} ${params.twice}«= 0.003»',
    ],
  );
  await shows(cmd('    cmd: "${params.text}"\n'), [
    ...above,
    'cmd: "${params.text}"«= long long long long long long long lo…»',
  ]);
  const [hint] = await ask(uris.project, { start: { line: 6, character: 0 }, end: { line: 7, character: 0 } });
  assert.equal(hint?.tooltip, `= ${'long '.repeat(12).trim()}`);
});

test('how many files a path names and how large they are', async () => {
  await shows(
    cmd('    cmd: go\n    deps: [many, many/a.csv, none.csv, "**/*.csv", /etc/passwd, ../*]\n    outs: [out/]\n'),
    [
      ...above,
      'deps: [many«3 files, 2.4 KB», many/a.csv«1 file, 1.5 KB», none.csv«no file yet», "**/*.csv", /etc/passwd, ../*]',
      'outs: [out/«no file yet»]',
    ],
  );
  writeFiles(root, { 'none.csv': 'xx' });
  await until('the new file is seen', async () =>
    (await ask(uris.project)).some(({ label }) => label === '1 file, 2 B'),
  );
});

test('durations in words where they are hard to grasp, the unit of a bound', async () => {
  assert.deepEqual(['7d', '90m', '24h', '36h', '15m', '1.5h', '3600s', '90s', '2w', 'x', '0.5s'].map(inWords), [
    null,
    '1 h 30 min',
    '1 d',
    '1 d 12 h',
    null,
    '1 h 30 min',
    '1 h',
    '1 min 30 s',
    null,
    null,
    null,
  ]);
  await shows(cmd('    cmd: go\n    timeout: 90m # soon\n'), [...above, 'timeout: 90m«1 h 30 min» # soon']);
  await shows(
    'fields:\n  - { name: a, constraints: { minimum: 0, maximum: 50000 }, loopwright: { unit: EUR } }\n  - { name: b, constraints: { minimum: 0 } }\n',
    ['- { name: a, constraints: { minimum: 0«EUR», maximum: 50000«EUR» }, loopwright: { unit: EUR } }'],
    'dataset',
  );
});

test('an experiment shows its own params first; only what is in the range; nothing throws', async () => {
  server.change(uris.project, ordersYaml);
  await shows(
    'describe: ${params.epochs} and ${params.learning_rate}\nparams: { epochs: 9 }\n',
    ['describe: ${params.epochs}«= 9» and ${params.learning_rate}«= 0.05»'],
    'experiment',
  );
  const line = ordersYaml.split('\n').findIndex((content) => content.includes('${params.epochs}'));
  const hints = await ask(uris.project, { start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  assert.deepEqual(
    hints.map(({ label }) => label),
    ['= 3', '= 0.05'],
  );
  for (const text of [
    '',
    'stages: [',
    '- a\n',
    'datasets: { a: { path: "\\0" } }\n',
    'datasets: { a: { path: "[" }, b: { path: "x/{a,b" } }\n',
  ]) {
    server.change(uris.project, text);
    await ask(uris.project);
  }
  assert.deepEqual(server.logged, []);
});
