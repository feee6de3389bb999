import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const root = ordersProject({ rows: 600 });
for (const args of [['run'], ['run', '--experiment', 'longer']]) {
  const run = await runCli(args, { cwd: root });
  assert.equal(run.code, 0, run.out + run.err);
}
const server = await new LspClient({ data: true }).start();
const uri = uriOf(join(root, 'loopwright.yaml'));
const schema = uriOf(join(root, 'schemas/orders.dataset.yaml'));
const schemaText = readFileSync(join(root, 'schemas/orders.dataset.yaml'), 'utf8');
server.open(uri, ordersYaml);
server.open(schema, schemaText);

/** What the hover at █ says, once it has what is looked for. */
async function hover(at: string, marked: string, about: RegExp): Promise<string> {
  const { text, position } = withCursor(marked);
  server.change(at, text);
  let said = '';
  await until(
    `the hover says ${about}`,
    async () => {
      said = ((await server.hover(at, position))?.contents as MarkupContent | undefined)?.value ?? '';
      return about.test(said);
    },
    15_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it says ${said}`, { cause: error });
  });
  return said;
}
const project = (from: string, to: string) => {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, () => to);
};

test('a column: rows, missing, distinct, quantiles and a histogram', async () => {
  const amount = await hover(schema, schemaText.replace('name: amount', 'name: amo█unt'), /In the data/);
  assert.match(amount, /\*\*column\*\* `amount`: number, feature/);
  assert.match(amount, /600 rows · none missing · \d+ distinct/);
  assert.match(amount, /min [\d.]+ · median [\d.]+ · max [\d.]+/);
  assert.match(amount, /```text\n[ ▁▂▃▄▅▆▇█]{20}\n```/);
  const country = await hover(uri, project('slices: [country]', 'slices: [coun█try]'), /In the data/);
  assert.match(country, /3 distinct/);
  assert.match(country, /(de|fr|pl) +█+ \d\d %/);
});

test('a dataset: rows, files, columns', async () => {
  assert.match(
    await hover(uri, project('  orders:   {', '  ord█ers:   {'), /In the data/),
    /600 rows · \d+ columns · [\w. %]+ missing · 1 file, [\d.]+ KB, changed .*\n\n`id` string/,
  );
});

test('a param: the values that were tried and the best run', async () => {
  const said = await hover(uri, project('  epochs: 3', '  epo█chs: 3'), /Tried/);
  assert.match(said, /Tried in 2 runs: (`5`, `3`|`3`, `5`)/);
  assert.match(said, /Best: `[35]` in [\w-]+, roc_auc 0\.\d+/);
  assert.match(
    await hover(uri, project('"${params.epochs}"', '"${params.ep█ochs}"'), /Tried/),
    /\*\*param\*\* `epochs` = `3`/,
  );
});

test('a stage: its state, why it is stale, how its runs went', async () => {
  const said = await hover(uri, project('  train:\n', '  tra█in:\n'), /fresh|stale/);
  assert.match(said, /last run [\w-]+, finished/);
  assert.match(said, /roc_auc `[▁▂▃▄▅▆▇█]{2}` 0\.\d+ → 0\.\d+ \(last 2 runs\)/);
});

test('a gate: the bound and the last values', async () => {
  const said = await hover(
    uri,
    project('roc_auc: { min: 0.6 }\n      pr', 'roc█_auc: { min: 0.6 }\n      pr'),
    /Must be/,
  );
  assert.match(said, /Must be at least 0\.6\./);
  await hover(
    uri,
    project('roc_auc: { min: 0.6 }\n      pr', 'roc█_auc: { min: 0.6 }\n      pr'),
    /- ✓ 0\.\d+.* in [\w-]+/,
  );
});

test('completion knows the data: columns that nobody declared, values, bounds, types', async () => {
  const data = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\n',
    't.dataset.yaml': 'fields:\n  - { name: a, type: integer }\n',
    'data/t.csv': 'a,b,c d\n1,x,2\n5,y,3\n5,x,4\n',
  });
  const [main, own] = [uriOf(join(data, 'loopwright.yaml')), uriOf(join(data, 't.dataset.yaml'))];
  server.open(main, readFileSync(join(data, 'loopwright.yaml'), 'utf8'));
  server.open(own, '');
  const offers = async (marked: string, wanted: readonly string[]) => {
    const { text, position } = withCursor(marked);
    server.change(own, text);
    let labels: string[] = [];
    await until(
      `${wanted.join(', ')} is offered`,
      async () => {
        labels = (await server.complete(own, position)).map(({ label }) => label);
        return wanted.every((label) => labels.includes(label));
      },
      10_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${labels.join(' ')}`, { cause: error });
    });
    return server.complete(own, position);
  };
  const names = await offers('fields:\n  - { name: a, type: integer }\n  - { name: █ }\n', ['b', 'c d']);
  assert.equal(
    names.some(({ label }) => label === 'a'),
    false,
    'what is declared is not offered again',
  );
  assert.equal(names.find(({ label }) => label === 'b')?.detail, 'string · in the data');
  await offers('fields:\n  - { name: b, type: string, categories: [█] }\n', ['x', 'y']);
  await offers('fields:\n  - { name: a, type: integer, constraints: { minimum: █ } }\n', ['1']);
  await offers('fields:\n  - { name: a, type: integer, constraints: { maximum: █ } }\n', ['5']);
  await offers('fields:\n  - { name: a, type: integer }\nprimaryKey: █\n', ['a']);
  const types = await offers('fields:\n  - { name: b, type: █ }\n', ['string', 'integer']);
  assert.equal(types.find(({ label }) => label === 'string')?.detail, 'as in the data');
  assert.deepEqual(server.logged, []);
});

test('model-card.md: parts and live numbers are completed, explained and judged', async () => {
  const card = uriOf(join(root, 'model-card.md'));
  server.open(card, '');
  const at = (marked: string) => {
    const { text, position } = withCursor(marked);
    server.change(card, text);
    return position;
  };
  const labels = async (marked: string) => (await server.complete(card, at(marked))).map(({ label }) => label);
  await until('the numbers are known', async () => (await labels('a {{ █')).includes('metrics.roc_auc'), 10_000);
  assert.deepEqual(await labels('# Ethics\nx\n# █'), ['Intended use', 'Out-of-scope use', 'Limitations', 'Oversight']);
  assert.deepEqual(await labels('plain █'), []);
  const value = (await server.complete(card, at('{{ metrics.█ }}'))).find(({ label }) => label === 'metrics.roc_auc');
  assert.match(value?.detail ?? '', /^0\.\d{3}$/);
  assert.equal(value?.textEdit?.newText, 'metrics.roc_auc }}');
  assert.match(
    await hover(card, 'ROC-AUC {{ metrics.roc█_auc }}', /live number/),
    new RegExp(`live number \`metrics.roc_auc\`\n\n\\*\\*${value?.detail}\\*\\* in \`orders\` v\\d`),
  );
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const hints = await server.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri: card }, range });
  assert.deepEqual(
    (hints as { label: string }[]).map(({ label }) => label),
    [value?.detail],
  );
  server.change(card, '# Limitation\nROC-AUC of 0.11, {{ metrics.roc }}\n');
  await until('it is judged', () => (server.published.get(card)?.length ?? 0) === 3, 10_000);
  assert.deepEqual(
    server.published.get(card)?.map(({ code }) => code),
    ['LW712', 'LW714', 'LW713'],
  );
});
