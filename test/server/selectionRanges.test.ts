import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Position, SelectionRange } from 'vscode-languageserver';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const uri = uriOf(join(makeProject(), 'loopwright.yaml'));
server.open(uri, '');

function offsetOf(text: string, { line, character }: Position): number {
  return text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
}

/** The texts that are selected one after the other. */
function texts(text: string, range: SelectionRange | undefined): string[] {
  return range
    ? [text.slice(offsetOf(text, range.range.start), offsetOf(text, range.range.end)), ...texts(text, range.parent)]
    : [];
}

async function growing(marked: string): Promise<string[]> {
  const { text, position } = withCursor(marked);
  server.change(uri, text);
  const [range] = await server.connection.sendRequest<SelectionRange[]>('textDocument/selectionRange', {
    textDocument: { uri },
    positions: [position],
  });
  return texts(text, range);
}

const file =
  'params:\n  epochs: 3\nstages:\n  train:\n    cmd: "go ${params.epochs} now"\n    deps:\n      - data/x.csv\n    outs: [a, b] # two\n';

test('from the word to the file', async () => {
  assert.deepEqual(
    (await growing(file.replace('params.epochs', 'params.ep█ochs'))).map(
      (text) => text.split('\n')[0] + (text.includes('\n') ? '…' : ''),
    ),
    [
      'epochs',
      'params.epochs',
      '${params.epochs}',
      'go ${params.epochs} now',
      '"go ${params.epochs} now"',
      'cmd: "go ${params.epochs} now"',
      'cmd: "go ${params.epochs} now"…',
      'train:…',
      'stages:…',
      'params:…',
      'params:…',
    ],
  );
  assert.deepEqual((await growing(file.replace('x.csv', 'x█.csv'))).slice(0, 5), [
    'x',
    'x.csv',
    'data/x.csv',
    '- data/x.csv',
    'deps:\n      - data/x.csv',
  ]);
  assert.deepEqual((await growing(file.replace('[a, b]', '[a, b█]'))).slice(0, 3), ['b', '[a, b]', 'outs: [a, b]']);
  assert.deepEqual((await growing(file.replace('epochs: 3', 'epo█chs: 3'))).slice(0, 3), [
    'epochs',
    'epochs: 3',
    'params:\n  epochs: 3',
  ]);
  assert.deepEqual((await growing(file.replace('# two', '# t█wo'))).slice(0, 2), ['two', '# two']);
});

test('several cursors at once, each range larger than the one before and around its cursor', async () => {
  server.change(uri, ordersYaml);
  const positions = ordersYaml
    .split('\n')
    .flatMap((content, line) => Array.from({ length: content.length + 1 }, (_, character) => ({ line, character })));
  const ranges = await server.connection.sendRequest<SelectionRange[]>('textDocument/selectionRange', {
    textDocument: { uri },
    positions,
  });
  assert.equal(ranges.length, positions.length);
  ranges.forEach((range, i) => {
    const at = offsetOf(ordersYaml, positions[i] ?? { line: 0, character: 0 });
    let [start, end] = [at, at];
    for (let step: SelectionRange | undefined = range; step; step = step.parent) {
      const [from, to] = [offsetOf(ordersYaml, step.range.start), offsetOf(ordersYaml, step.range.end)];
      assert.ok(
        from <= start && to >= end && to - from > end - start,
        `${from}-${to} does not contain ${start}-${end}`,
      );
      [start, end] = [from, to];
    }
    assert.deepEqual([start, end], [0, ordersYaml.length]);
  });
});

test('aliases, broken texts and an empty file', async () => {
  assert.deepEqual((await growing('x: &x { a: 1 }\ny: *█x\n')).slice(0, 3), ['x', '*x', 'y: *x']);
  assert.ok((await growing(ordersYaml.replace('monitors:', 'monitors: [█'))).length > 0);
  assert.deepEqual(await growing('█'), ['']);
});
