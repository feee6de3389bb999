import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { listSnapshots } from '../../../engine/tracking/snapshots.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { prepareObjectStore, startObjectStore, storeKeys, type ObjectStore } from '../../helpers/objectStore.ts';
import { freePort } from '../../helpers/postgres.ts';
import { runIn } from '../../helpers/runIn.ts';

const missing = prepareObjectStore();
const options = { skip: missing ?? false };
// Without a store, the tests below that need one are skipped.
const store = (missing === null ? await startObjectStore() : null) as ObjectStore;

function project(s3: string, more: { endpoint?: string; env?: Record<string, string | undefined> } = {}) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: { s3: "${s3}", endpoint: "${more.endpoint ?? store.endpoint}" } } }\n`,
  });
  const runner = runIn(root);
  const pull = async (request = {}) => {
    const {
      stages: [stage],
      error,
    } = await runner.run({
      project: loadProject(root, undefined, { ...process.env, ...storeKeys, ...more.env }),
      stages: ['pull'],
      ...request,
    });
    return error?.message ?? stage?.summary;
  };
  return { ...runner, pull };
}

test('all objects that match are the data; only changed ones are fetched again', options, async () => {
  for (const [key, text] of [
    ['day/1.csv', 'id\n1\n'],
    ['day/2.csv', 'id\n2\n'],
    ["day/it's (a) b+c & 😀.csv", 'id\n3\n'],
    ['day/deep/4.csv', 'id\n4\n'],
    ['other.csv', 'id\n9\n'],
  ])
    await store.put(`bucket/${key}`, text ?? '');
  const p = project('s3://bucket/day/*.csv');
  const ids = async () => (await p.rows('data/items.parquet', 'SELECT id FROM data ORDER BY id')).map(({ id }) => id);
  assert.equal(await p.pull(), '3 rows');
  assert.deepEqual(await ids(), [1, 2, 3]);
  assert.ok(p.logs.some((line) => line.endsWith('3 objects of s3://bucket/day/*.csv, 3 fetched')));
  assert.equal(await p.pull(), '3 rows · nothing new');
  await store.put('bucket/day/2.csv', 'id\n2\n22\n');
  await store.put('bucket/day/5.csv', 'id\n5\n');
  await store.remove('bucket/day/1.csv');
  p.logs.length = 0;
  assert.equal(await p.pull(), '4 rows');
  assert.ok(
    p.logs.some((line) => line.endsWith(', 2 fetched')),
    p.logs.join('\n'),
  );
  assert.deepEqual(await ids(), [2, 3, 5, 22]);
  assert.equal(listSnapshots(p.store, 'items').length, 2);
  assert.equal(globSync('.loopwright/downloads/s3-*/*.csv', { cwd: p.root }).length, 3, 'what went there goes here');
  // A damaged local copy is fetched again.
  const copy = globSync('.loopwright/downloads/s3-*/*.csv', { cwd: p.root })[0] ?? '';
  writeFileSync(join(p.root, copy), 'id\n7\n');
  assert.equal(await p.pull(), '4 rows · nothing new');
  assert.ok(readFileSync(join(p.root, copy), 'utf8') !== 'id\n7\n');
});

test('a listing of several pages is read completely', { ...options, timeout: 120_000 }, async () => {
  const keys = Array.from({ length: 1030 }, (_, i) => `many/${i}.csv`);
  for (let i = 0; i < keys.length; i += 50)
    await Promise.all(keys.slice(i, i + 50).map((key, j) => store.put(`bucket/${key}`, `id\n${i + j}\n`)));
  const p = project('s3://bucket/many/*.csv');
  assert.equal(await p.pull(), '1,030 rows');
});

test('a large object is resumed after a broken connection and is complete', options, async () => {
  const text = `id,word\n${Array.from({ length: 400_000 }, (_, i) => `${i},word number ${i}\n`).join('')}`;
  await store.put('bucket/large.csv', text);
  // A proxy in front of the store: a connection that ends after two million bytes, twice.
  let cuts = 2;
  const asked: string[] = [];
  const between = createServer((near) => {
    const far = connect(store.port, '127.0.0.1');
    let sent = 0;
    near.on('data', (chunk) => asked.push(chunk.toString('latin1')));
    near.pipe(far);
    far.on('data', (chunk) => {
      sent += chunk.length;
      if (cuts > 0 && sent > 2_000_000) {
        cuts--;
        near.destroy();
        far.destroy();
      } else near.write(chunk);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  after(() => between.close());
  const p = project('s3://bucket/large.csv', {
    endpoint: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
  });
  assert.equal(await p.pull(), '400,000 rows');
  assert.equal(cuts, 0);
  assert.equal(asked.filter((request) => /^range: bytes=[1-9]\d+-/im.test(request)).length, 2);
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT count(DISTINCT id) AS n, max(id) AS most FROM data'), [
    { n: 400_000, most: 399_999 },
  ]);
});

test('an error of the store is reported with an action and without the keys', options, async () => {
  const closed = await freePort();
  assert.match(
    (await project('s3://bucket/none/*.csv').pull()) ?? '',
    /No object matches `s3:\/\/bucket\/none\/\*\.csv`/,
  );
  assert.match((await project('s3://nowhere/x.csv').pull()) ?? '', /NoSuchBucket.*Correct the name of the bucket/);
  await store.put('bucket/notes.docx', 'x');
  assert.match((await project('s3://bucket/notes.docx').pull()) ?? '', /`notes\.docx` cannot be read as a table/);
  const wrong = project('s3://bucket/other.csv', { env: { AWS_SECRET_ACCESS_KEY: 'another-secret-key' } });
  assert.match((await wrong.pull()) ?? '', /SignatureDoesNotMatch.*Set AWS_ACCESS_KEY_ID/);
  assert.match(
    (await project('s3://bucket/other.csv', { env: { AWS_ACCESS_KEY_ID: undefined } }).pull()) ?? '',
    /AccessDenied/,
  );
  assert.match(
    (await project('s3://bucket/other.csv', { endpoint: `http://127.0.0.1:${closed}` }).pull()) ?? '',
    /could not be listed: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(tried 4 times\)/,
  );
  const p = project('s3://bucket/other.csv');
  await p.pull();
  const stored = readdirSync(join(p.root, '.loopwright'), { recursive: true, withFileTypes: true });
  const written = stored.filter((entry) => entry.isFile());
  assert.ok(written.length > 0);
  for (const { parentPath, name } of written)
    assert.ok(!readFileSync(join(parentPath, name), 'latin1').includes(storeKeys.AWS_SECRET_ACCESS_KEY), name);
});

test('a server that gives the same page of a listing again and again is told', options, async (t) => {
  const page =
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken></ListBucketResult>';
  const server = createHttpServer((_, answer) => answer.setHeader('content-type', 'application/xml').end(page));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const p = project('s3://bucket/*.csv', { endpoint: `http://127.0.0.1:${port}` });
  assert.match((await p.pull()) ?? '', /could not be listed: the server gives the same page again and again/);
});
