import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { SymbolInformation } from 'vscode-languageserver';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uri = uriOf(join(root, 'loopwright.yaml'));

afterEach(() => server.close(uri));

const find = (query: string) => server.connection.sendRequest<SymbolInformation[]>('workspace/symbol', { query });
const found = async (query: string) =>
  (await find(query)).map(({ name, containerName }) => `${name} in ${containerName}`);

test('without a project no name is found', async () => {
  assert.deepEqual(await find(''), []);
});

test('everything that a project declares is found, with its container', async () => {
  server.open(uri, ordersYaml);
  const all = await found('');
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

test('a name matches by its letters in order, in any case; the nearest comes first', async () => {
  server.open(uri, ordersYaml);
  assert.deepEqual(await found('LRate'), ['learning_rate in params']);
  assert.deepEqual(await found('gnn'), []);
  assert.deepEqual((await found('late')).slice(0, 2).toSorted(), [
    'late in schemas/labels.dataset.yaml',
    'late in schemas/orders.dataset.yaml',
  ]);
  assert.deepEqual(
    (await found('pr')).map((name) => name.split(' ')[0]),
    ['prepare', 'production', 'production', 'pr_auc@champion'],
  );
});

test('unsaved edits and other projects are searched, and the answer is limited', async () => {
  server.open(uri, ordersYaml.replace('  train:\n', '  fit_it:\n'));
  assert.deepEqual(await found('fit_it'), ['fit_it in stages']);
  const other = uriOf(join(makeProject(), 'loopwright.yaml'));
  server.open(
    other,
    `version: 1\nproject: p\nstages:\n  fit_it_too: { cmd: go }\nparams:\n${Array.from({ length: 900 }, (_, i) => `  many${i}: 1\n`).join('')}`,
  );
  assert.deepEqual(await found('fit_it'), ['fit_it in stages', 'fit_it_too in stages']);
  assert.equal((await find('many')).length, 500);
  assert.deepEqual(server.logged, []);
});

test('a workspace folder is known before one of its files is open', async () => {
  const editor = await new LspClient({ folders: [root] }).start();
  const symbols = await editor.connection.sendRequest<SymbolInformation[]>('workspace/symbol', { query: 'train' });
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['train'],
  );
});
