import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DocumentLink } from 'vscode-languageserver';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { until } from '../helpers/until.ts';

const server = await new LspClient().start();
const root = ordersProject({
  files: {
    'train.py': '',
    'src/go.sh': '',
    'metrics.json': '{}',
    'one/a.csv': 'x',
    'two/a.csv': 'x',
    'two/b.csv': 'x',
    'model/weights': '',
  },
});
const uri = uriOf(join(root, 'loopwright.yaml'));
server.open(uri, '');

/** What stands between « and » is linked, and nothing else. */
async function linked(marked: string, targets: readonly string[]): Promise<void> {
  const text = marked.replaceAll(/[«»]/g, '');
  server.change(uri, text);
  const links = await server.connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
    textDocument: { uri },
  });
  const lines = text.split('\n');
  for (const { range } of links.toReversed())
    lines[range.start.line] =
      `${lines[range.start.line]?.slice(0, range.start.character)}«${lines[range.start.line]?.slice(range.start.character, range.end.character)}»${lines[range.start.line]?.slice(range.end.character)}`;
  assert.equal(lines.join('\n'), marked);
  assert.deepEqual(
    links.map(({ target }) => target),
    targets.map((path) => uriOf(join(root, path))),
  );
}

test('paths, globs of one file, and files in commands that are there', async () => {
  await linked(
    `version: 1
project: p
datasets:
  a: { path: «one/*.csv», schema: «schemas/orders.dataset.yaml» }
  b: { path: two/*.csv, schema: schemas/none.dataset.yaml }
  c: { path: "**/*.py" }
stages:
  t:
    cmd: |
      python «train.py» --lr 0.1 --out=model/ --in=«one/a.csv»
      bash "«src/go.sh»" && cat gone.txt two/*.csv; cp \${params.x}/train.py «./train.py», src
    deps: [«src/go.sh», model, gone.txt]
    outs: [model]
    metrics: [«metrics.json»]
`,
    [
      'one/a.csv',
      'schemas/orders.dataset.yaml',
      'train.py',
      'one/a.csv',
      'src/go.sh',
      'train.py',
      'src/go.sh',
      'metrics.json',
    ],
  );
});

test('a file that comes is linked soon; broken texts do no harm', async () => {
  const text = 'stages:\n  t: { cmd: cat new.txt }\n';
  await linked(text, []);
  writeFiles(root, { 'new.txt': '' });
  server.changedOnDisk(uriOf(join(root, 'new.txt')));
  await until('the new file is linked', () =>
    linked('stages:\n  t: { cmd: cat «new.txt» }\n', ['new.txt']).then(
      () => true,
      () => false,
    ),
  );
  await linked('stages: [', []);
  await linked('stages:\n  t: { cmd: "a\\0.b" }\n', []);
  assert.deepEqual(server.logged, []);
});
