import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FoldingRange } from 'vscode-languageserver';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const uri = uriOf(join(makeProject(), 'loopwright.yaml'));
server.open(uri, '');

async function folds(text: string): Promise<FoldingRange[]> {
  server.change(uri, text);
  return server.connection.sendRequest<FoldingRange[]>('textDocument/foldingRange', { textDocument: { uri } });
}

/** Each line that opens a fold is marked «n, where n is the number of lines that it hides. */
async function folded(marked: string): Promise<void> {
  const lines = marked.split('\n');
  const expected = lines.flatMap((line, i) => {
    const mark = /«(\d+)(\w*)$/.exec(line);
    return mark ? [{ startLine: i, endLine: i + Number(mark[1]), ...(mark[2] ? { kind: mark[2] } : {}) }] : [];
  });
  assert.deepEqual(await folds(lines.map((line) => line.replace(/ ?«\d+\w*$/, '')).join('\n')), expected);
}

test('sections, entries, items and flow collections over several lines', () =>
  folded(`version: 1
params: «2
  a: 1
  b: [1, 2]

# about the stages
stages: «16
  one: «5
    cmd: | «2
      # run
      # it
    deps: «1
      - a.csv
    # of two
  two: «8
    uses: train
    with: { «2
      data: x,
      model: mlp,
    }
    gates: «2
      - name: a «1
        type: b
after: [1,«1
  2]
`));

test('blocks of comments and regions, not those inside texts', () =>
  folded(`# one «1comment
# two
# region all «7region
version: 1
# alone
project: p
# three «1comment
# four

# endregion
# regional «1comment
# area
cmd: >- «3
  # a
  # b
  # c
# endregion
`));

test('Windows line ends, broken texts, an empty file', async () => {
  const lines = (found: FoldingRange[]) => found.map(({ startLine, endLine }) => `${startLine}-${endLine}`);
  assert.deepEqual(lines(await folds(ordersYaml.replaceAll('\n', '\r\n'))), lines(await folds(ordersYaml)));
  assert.ok(lines(await folds(ordersYaml)).length > 15);
  assert.ok((await folds(ordersYaml.replace('monitors:', 'monitors: ['))).length > 5);
  assert.deepEqual(await folds(''), []);
  assert.deepEqual(await folds('x: &x\n  a: 1\ny: *x\nz:\n  <<: *x\n'), [
    { startLine: 0, endLine: 1 },
    { startLine: 3, endLine: 4 },
  ]);
});
