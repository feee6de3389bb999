import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Location, WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const yaml = ordersYaml
  .replace('pr_auc@champion', 'equal_opportunity_difference[country]')
  .replace('slices: [country]', 'slices: [country, hour]')
  .replace(
    '  collect:\n',
    '  again:\n    cmd: loopwright run --experiment train train && echo train; loopwright  run prepare --param epochs=3 --force train # train\n  collect:\n',
  );
const schema = `${ordersSchema}uniqueKeys: [[at, country]]\nforeignKeys: [{ fields: [id], reference: { resource: labels, fields: id } }]\n`;
const sql =
  '-- orders.country\nSELECT id, orders.country, "orders"."country", country, \'orders.country\'\nFROM orders\n';
const root = ordersProject({ yaml, files: { 'schemas/orders.dataset.yaml': schema, 'sql/features.sql': sql } });
const paths = ['loopwright.yaml', 'schemas/orders.dataset.yaml', 'schemas/labels.dataset.yaml', 'sql/features.sql'];
const uri = uriOf(join(root, 'loopwright.yaml'));
const schemaUri = uriOf(join(root, 'schemas/orders.dataset.yaml'));
server.open(uri, yaml);
server.open(schemaUri, schema);

function put(
  marked: string,
  at: string,
): { textDocument: { uri: string }; position: { line: number; character: number } } {
  const { text, position } = withCursor(marked);
  server.change(at, text);
  return { textDocument: { uri: at }, position };
}

const pathOf = (place: string) => paths.find((path) => uriOf(join(root, path)) === place) ?? place;

/** `path:line:character` of what refers to what is under the cursor. */
async function references(marked: string, at = uri): Promise<string[]> {
  const found = await server.connection.sendRequest<Location[]>('textDocument/references', {
    ...put(marked, at),
    context: { includeDeclaration: true },
  });
  return found.map(
    (place) =>
      `${pathOf(place.uri).split('/').at(-1)?.split('.')[0]}:${place.range.start.line + 1}:${place.range.start.character}`,
  );
}

const at = (text: string, from: string, to: string) => {
  assert.ok(text.includes(from), from);
  return text.replace(from, to);
};

const country = [
  'loopwright:31:51',
  'loopwright:31:92',
  'loopwright:34:35',
  'orders:6:12',
  'orders:9:18',
  'features:2:18',
  'features:2:37',
  'features:2:47',
];

test('a column is found wherever it is named: fields, keys, stages, metrics, SQL with its table', async () => {
  assert.deepEqual(await references(at(yaml, 'slices: [country', 'slices: [cou█ntry')), country);
  assert.deepEqual(await references(at(yaml, 'difference[country]', 'difference[coun█try]')), country);
  server.change(uri, yaml);
  assert.deepEqual(await references(at(schema, 'name: country', 'name: coun█try'), schemaUri), country);
  assert.deepEqual(await references(at(schema, '[at, country]', '[at, coun█try]'), schemaUri), country);
  server.change(schemaUri, schema);
});

test('columns of the same name in another schema are others', async () => {
  assert.deepEqual(await references(at(yaml, 'key: id', 'key: i█d')), [
    'loopwright:45:36',
    'orders:10:69',
    'labels:2:12',
    'labels:5:12',
  ]);
  server.change(uri, yaml);
  assert.deepEqual(await references(at(schema, 'primaryKey: id', 'primaryKey: i█d'), schemaUri), [
    'orders:2:12',
    'orders:8:12',
    'orders:10:25',
    'features:2:7',
  ]);
  server.change(schemaUri, schema);
});

test('definition leads to the field, from keys of gates too', async () => {
  const definition = async (marked: string, file = uri) => {
    const found = await server.connection.sendRequest<Location | null>('textDocument/definition', put(marked, file));
    return found && `${pathOf(found.uri)}:${found.range.start.line + 1}`;
  };
  assert.equal(
    await definition(at(yaml, 'difference[country]', 'difference[coun█try]')),
    'schemas/orders.dataset.yaml:6',
  );
  assert.equal(await definition(at(yaml, 'missing[amount]', 'missing[amo█unt]')), 'schemas/orders.dataset.yaml:4');
  assert.equal(await definition(at(yaml, 'key: id', 'key: i█d')), 'schemas/labels.dataset.yaml:2');
  assert.equal(await definition(at(yaml, 'column: at', 'column: a█t')), 'schemas/orders.dataset.yaml:3');
  assert.equal(await definition(at(yaml, 'missing[amount]', 'missing[amo█un]')), null);
  assert.equal(await definition(at(yaml, '--force train', '--force tra█in')), 'loopwright.yaml:26');
  server.change(uri, yaml);
  assert.equal(
    await definition(at(schema, '[at, country]', '[a█t, country]'), schemaUri),
    'schemas/orders.dataset.yaml:3',
  );
  server.change(schemaUri, schema);
});

async function renamed(marked: string, newName: string): Promise<Record<string, string>> {
  const { changes = {} } = await server.connection.sendRequest<WorkspaceEdit>('textDocument/rename', {
    ...put(marked, uri),
    newName,
  });
  const texts: Record<string, string> = {
    'loopwright.yaml': yaml,
    'schemas/orders.dataset.yaml': schema,
    'sql/features.sql': sql,
  };
  return Object.fromEntries(
    Object.entries(changes).map(([place, edits]) => [
      pathOf(place),
      TextDocument.applyEdits(TextDocument.create(place, 'x', 1, texts[pathOf(place)] ?? ''), edits),
    ]),
  );
}

test('a column is renamed in all of them, or it is said why not', async () => {
  const marked = at(yaml, 'slices: [country', 'slices: [cou█ntry');
  const result = await renamed(marked, 'land');
  assert.equal(result['loopwright.yaml'], yaml.replaceAll('[country', '[land'));
  assert.equal(
    result['schemas/orders.dataset.yaml'],
    schema.replace('name: country', 'name: land').replace('[at, country]', '[at, land]'),
  );
  assert.equal(
    result['sql/features.sql'],
    '-- orders.country\nSELECT id, orders.land, "orders"."land", land, \'orders.country\'\nFROM orders\n',
  );
  await assert.rejects(renamed(marked, 'amount'), /already has a column `amount`/);
});

test('SQL where the name is that of another table or of a query is left alone', async () => {
  for (const text of [
    'SELECT id FROM features JOIN labels AS orders ON orders.country = 1\n',
    'WITH orders AS (SELECT 1 AS id) SELECT id FROM orders WHERE orders.country\n',
    'SELECT id FROM (SELECT 2) orders WHERE orders.country\n',
  ]) {
    writeFiles(root, { 'sql/features.sql': text });
    server.changedOnDisk(uriOf(join(root, 'sql/features.sql')));
    assert.deepEqual(await references(at(yaml, 'slices: [country', 'slices: [cou█ntry')), country.slice(0, 5), text);
  }
});

test('stages that `loopwright run` names in a command', async () => {
  const train = await references(at(yaml, '  train:\n', '  tr█ain:\n'));
  assert.deepEqual(train, [
    'loopwright:16:43',
    'loopwright:16:113',
    'loopwright:26:2',
    'loopwright:31:19',
    'loopwright:56:26',
  ]);
  assert.deepEqual(await references(at(yaml, '--force train', '--force trai█n')), train);
  assert.deepEqual(await references(at(yaml, 'echo train', 'echo tra█in')), []);
  assert.equal(
    (await renamed(at(yaml, '  train:\n', '  tr█ain:\n'), 'fit'))['loopwright.yaml'],
    yaml
      .replace('--experiment train train', '--experiment train fit')
      .replace('--force train', '--force fit')
      .replace('  train:\n', '  fit:\n')
      .replace('model: train', 'model: fit')
      .replace('prepare, train, validate]', 'prepare, fit, validate]'),
  );
  assert.deepEqual(server.logged, []);
});

test('what an experiment lays over a stage has the columns and datasets of that stage', async () => {
  const experiment =
    'stages:\n  validate: { with: { slices: [country], data: features } }\n  train: { with: { target: late, sql: country } }\n';
  const path = 'experiments/longer.experiment.yaml';
  const experimentUri = uriOf(join(root, path));
  writeFiles(root, { 'sql/features.sql': sql });
  server.changedOnDisk(uriOf(join(root, 'sql/features.sql')));
  server.open(experimentUri, experiment);
  assert.deepEqual(
    (await references(at(yaml, 'slices: [country', 'slices: [cou█ntry'))).filter((place) => /longer/.test(place)),
    ['longer:2:31'],
  );
  server.change(uri, yaml);
  assert.deepEqual(await references(at(experiment, 'slices: [country', 'slices: [cou█ntry'), experimentUri), [
    ...country.slice(0, 3),
    'longer:2:31',
    ...country.slice(3),
  ]);
  assert.deepEqual(
    (await references(at(experiment, 'target: late', 'target: la█te'), experimentUri)).filter(
      (place) => !/features/.test(place),
    ),
    ['longer:3:27', 'orders:7:12'],
  );
  assert.deepEqual(
    (await references(at(experiment, 'data: features', 'data: feat█ures'), experimentUri)).filter((place) =>
      /longer/.test(place),
    ),
    ['longer:2:47'],
  );
});
