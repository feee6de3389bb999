import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { writeParquet } from '../../engine/data/writeTable.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { newestSnapshot } from '../../engine/tracking/snapshots.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const schema = `fields:
  - { name: id, type: string, constraints: { required: true, unique: true }, loopwright: { role: id } }
  - { name: n, type: integer, constraints: { minimum: 0 } }
  - { name: at, type: datetime, loopwright: { role: timestamp } }
missingValues: ["", NA]
`;

function newProject(
  from: string,
  files: Record<string, string | Uint8Array>,
  more: { invalid?: string; withSchema?: boolean; path?: string } = {},
) {
  const { invalid, withSchema = true, path = 'data/items.parquet' } = more;
  return runIn(
    makeProject({
      'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: "${path}"${withSchema ? ', schema: items.dataset.yaml' : ''} } }\nstages:\n  collect: { uses: collect, with: { dataset: items, from: ${from}${invalid ? `, invalid: ${invalid}` : ''} } }\n`,
      'items.dataset.yaml': schema,
      ...files,
    }),
  );
}

const good = 'id,n,at\na,1,2026-01-01T00:00:00Z\nb,NA,2026-01-02T00:00:00Z\n';
const wanted = [
  { id: 'a', n: 1, at: Date.UTC(2026, 0, 1) },
  { id: 'b', n: null, at: Date.UTC(2026, 0, 2) },
];

test('CSV, TSV, JSON lines and Parquet give the same rows', async () => {
  const parquet = join(makeProject(), 'x.parquet');
  const db = await openDatabase({ threads: 1 });
  await writeParquet(
    db,
    "SELECT * FROM (VALUES ('a', 1::BIGINT, TIMESTAMP '2026-01-01'), ('b', NULL, TIMESTAMP '2026-01-02')) t(id, n, \"at\")",
    parquet,
  );
  db.close();
  const sources: Record<string, string | Uint8Array> = {
    'in/x.csv': good,
    'in/y.tsv': good.replaceAll(',', '\t'),
    'in/z.jsonl': '{"id":"a","n":1,"at":"2026-01-01T00:00:00Z"}\n{"id":"b","n":null,"at":"2026-01-02T00:00:00Z"}\n',
    'in/p.parquet': readFileSync(parquet),
    'in/crlf.csv': `\ufeff${good.replaceAll('\n', '\r\n')}`,
  };
  for (const [name, content] of Object.entries(sources)) {
    const project = newProject(`{ files: ${name} }`, { [name]: content });
    const outcome = await project.run();
    assert.equal(outcome.error, null, name);
    assert.deepEqual(await project.rows('data/items.parquet'), wanted, name);
    assert.equal(outcome.stages[0]?.summary, '2 rows');
    assert.deepEqual(newestSnapshot(project.store, 'items')?.rows, 2);
  }
});

test('several files and globs become one; a dataset that is a glob gets one file', async () => {
  const project = newProject(
    '{ files: ["in/*.csv", more.csv] }',
    { 'in/1.csv': good, 'in/2.csv': 'n,id\n5,c\n', 'more.csv': 'id\nd\n' },
    { path: 'data/items/*.parquet' },
  );
  assert.equal((await project.run()).error, null);
  assert.deepEqual(
    (await project.rows('data/items/collected.parquet', 'SELECT id, n FROM data ORDER BY id')).map(({ id, n }) => [
      id,
      n,
    ]),
    [
      ['a', 1],
      ['b', null],
      ['c', 5],
      ['d', null],
    ],
  );
  assert.deepEqual(readdirSync(join(project.root, 'data/items')), ['collected.parquet']);
  writeFiles(project.root, { 'in/3.csv': 'id\ne\n' });
  assert.deepEqual((await project.run()).stages[0]?.reasons, ['in/3.csv is new']);
  assert.equal((await project.rows('data/items/collected.parquet')).length, 5);
});

const spoilt =
  'id,n,at\na,1,2026-01-01T00:00:00Z\nb,-2,2026-01-02T00:00:00Z\n,3,2026-01-02T00:00:00Z\nc,x,2026-01-02T00:00:00Z\na,4,2026-01-02T00:00:00Z\nd,5,soon\n';

test('invalid rows are quarantined with their reasons and counted', async () => {
  const project = newProject('{ files: in.csv }', { 'in.csv': spoilt });
  const outcome = await project.run();
  assert.equal(outcome.stages[0]?.summary, '1 rows · 5 quarantined');
  assert.deepEqual(
    (await project.rows('data/items.parquet')).map(({ id, n }) => [id, n]),
    [['a', 1]],
  );
  const { detail, quarantined } = newestSnapshot(project.store, 'items') ?? {};
  assert.equal(quarantined, 5);
  const bad = await project.rows(detail?.quarantineFile ?? '', 'SELECT _row, _reasons FROM data ORDER BY _row');
  assert.deepEqual(
    bad.map(({ _row }) => _row),
    [2, 3, 4, 5, 6],
  );
  ['n: ', 'id: ', 'n: ', 'id: ', 'at: '].forEach((start, i) =>
    assert.ok(String(bad[i]?.['_reasons']).startsWith(start), String(bad[i]?.['_reasons'])),
  );
  assert.ok((detail?.rules ?? []).every(({ count }) => count > 0));
  assert.ok(
    project.logs.some((line) =>
      /collect\| warning: items: id: .* in 1 row, first in row 5 \(found a\) of in\.csv/.test(line),
    ),
    project.logs.join('\n'),
  );
});

test('invalid: fail stops with file and line, and writes nothing', async () => {
  const project = newProject('{ files: in.csv }', { 'in.csv': spoilt }, { invalid: 'fail' });
  const { error } = await project.run();
  assert.match(
    error?.message ?? '',
    /5 of 6 rows of `items` do not fit its schema\. First: .*Correct the data, or set `invalid: quarantine`/,
  );
  assert.equal(error?.place?.file, 'in.csv');
  assert.ok([3, 4].includes(error?.place?.line ?? 0), `line ${error?.place?.line}`);
  assert.ok(!existsSync(join(project.root, 'data/items.parquet')));
  assert.deepEqual(Object.keys(readLock(project.root)), []);
});

test('invalid: warn keeps every row and reports the invalid ones', async () => {
  const project = newProject('{ files: in.csv }', { 'in.csv': spoilt }, { invalid: 'warn' });
  const outcome = await project.run();
  assert.equal(outcome.stages[0]?.summary, '6 rows');
  assert.deepEqual(
    (await project.rows('data/items.parquet')).map(({ id, n }) => [id, n]),
    [
      ['a', 1],
      ['b', -2],
      [null, 3],
      ['c', null],
      ['a', 4],
      ['d', 5],
    ],
  );
  assert.ok(project.logs.some((line) => line.startsWith('collect| warning: items: ')));
});

test('a missing column is named, by the schema', async () => {
  const { error } = await newProject('{ files: in.csv }', { 'in.csv': 'n,at\n1,2026-01-01T00:00:00Z\n' }).run();
  assert.match(error?.message ?? '', /`items` does not fit its schema: .*\bid\b/);
});

test('an unreadable file is named', async () => {
  const parquet = await newProject('{ files: in/*.parquet }', {
    'in/broken.parquet': 'PAR1 this is no parquet at all PAR1',
  }).run();
  assert.match(parquet.error?.message ?? '', /broken\.parquet/);
  const without = await newProject(
    '{ files: in/*.parquet }',
    { 'in/broken.parquet': 'PAR1 this is no parquet at all PAR1' },
    { withSchema: false },
  ).run();
  assert.match(without.error?.message ?? '', /broken\.parquet/);
  const none = await newProject('{ files: in/*.csv }', {}).run();
  assert.match(none.error?.message ?? '', /No file matches `in\/\*\.csv`\. Add the data/);
  const empty = await newProject('{ files: in.csv }', { 'in.csv': '' }).run();
  assert.match(empty.error?.message ?? '', /in\.csv: the file is empty/);
  const mixed = Buffer.concat([Buffer.from('id,n,at\né,1,\n'), Buffer.from('\xe9,1,\n', 'latin1')]);
  assert.match(
    (await newProject('{ files: in.csv }', { 'in.csv': mixed }).run()).error?.message ?? '',
    /in\.csv.*UTF-8/,
  );
});

test('without a schema the data is read as it is written', async () => {
  const project = newProject('{ files: in.csv }', { 'in.csv': good }, { withSchema: false });
  assert.equal((await project.run()).stages[0]?.summary, '2 rows');
  assert.deepEqual(
    (await project.rows('data/items.parquet')).map(({ id, n }) => [id, n]),
    [
      ['a', 1],
      ['b', null],
    ],
  );
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

test('a download with the right hash is accepted, another is refused', async () => {
  const url = await serve((_, response) => response.end(good));
  const project = newProject(`{ url: "${url}/x.csv", sha256: ${sha(good)} }`, {});
  assert.equal((await project.run()).error, null);
  assert.deepEqual(await project.rows('data/items.parquet'), wanted);
  const wrong = newProject(`{ url: "${url}/x.csv", sha256: ${sha('other')} }`, {});
  assert.match(
    (await wrong.run()).error?.message ?? '',
    new RegExp(`its SHA-256 is ${sha(good)}, but ${sha('other')} is declared`),
  );
  assert.ok(!existsSync(join(wrong.root, 'data/items.parquet')));
});

test('a request is repeated after a server error, but not after a missing file', async () => {
  let asked = 0;
  const url = await serve((request, response) => {
    asked++;
    if (request.url === '/none.csv') return void response.writeHead(404).end();
    if (request.url === '/down.csv' || asked === 1) return void response.writeHead(500).end('no');
    return void response.end(good);
  });
  const project = newProject(`{ url: "${url}/x.csv" }`, {});
  assert.equal((await project.run()).error, null);
  assert.equal(asked, 2);
  assert.ok(
    project.logs.some((line) =>
      /x\.csv could not be downloaded \(the server answered 500 Internal Server Error\), trying again in/.test(line),
    ),
  );
  asked = 1;
  assert.match(
    (await newProject(`{ url: "${url}/none.csv" }`, {}).run()).error?.message ?? '',
    /none\.csv could not be downloaded: the server answered 404 Not Found/,
  );
  assert.equal(asked, 2);
  const gone = await newProject('{ url: "http://127.0.0.1:9/x.csv" }', {}).run();
  assert.match(gone.error?.message ?? '', /http:\/\/127\.0\.0\.1:9\/x\.csv could not be downloaded: /);
});

test('an interrupted download is repeated, and leaves no partial file', async () => {
  let asked = 0;
  const big = `id,n,at\n${Array.from({ length: 20_000 }, (_, i) => `k${i},${i},2026-01-01T00:00:00Z\n`).join('')}`;
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(big) });
    if (++asked === 1) response.write(big.slice(0, 1000), () => response.destroy());
    else response.end(big);
  });
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on('warning', note);
  const project = newProject(`{ url: "${url}/x.csv" }`, {});
  assert.equal((await project.run()).stages[0]?.summary, '20,000 rows');
  process.off('warning', note);
  assert.deepEqual(warnings, [], 'no listener is left behind');
  assert.deepEqual(
    readdirSync(join(project.root, '.loopwright/downloads'), { recursive: true }).filter((name) =>
      String(name).endsWith('.tmp'),
    ),
    [],
  );
});
