import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Range, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const uri = uriOf(join(makeProject(), 'loopwright.yaml'));
server.open(uri, '');
const options = { tabSize: 2, insertSpaces: true };

const applied = (text: string, edits: TextEdit[]) =>
  TextDocument.applyEdits(TextDocument.create(uri, 'yaml', 1, text), edits);

async function format(text: string): Promise<string> {
  server.change(uri, text);
  return applied(
    text,
    await server.connection.sendRequest<TextEdit[]>('textDocument/formatting', { textDocument: { uri }, options }),
  );
}

/** Formats what stands between « and ». */
async function formatRange(marked: string): Promise<string> {
  const [before = '', inside = '', after = ''] = marked.split(/[«»]/);
  const text = before + inside + after;
  server.change(uri, text);
  const at = (length: number) => TextDocument.create(uri, 'yaml', 1, text).positionAt(length);
  const range: Range = { start: at(before.length), end: at(before.length + inside.length) };
  return applied(
    text,
    await server.connection.sendRequest<TextEdit[]>('textDocument/rangeFormatting', {
      textDocument: { uri },
      range,
      options,
    }),
  );
}

test('a file is laid out with comments and tables as they are', async () => {
  assert.equal(
    await format(`version:  1
datasets:
    orders:   {path: a.csv,schema: s.yaml}   # one
    features: {path: b.csv,schema: t.yaml}   # two


stages:
    a:
        # why
        cmd: |
              go
                on
`),
    `version: 1
datasets:
  orders:   { path: a.csv, schema: s.yaml }  # one
  features: { path: b.csv, schema: t.yaml }  # two

stages:
  a:
    # why
    cmd: |
      go
        on
`,
  );
  assert.equal(await format(ordersYaml), ordersYaml);
  assert.equal(await format(ordersYaml.replaceAll('\n', '  \r\n')), ordersYaml.replaceAll('\n', '\r\n'));
});

test('a file with errors of syntax is left alone, one with errors of meaning is not', async () => {
  assert.equal(await format('a: [1,2\nb:   3\n'), 'a: [1,2\nb:   3\n');
  assert.equal(await format('a: b: c\nd:   3\n'), 'a: b: c\nd:   3\n');
  assert.equal(await format('a: b: c\nd:   3\n'), 'a: b: c\nd:   3\n');
  assert.equal(await format('sed:   3\n'), 'sed: 3\n');
});

test('a range: only its lines, and nothing that would change the meaning of others', async () => {
  assert.equal(await formatRange('a:   1\n«b:   [1,2]\n»c:   3\n'), 'a:   1\nb:   [1, 2]\nc:   3\n');
  assert.equal(await formatRange('a:    1\n\n«bb:  [1,2]\n»\nc:   3\n'), 'a:    1\n\nbb: [1, 2]\n\nc:   3\n');
  assert.equal(await formatRange('a:\n«    b:\n        c: [1,2]\n»d:   3\n'), 'a:\n  b:\n    c: [1, 2]\nd:   3\n');
  assert.equal(
    await formatRange('a:\n    b:\n«        c: [1,2]\n»        d: 3\n'),
    'a:\n    b:\n        c: [1, 2]\n        d: 3\n',
  );
});
