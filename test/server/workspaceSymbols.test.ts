import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SymbolInformation } from 'vscode-languageserver';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uri = uriOf(join(root, 'loopwright.yaml'));

const find = (query: string) => server.connection.sendRequest<SymbolInformation[]>('workspace/symbol', { query });
const told = async (query: string) =>
  (await find(query)).map(({ name, containerName }) => `${name} in ${containerName}`);

test('no project, no name', async () => {
  assert.deepEqual(await find(''), []);
});

test('all that a project declares, with what it is in', async () => {
  server.open(uri, ordersYaml);
  const all = await told('');
  for (const name of [
    'epochs in params',
    'orders in datasets',
    'train in stages',
    'nightly in deployments',
    'production in monitors',
    'roc_auc in gates of validate',
    'longer in experiments',
    'amount in schemas/orders.dataset.yaml',
    'known_at in schemas/labels.dataset.yaml',
  ])
    assert.ok(all.includes(name), name);
  const [amount] = await find('amount');
  assert.equal(amount?.location.uri, uriOf(join(root, 'schemas/orders.dataset.yaml')));
  assert.deepEqual(amount.location.range, { start: { line: 3, character: 12 }, end: { line: 3, character: 18 } });
});

test('letters in their order, whatever their case; the nearest first', async () => {
  assert.deepEqual(await told('LRate'), ['learning_rate in params']);
  assert.deepEqual(await told('gnn'), []);
  assert.deepEqual((await told('late')).slice(0, 2).toSorted(), [
    'late in schemas/labels.dataset.yaml',
    'late in schemas/orders.dataset.yaml',
  ]);
  assert.deepEqual(
    (await told('pr')).map((name) => name.split(' ')[0]),
    ['prepare', 'production', 'production', 'pr_auc@champion'],
  );
});

test('edits that are not saved count, other projects too, and never too many', async () => {
  server.change(uri, ordersYaml.replace('  train:\n', '  fit_it:\n'));
  assert.deepEqual(await told('fit_it'), ['fit_it in stages']);
  const other = uriOf(join(makeProject(), 'loopwright.yaml'));
  server.open(
    other,
    `version: 1\nproject: p\nstages:\n  fit_it_too: { cmd: go }\nparams:\n${Array.from({ length: 900 }, (_, i) => `  many${i}: 1\n`).join('')}`,
  );
  assert.deepEqual(await told('fit_it'), ['fit_it in stages', 'fit_it_too in stages']);
  assert.equal((await find('many')).length, 500);
  assert.deepEqual(server.logged, []);
});

test('a folder of the editor is known before a file of it is open', async () => {
  const editor = await new LspClient({ folders: [root] }).start();
  const found = await editor.connection.sendRequest<SymbolInformation[]>('workspace/symbol', { query: 'train' });
  assert.deepEqual(
    found.map(({ name }) => name),
    ['train'],
  );
});
