// Variations: CSV with and without types, ragged lines, other delimiter and encoding, a start that is cut inside quotes,
// gzip, UTF-16, JSON Lines, JSON arrays, Parquet; one file and many; small and larger than what a preview reads;
// servers with and without ranges, without a length, that redirect, refuse or hang; SQLite with a watermark, views, a
// missing table, a locked or foreign file; a command with and without consent.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import BetterSqlite from 'better-sqlite3';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { peekIn } from '../../helpers/peekIn.ts';

/** Every file of a folder with its size and time. */
function stateOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .toSorted();
}

const lines = (rows: number, line: (i: number) => string) => Array.from({ length: rows }, (_, i) => line(i)).join('');

test('a CSV file shows rows as written, the types it seems to have, and the lines that are no rows', async () => {
  const root = makeProject({ 'a.csv': 'id,when,word\n1,2026-01-01 10:00:00,NA\n2,2026-03-01 12:30:00,\n3,x\n' });
  const peek = await peekIn(root, { files: 'a.csv' }, { timestamp: 'when' });
  assert.deepEqual(peek.rows, [
    ['1', '2026-01-01 10:00:00', 'NA'],
    ['2', '2026-03-01 12:30:00', null],
  ]);
  assert.equal(peek.text, true);
  assert.equal(peek.total, 2);
  assert.equal(peek.newest, '2026-03-01T12:30:00.000Z');
  assert.equal(peek.newestOf, 'row');
  assert.match(peek.lag ?? '', /days behind$/);
  assert.equal(peek.about, 'a.csv, 65 B');
  assert.match(peek.notes?.join('\n') ?? '', /1 line with fewer fields than the header.*\(found 3,x\)/);
});

test('other forms of text files, small and large, show the same rows', async () => {
  const csv = `id,text\n${lines(150_000, (i) => `${i},"word ""${i}"", of\nmany lines"\n`)}`;
  const jsonl = lines(100_000, (i) => `${JSON.stringify({ id: i, text: `a "quoted" {word} ${i}` })}\n`);
  const wide = Buffer.from(`\uFEFFid\ttext\n${lines(200_000, (i) => `${i}\tgrün ${i}\n`)}`, 'utf16le');
  const root = makeProject({
    'large.csv': csv,
    'large.csv.gz': gzipSync(csv),
    'small.csv.gz': gzipSync('id,text\n0,a\n1,b\n'),
    'large.jsonl': jsonl,
    'large.json': `[\n${jsonl.trim().replaceAll('\n', ',\n')}\n]`,
    'wide.tsv': wide,
    'semicolon.csv': 'a title\nid;text\n0;"1,5"\n',
  });
  const large = await peekIn(root, { files: 'large.csv' }, { rows: 3 });
  assert.deepEqual(large.rows[2], ['2', 'word "2", of\nmany lines']);
  assert.equal(large.total, undefined);
  assert.deepEqual(large.notes, undefined, 'nothing of the cut is told as a broken line');
  assert.deepEqual((await peekIn(root, { files: 'large.csv.gz' }, { rows: 3 })).rows, large.rows);
  assert.equal((await peekIn(root, { files: 'small.csv.gz' })).total, 2);
  for (const name of ['large.jsonl', 'large.json']) {
    const peek = await peekIn(root, { files: name }, { rows: 2 });
    assert.deepEqual(peek.rows[1], ['1', 'a "quoted" {word} 1'], name);
    assert.deepEqual(peek.columns, [
      { name: 'id', type: 'BIGINT' },
      { name: 'text', type: 'VARCHAR' },
    ]);
    assert.equal(peek.text, undefined);
  }
  const utf16 = await peekIn(root, { files: 'wide.tsv', encoding: 'utf-16le', delimiter: '\t' }, { rows: 2 });
  assert.deepEqual(utf16.rows[1], ['1', 'grün 1']);
  const semicolon = await peekIn(root, { files: 'semicolon.csv', delimiter: ';', skip: 1 });
  assert.deepEqual(semicolon.rows, [['0', '1,5']]);
});

test('lists and records show as JSON', async () => {
  const root = makeProject({
    'nested.jsonl': `{"id": 1, "tags": ["a, \\"b\\"", "]"], "who": {"name": "O'Neil: {x}", "age": null}}\n{"id": 2, "tags": [], "who": null}\n`,
  });
  const { rows } = await peekIn(root, { files: 'nested.jsonl' });
  assert.deepEqual(rows, [
    ['1', '["a, \\"b\\"","]"]', `{"name":"O'Neil: {x}","age":null}`],
    ['2', '[]', null],
  ]);
});

test('many files are read from their starts, and what is wrong names the file', async () => {
  const parts = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`part/${10 + i}.csv`, `id\n${i}\n`]));
  const root = makeProject({
    ...parts,
    'bad.jsonl': `{"a":1}\n{"a":\n${'{"a":1}\n'.repeat(600_000)}`,
    'bad.csv.gz': 'not packed',
  });
  const peek = await peekIn(root, { files: 'part/*.csv' });
  assert.equal(peek.about, '12 files, 62 B');
  assert.equal(peek.rows.length, 8);
  assert.deepEqual(peek.notes, ['The rows and columns are those of the first 8 of 12 files.']);
  await assert.rejects(peekIn(root, { files: 'bad.jsonl' }), (error: Error) => {
    assert.match(error.message, /bad\.jsonl, line \d: /);
    assert.ok(error.message.startsWith(root), error.message);
    return true;
  });
  await assert.rejects(peekIn(root, { files: 'bad.csv.gz' }), /bad\.csv\.gz: cannot be read: incorrect header check/);
  await assert.rejects(peekIn(root, { files: 'none/*.csv' }), /No file matches `none\/\*\.csv`\. Add the data/);
});

test('nothing is written into the project, also when it fails', async () => {
  const root = makeProject({ 'a.csv': `id\n${'1\n'.repeat(2_500_000)}`, 'empty.csv': '' });
  const before = stateOf(root);
  await peekIn(root, { files: 'a.csv' });
  await assert.rejects(peekIn(root, { files: 'empty.csv' }), /empty\.csv: the file is empty/);
  await peekIn(root, { command: 'echo id > written.csv' });
  assert.deepEqual(stateOf(root), before);
});

test('a command is run with consent only; otherwise its last output shows', async () => {
  const root = makeProject({ 'kept.csv': 'id\n7\n' });
  const asked = await peekIn(root, { command: 'node -e "console.log(1)"' });
  assert.deepEqual(asked.rows, []);
  assert.match(asked.notes?.join() ?? '', /does not run a command/);
  const kept = await peekIn(root, { command: 'exit 3', output: 'kept.csv' });
  assert.deepEqual(kept.rows, [['7']]);
  assert.match(kept.notes?.join() ?? '', /These rows are what the command wrote on/);
  const command = `"${process.execPath}" -e "console.log('id'); console.log(42)"`;
  const run = await peekIn(root, { command }, { runs: true });
  assert.deepEqual(run.rows, [['42']]);
  assert.deepEqual(readdirSync(root), ['kept.csv']);
  await assert.rejects(peekIn(root, { command: 'exit 3' }, { runs: true }), /exit code 3/);
});

test('SQLite: first rows, number, freshness; after a watermark only what is new', async () => {
  const root = makeProject();
  const db = new BetterSqlite(join(root, 'app.db'));
  db.exec(
    `CREATE TABLE orders (id INTEGER PRIMARY KEY, made TEXT, amount REAL, bytes BLOB); CREATE VIEW recent AS SELECT * FROM orders;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO orders SELECT i, strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', i || ' minutes'), i / 2.0, x'00ff' FROM n`,
  );
  db.close();
  const query = 'SELECT * FROM recent';
  const peek = await peekIn(root, { sqlite: 'app.db', query, watermark: 'id' }, { rows: 2, timestamp: 'made' });
  assert.deepEqual(peek.rows, [
    ['1', '2026-01-01 00:01:00', '0.5', 'AP8='],
    ['2', '2026-01-01 00:02:00', '1', 'AP8='],
  ]);
  assert.deepEqual(
    peek.columns.map(({ type }) => type),
    ['BIGINT', 'VARCHAR', 'DOUBLE', 'VARCHAR'],
  );
  assert.equal(peek.total, 5000);
  assert.equal(peek.newest, '2026-01-04T11:20:00.000Z');
  assert.match(peek.about, /^SQLite 3\.[\d.]+, app\.db, /);
  const since = { column: 'id', value: '4998', kind: 'integer' as const };
  const next = await peekIn(root, { sqlite: 'app.db', query, watermark: 'id' }, { since });
  assert.deepEqual(
    next.rows.map(([id]) => id),
    ['4999', '5000'],
  );
  await assert.rejects(
    peekIn(root, { sqlite: 'app.db', query: 'SELECT * FROM ordres' }),
    /no such table: ordres\..* Did you mean `orders`\?/,
  );
  await assert.rejects(
    peekIn(root, { sqlite: 'app.db', query: 'SELECT * FROM customers' }),
    /no such table: customers\..* Its tables are: "orders", "recent"\./,
  );
  await assert.rejects(peekIn(root, { sqlite: 'no.db', query }), /There is no database `no\.db`/);
  writeFileSync(join(root, 'text.db'), 'id\n1\n'.repeat(1000));
  await assert.rejects(peekIn(root, { sqlite: 'text.db', query }), /`text\.db` is not a SQLite database/);
});

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves files with ranges, unless `answer` answers. */
async function serve(files: Record<string, Buffer>, answer: Answer = () => false) {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? '');
    if (answer(request, response)) return;
    const content = files[request.url ?? ''];
    if (!content) return void response.writeHead(404).end();
    const head = { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'content-type': 'application/octet-stream' };
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (from === '') return void response.writeHead(200, { ...head, 'content-length': content.length }).end(content);
    const part = content.subarray(Number(from), Number(to) + 1);
    response
      .writeHead(206, {
        ...head,
        'content-length': part.length,
        'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${content.length}`,
      })
      .end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges };
}

/** A Parquet file of several row groups, larger than what is read of a text. */
async function largeParquet(): Promise<Buffer> {
  const root = makeProject();
  const path = join(root, 'large.parquet');
  await withDatabase(undefined, (db) =>
    db.run(
      `COPY (SELECT i AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text, TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS at FROM range(300000) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 30000)`,
    ),
  );
  return readFileSync(path);
}

test('a download is read by its first bytes; Parquet by its footer and first rows', async () => {
  const parquet = await largeParquet();
  const { url, ranges } = await serve({
    '/small.csv': Buffer.from('id,word\n1,a\n2,b\n'),
    '/large.csv': Buffer.from(`id,word\n${lines(300_000, (i) => `${i},word number ${i}\n`)}`),
    '/large.csv.gz': gzipSync(`id,word\n${lines(100_000, (i) => `${i},${randomBytes(45).toString('base64')}\n`)}`),
    '/large.parquet': parquet,
  });
  const root = makeProject();
  const small = await peekIn(root, { url: `${url}/small.csv` });
  assert.deepEqual([small.total, small.rows[1]], [2, ['2', 'b']]);
  assert.equal(small.newest, '2026-01-01T00:00:00.000Z');
  assert.equal(small.newestOf, 'file');
  const large = await peekIn(root, { url: `${url}/large.csv` });
  assert.deepEqual([large.total, large.rows[1]], [undefined, ['1', 'word number 1']]);
  const packed = await peekIn(root, { url: `${url}/large.csv.gz` });
  assert.deepEqual([packed.rows[1]?.[0], packed.rows[1]?.[1]?.length, packed.total], ['1', 60, undefined]);
  ranges.length = 0;
  const table = await peekIn(root, { url: `${url}/large.parquet` }, { rows: 2, timestamp: 'at' });
  assert.equal(table.total, 300_000);
  assert.equal(table.rows[1]?.[0], '1');
  assert.deepEqual(
    table.columns.map(({ type }) => type),
    ['BIGINT', 'VARCHAR', 'TIMESTAMP'],
  );
  const asked = ranges.map((range) => {
    const [, from, to] = /(\d+)-(\d+)/.exec(range) ?? [];
    return Number(to) - Number(from) + 1;
  });
  assert.ok(asked.reduce((sum, n) => sum + n, 0) < parquet.length / 2, `${asked.join()} of ${parquet.length}`);
  assert.deepEqual(readdirSync(root), []);
});

test('a server without ranges or a length, one that refuses, and one that hangs', async () => {
  const text = Buffer.from(`id\n${lines(600_000, (i) => `${i}00\n`)}`);
  const { url } = await serve({}, (request, response) => {
    if (request.url === '/plain') response.writeHead(200, { 'content-type': 'text/csv' }).end(text);
    else if (request.url === '/gone.csv') response.writeHead(302, { location: '/missing.csv' }).end();
    else if (request.url === '/secret.csv')
      response.writeHead(request.headers.authorization === 'Basic YWRhOnMzY3IzdA==' ? 500 : 401).end();
    else if (request.url === '/empty.csv') response.writeHead(200, { 'content-length': 0 }).end();
    else return request.url === '/hangs.csv';
    return true;
  });
  const root = makeProject();
  const plain = await peekIn(root, { url: `${url}/plain` });
  assert.deepEqual([plain.rows[1], plain.total], [['100'], undefined]);
  await assert.rejects(peekIn(root, { url: `${url}/gone.csv` }), /answered 404 Not Found\. Correct the address/);
  await assert.rejects(peekIn(root, { url: `${url}/secret.csv` }), /answered 401 Unauthorized\. Add the credentials/);
  const secret = `${url.replace('http://', 'http://ada:s3cr3t@')}/secret.csv`;
  await assert.rejects(peekIn(root, { url: secret }), (error: Error) => {
    assert.match(error.message, /answered 500/);
    assert.ok(!error.message.includes('s3cr3t'), error.message);
    return true;
  });
  await assert.rejects(peekIn(root, { url: `${url}/empty.csv` }), /empty\.csv is empty/);
  await assert.rejects(
    peekIn(root, { url: `${url}/hangs.csv` }, { limitMs: 200 }),
    /hangs\.csv did not answer within 0\.2 s/,
  );
  const stop = new AbortController();
  const cancelled = peekIn(root, { url: `${url}/hangs.csv` }, { signal: stop.signal });
  stop.abort();
  await assert.rejects(cancelled, { name: 'CancelledError' });
  await assert.rejects(
    peekIn(root, { url: 'http://127.0.0.1:9/x.csv' }),
    /x\.csv could not be read: .*Check the address/,
  );
});
