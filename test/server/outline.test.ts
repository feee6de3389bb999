import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uri = uriOf(join(root, 'loopwright.yaml'));

afterEach(() => server.close(uri));

test('stages, deployments and monitors have the places of the text, unsaved edits included', async () => {
  server.open(uri, ordersYaml);
  const first = await server.outline(uri);
  assert.deepEqual(
    [
      first.stages.map(({ name }) => name),
      first.deployments.map(({ name }) => name),
      first.monitors.map(({ name }) => name),
      first.datasets.map(({ name }) => name),
    ],
    [
      ['collect', 'prepare', 'train', 'validate'],
      ['production', 'nightly'],
      ['production'],
      ['orders', 'features', 'labels'],
    ],
  );
  const edited = `# one more line\n${ordersYaml.replace('  train:\n', '  fit:\n')}`.replaceAll('\n', '\r\n');
  server.change(uri, edited);
  const { stages } = await server.outline(uri);
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['collect', 'prepare', 'fit', 'validate'],
  );
  const lines = edited.split('\r\n');
  for (const { name, range } of stages)
    assert.equal(lines[range.start.line]?.slice(range.start.character, range.end.character), name);
});

test('a broken text keeps the entries that can be read', async () => {
  server.open(uri, ordersYaml.replace('monitors:', 'monitors: ['));
  assert.ok((await server.outline(uri)).stages.length > 0);
  server.change(uri, 'stages: nonsense\n');
  assert.deepEqual(await server.outline(uri), { stages: [], deployments: [], monitors: [], datasets: [] });
});

test('merged stages have no place of their own, and a closed file has no outline', async () => {
  server.open(uri, 'x: &x { a: { cmd: "true" } }\nstages:\n  <<: *x\n  b: { cmd: "true" }\n');
  assert.deepEqual(
    (await server.outline(uri)).stages.map(({ name }) => name),
    ['b'],
  );
  server.close(uri);
  assert.deepEqual((await server.outline(uri)).stages, []);
});

test('collect stages have the kind of their source, in any order of its keys', async () => {
  server.open(
    uri,
    'stages:\n  a: { uses: collect, with: { dataset: d, from: { query: SELECT 1, sqlite: app.db } } }\n  b: { uses: collect, with: { dataset: d, from: { files: a.csv } } }\n  c: { uses: collect, with: { dataset: d, from: } }\n  d: { cmd: "true" }\n',
  );
  assert.deepEqual(
    (await server.outline(uri)).stages.map(({ name, source }) => [name, source]),
    [
      ['a', 'sqlite'],
      ['b', 'files'],
      ['c', undefined],
      ['d', undefined],
    ],
  );
});
