// The sources of a collect stage, typed by hand. Tried: each kind by its first key and its others, below `from:` and in
// braces, with the words that are offered accepted; the finished file has no finding.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { accepted, start } from '../helpers/completing.ts';
import { makeProject } from '../helpers/makeProject.ts';

const text = readFileSync(join(import.meta.dirname, '../fixtures/typed/project/sources.yaml'), 'utf8');
const from = `${start}  s:\n    uses: collect\n    with:\n      dataset: d\n      from:\n        `;

test('the first key of each kind is offered below `from:` with what it needs', async () => {
  const expected: Record<string, RegExp> = {
    mysql: /^ {8}mysql: .*MYSQL_URL/,
    postgres: /^ {8}postgres: .*DATABASE_URL/,
    logs: /^ {8}logs: /,
    mqtt: /^ {8}mqtt: /,
    python: /^ {8}python: /,
    events: /^ {8}events: /,
    duckdb: /^ {8}duckdb: /,
    delta: /^ {8}delta: /,
    iceberg: /^ {8}iceberg: /,
  };
  for (const [key, line] of Object.entries(expected)) {
    for (const typed of ['', key.slice(0, 2), key.slice(0, -1)])
      assert.match(await accepted(`${from}${typed}█\n`, key), line, `${key} behind ${JSON.stringify(typed)}`);
  }
});

test('further keys belong to the kind that is written', async () => {
  const cases: [first: string, key: string][] = [
    ['mysql: x', 'watermark'],
    ['mysql: x', 'ssl'],
    ['logs: a.log', 'format'],
    ['logs: a.log', 'continued'],
    ['mqtt: mqtt://h', 'topics'],
    ['mqtt: mqtt://h', 'qos'],
    ['python: x', 'query'],
    ['events: in', 'token_env'],
    ['events: in', 'port'],
  ];
  for (const [first, key] of cases) {
    assert.match(
      await accepted(`${from}${first}\n        ${key.slice(0, 2)}█\n`, key),
      new RegExp(`^ {8}${key}:`),
      key,
    );
    const braces = `${start}  s: { uses: collect, with: { dataset: d, from: { ${first}, ${key.slice(0, 2)}█ } } }\n`;
    assert.match(await accepted(braces, key), new RegExp(`${first}, ${key}:`), `${key} in braces`);
  }
});

test('a right file has no finding', async () => {
  const root = makeProject({
    'loopwright.yaml': '',
    '.env': 'MYSQL_URL=x\nDATABASE_URL=x\nDSN=x\nMQTT_USER=x\nMQTT_PASSWORD=x\nCLICKS_TOKEN=x\n',
    '.gitignore': '.loopwright/\n.env\ndata/\n',
    'certs/ca.pem': '',
    'stock.duckdb': '',
    'logs/app.log': '',
    'clicks.dataset.yaml': 'fields:\n  - name: page\n    type: string\n',
  });
  const server = await new LspClient().start();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  const here = text.replace('/var/log/nginx/access.log*', 'logs/*.log');
  server.open(uri, here.replace('qos: 1', 'qos: 3'));
  await server.codes(uri, ['LW105']);
  server.change(uri, here);
  assert.deepEqual(await server.codes(uri, []), []);
});
