import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TextEdit } from 'vscode-languageserver';
import { seededRandom } from '../../engine/statistics/random.ts';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const uri = uriOf(join(makeProject(), 'loopwright.yaml'));
server.open(uri, '');

async function ask(text: string, position: { line: number; character: number }): Promise<TextEdit[]> {
  server.change(uri, text);
  return server.connection.sendRequest<TextEdit[]>('textDocument/onTypeFormatting', {
    textDocument: { uri },
    position,
    ch: '\n',
    options: { tabSize: 2, insertSpaces: true },
  });
}

/**
 * The indentation after Enter at █; -1 when it may stay, whatever it is. The new line begins with as many spaces as
 * told.
 */
async function indent(marked: string, begun = 11): Promise<number> {
  const { text, position } = withCursor(marked.replace('█', `\n${' '.repeat(begun)}█`));
  const [edit] = await ask(text, position);
  if (!edit) return -1;
  assert.deepEqual(edit.range, {
    start: { line: position.line, character: 0 },
    end: {
      line: position.line,
      character: begun + (/^ */.exec(marked.slice(marked.indexOf('█') + 1))?.[0].length ?? 0),
    },
  });
  return edit.newText.length;
}

test('one level deeper after a key, the same after a pair', async () => {
  assert.equal(await indent('stages:█\n'), 2);
  assert.equal(await indent('stages: # the graph█\n'), 2);
  assert.equal(await indent('stages:\n  train:\n    with:█\nmonitors: {}\n'), 6);
  assert.equal(await indent('stages:\n  train:\n    uses: train█\n'), 4);
  assert.equal(await indent('stages:\n  train: &t█\n'), 4);
  assert.equal(await indent('stages:█\n    train:\n'), 4, 'as what follows');
  assert.equal(await indent('card:\n  ethics: |█\n'), 4);
  assert.equal(await indent('seed: 3█\n'), 0);
});

test('after list items', async () => {
  assert.equal(await indent('run:\n  - collect█\n'), 2);
  assert.equal(await indent('fields:\n  - name: a█\n'), 4);
  assert.equal(await indent('fields:\n  - name: a\n    constraints:█\n'), 6);
  assert.equal(await indent('fields:\n  - constraints:█\n'), 6);
  assert.equal(await indent('fields:\n  - { name: a }█\n'), 2);
  assert.equal(await indent('fields:\n  -█\n'), 4);
  assert.equal(await indent('fields:\n  - name: a\n    categories: [a,\n      b]█\n'), 4);
});

test('inside flow collections, and at their closing bracket', async () => {
  assert.equal(await indent('with: {█\n}\n'), 2);
  assert.equal(await indent('stages:\n  a:\n    with: {█}\n'), 4);
  assert.equal(await indent('stages:\n  a:\n    with: { data: x,█ }\n'), 4);
  assert.equal(await indent('stages:\n  a:\n    with: { data: x,█\n'), 6);
  assert.equal(await indent('stages:\n  a:\n    with: {\n        data: x,█\n    }\n'), 8);
  assert.equal(await indent('a: {\n  b: [1, 2],█\n}\n'), 2);
  assert.equal(await indent('- [█\n'), 4);
});

test('nothing where any indentation will do, and nothing when it is right', async () => {
  assert.equal(await indent('stages:█\n', 2), -1);
  assert.equal(await indent('# about█\n'), -1);
  assert.equal(await indent('  █\n'), -1);
  assert.equal(await indent('cmd: |\n  go█\n'), -1);
  assert.equal(await indent('cmd: "go█ on"\n'), -1);
  assert.equal(await indent('cmd: go █on\n'), -1);
  assert.equal(await indent('stages:\r\n  a:█\r\n', 2), 4);
  assert.deepEqual(await ask('', { line: 0, character: 0 }), []);
});

test('behind the last line, nothing', async () => {
  assert.deepEqual(await ask('stages:', { line: 5, character: 3 }), []);
});

test('a very long entry is indented too', async () => {
  assert.deepEqual(
    (await ask(`stages: { ${'a, '.repeat(40_000)}\n`, { line: 1, character: 0 })).map(({ newText }) => newText),
    ['  '],
  );
});

test('wherever Enter is pressed, nothing throws (random)', async () => {
  const random = seededRandom(2);
  for (let i = 0; i < 300; i++) {
    const at = random.integer(ordersYaml.length);
    await indent(`${ordersYaml.slice(0, at)}█${ordersYaml.slice(at + (random.integer(3) === 0 ? 2 : 0))}`);
  }
  assert.deepEqual(server.logged, []);
});
