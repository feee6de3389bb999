import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  Range,
} from 'vscode-languageserver';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uri = uriOf(join(root, 'loopwright.yaml'));
const experiment = uriOf(join(root, 'experiments/longer.experiment.yaml'));
server.open(uri, ordersYaml);
server.open(experiment, '');

async function prepare(marked: string, at = uri): Promise<CallHierarchyItem[]> {
  const { text, position } = withCursor(marked);
  server.change(at, text);
  return server.connection.sendRequest('textDocument/prepareCallHierarchy', { textDocument: { uri: at }, position });
}

const pick = (text: string, { start, end }: Range) =>
  (text.split('\n')[start.line] ?? '').slice(start.character, end.character);

/** `name (places)` of the calls into and out of the stage under the cursor. */
async function calls(marked: string): Promise<{ incoming: string[]; outgoing: string[] }> {
  const [item] = await prepare(marked);
  assert.ok(item);
  const text = marked.replace('█', '');
  const told = (name: string, ranges: Range[]) => `${name} (${ranges.map((range) => pick(text, range)).join(', ')})`;
  const incoming = await server.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', {
    item,
  });
  const outgoing = await server.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', {
    item,
  });
  return {
    incoming: incoming.map(({ from, fromRanges }) => told(from.name, fromRanges)),
    outgoing: outgoing.map(({ to, fromRanges }) => told(to.name, fromRanges)),
  };
}

const at = (from: string, to: string) => {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, to);
};

test('a stage is found where it is declared and where it is named', async () => {
  for (const marked of [
    at('  train:\n', '  tra█in:\n'),
    at('{ model: train', '{ model: tr█ain'),
    at('prepare, train, validate]', 'prepare, tra█in, validate]'),
  ]) {
    const [item] = await prepare(marked);
    assert.equal(item?.name, 'train');
    assert.equal(item?.uri, uri);
    assert.equal(pick(marked.replace('█', ''), item.selectionRange), 'train');
  }
  server.change(uri, ordersYaml);
  assert.deepEqual(
    (await prepare('stages: { tra█in: {} }\n', experiment)).map(({ name, uri: where }) => [name, where]),
    [['train', uri]],
  );
  assert.deepEqual(await prepare(at('dataset: orders', 'dataset: ord█ers')), []);
  assert.deepEqual(await prepare(at('reference: validate', 'reference: va█lidat')), []);
});

test('through datasets, SQL and models, by monitors and retraining', async () => {
  assert.deepEqual(
    await calls(
      at('  prepare:\n', '  prep█are:\n').replace('port: 18080', 'port: none').replace('test: 0.2', 'test: 7'),
    ),
    {
      incoming: ['train (features)', 'validate (features)', 'retraining (prepare)'],
      outgoing: ['collect (sql/features.sql)'],
    },
    'with errors elsewhere',
  );
  assert.deepEqual(await calls(at('  collect:\n', '  col█lect:\n')), {
    incoming: ['prepare (sql/features.sql)', 'retraining (collect)'],
    outgoing: [],
  });
  assert.deepEqual(await calls(at('  prepare:\n', '  prep█are:\n')), {
    incoming: ['train (features)', 'validate (features)', 'retraining (prepare)'],
    outgoing: ['collect (sql/features.sql)'],
  });
  assert.deepEqual(await calls(at('  train:\n', '  tra█in:\n')), {
    incoming: ['validate (train)', 'retraining (train)'],
    outgoing: ['prepare (features)'],
  });
  assert.deepEqual(await calls(at('  validate:\n', '  val█idate:\n')), {
    incoming: ['production (validate)', 'retraining (validate)'],
    outgoing: ['prepare (features)', 'train (train)'],
  });
});

test('through the files of commands', async () => {
  const marked =
    'version: 1\nproject: p\nstages:\n  a: { cmd: go, outs: [out/a] }\n  b█: { cmd: go, deps: [x.csv, "out/a/one.csv", out/a], outs: [b.csv] }\n  c: { cmd: go, deps: ["*.csv"] }\n';
  assert.deepEqual(await calls(marked), { incoming: ['c ("*.csv")'], outgoing: ['a ("out/a/one.csv", out/a)'] });
});

test('monitors and retraining lead on to their stages; a broken project has no graph', async () => {
  const [validate] = await prepare(at('  validate:\n', '  val█idate:\n'));
  const incoming = await server.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', {
    item: validate,
  });
  const out = async (i: number) =>
    (
      await server.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', {
        item: incoming[i]?.from,
      })
    ).map(({ to }) => to.name);
  assert.deepEqual(await out(0), ['validate']);
  assert.deepEqual(await out(1), ['collect', 'prepare', 'train', 'validate']);
  server.change(uri, 'stages: { validate: 3 }\n');
  assert.deepEqual(await server.connection.sendRequest('callHierarchy/outgoingCalls', { item: validate }), []);
  for (const stage of [
    'cmd: 3, deps: 4',
    'uses: collect',
    'uses: collect, with: { from: 3 }',
    'uses: collect, with: { from: { files: [3] } }',
    'uses: prepare, with: { sql: 3 }',
    'uses: train, with: { data: [] }',
    'uses: [x]',
    'uses: validate, with: { model: {}, data: 3 }',
  ]) {
    server.change(uri, `datasets: { a: 3, b: { path: 4 } }\nstages: { validate: { ${stage} } }\n`);
    await server.connection.sendRequest('callHierarchy/outgoingCalls', { item: validate });
  }
  assert.deepEqual(server.logged, []);
});
