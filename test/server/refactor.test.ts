import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const uri = uriOf(join(ordersProject(), 'loopwright.yaml'));
server.open(uri, ordersYaml);

async function actions(marked: string, only = ['refactor']): Promise<{ text: string; found: CodeAction[] }> {
  const { text, position } = withCursor(marked);
  server.change(uri, text);
  const found = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics: [], only },
  });
  return { text, found: found.filter(({ kind }) => kind?.startsWith('refactor')) };
}

/** The text after the only refactoring there is. */
async function after(marked: string): Promise<string> {
  const { text, found } = await actions(marked);
  assert.equal(found.length, 1, found.map(({ title }) => title).join(', '));
  const result = TextDocument.applyEdits(
    TextDocument.create(uri, 'yaml', 1, text),
    found[0]?.edit?.changes?.[uri] ?? [],
  );
  assert.deepEqual(parseYaml('', result).problems, [], result);
  return result;
}

const none = async (marked: string) =>
  assert.deepEqual(
    (await actions(marked)).found.map(({ title }) => title),
    [],
  );
const at = (from: string, to: string) => {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, to);
};

test('a value becomes a param, in quotes only where it has to', async () => {
  assert.equal(
    await after(at('batch_size: 32', 'batch_size: 3█2')),
    ordersYaml
      .replace('batch_size: 32', 'batch_size: "${params.batch_size}"')
      .replace('learning_rate: 0.05\n', 'learning_rate: 0.05\n  batch_size: 32\n'),
  );
  const block =
    'version: 1\nproject: p\nparams: { a: 1 }\nstages:\n  t:\n    uses: train\n    with:\n      data: d\n      model: mlp\n      l2: 1e-█4 # small\n';
  assert.equal(await after(block), block.replace('1e-█4', '${params.l2}').replace('{ a: 1 }', '{ a: 1, l2: 1e-4 }'));
  assert.ok(
    (await after(at('sql: sql/features.sql', 'sql: sql/feat█ures.sql'))).includes(
      '  sql: sql/features.sql\n\ndatasets',
    ),
  );
});

test('the name is one that no param has', async () => {
  const twice = at('learning_rate: "${params.learning_rate}"', 'learning_rate: 0.█1');
  assert.ok((await after(twice)).includes('  train_learning_rate: 0.1\n'));
  assert.ok(
    (await after(twice.replace('  epochs: 3\n', '  epochs: 3\n  train_learning_rate: 7\n'))).includes(
      '  train_learning_rate_2: 0.1\n',
    ),
  );
});

test('the section is made where it is missing, above the comments of the next', async () => {
  const text =
    'version: 1\nproject: p\n\n# the graph\nstages:\n  t: { uses: train, with: { data: d, model: mlp, epochs: 3█ } }\n';
  assert.equal(
    await after(text),
    'version: 1\nproject: p\n\nparams:\n  epochs: 3\n\n# the graph\nstages:\n  t: { uses: train, with: { data: d, model: mlp, epochs: "${params.epochs}" } }\n',
  );
  assert.equal(
    await after(text.replaceAll('\n', '\r\n')),
    'version: 1\r\nproject: p\r\n\r\nparams:\r\n  epochs: 3\r\n\r\n# the graph\r\nstages:\r\n  t: { uses: train, with: { data: d, model: mlp, epochs: "${params.epochs}" } }\r\n',
  );
});

test('nothing to extract: references, names, keys, what is no value of a stage', async () => {
  await none(at('data: features, model: logistic', 'data: feat█ures, model: logistic'));
  await none(at('uses: train', 'uses: tr█ain'));
  await none(at('batch_size: 32', 'batch█_size: 32'));
  await none(at('seed: 3', 'seed: █3'));
  await none(at('monitors:', 'monitors: [█'));
  assert.deepEqual((await actions(at('batch_size: 32', 'batch_size: 3█2'), ['quickfix'])).found, []);
});

test('a param back into the value', async () => {
  assert.equal(
    await after(at('"${params.epochs}"', '"${par█ams.epochs}"')),
    ordersYaml.replace('"${params.epochs}"', '3'),
  );
  const text = (param: string, value: string) =>
    `version: 1\nproject: p\nparams:\n  a: ${param}\nstages:\n  t:\n    cmd: ${value}\n`;
  const ref = '${params█.a}';
  const inlined = async (param: string, value: string) =>
    /cmd: ([\s\S]*)\n$/.exec(await after(text(param, value)))?.[1];
  assert.equal(await inlined('0.10 # tenth', `go ${ref} now`), 'go 0.1 now');
  assert.equal(await inlined('0.10 # tenth', ref), '0.10');
  assert.equal(await inlined('\n    - 1\n    - [2, x]', ref), '[1, [2, x]]');
  assert.equal(await inlined('say "hi"', `"go ${ref}"`), '"go say \\"hi\\""');
  assert.equal(await inlined("it's", `'go ${ref}'`), "'go it''s'");
  assert.equal(await inlined('a b', `|\n      go ${ref}`), '|\n      go a b');
  await none(text('"a: b"', `go ${ref}`));
  await none(text('[1]', `go ${ref}`));
  await none(text('1', 'go ${params█.b}'));
  assert.ok(
    (await after(at('"${params.epochs}"', '"${par█ams.epochs}"').replace('epochs: 3', 'epochs: a, b'))).includes(
      'epochs: "a, b", learning_rate',
    ),
  );
  assert.deepEqual(server.logged, []);
});
