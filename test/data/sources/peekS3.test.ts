// Variations: one object and many, CSV, packed CSV, and Parquet larger than what is fetched; a key with odd characters,
// no object, a wrong key, another format, a store that is not there.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { prepareObjectStore, startObjectStore, storeKeys, type ObjectStore } from '../../helpers/objectStore.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { freePort } from '../../helpers/postgres.ts';

const missing = prepareObjectStore();
const options = { skip: missing ?? false };
// Without a store, the tests below that need one are skipped.
const store = (missing === null ? await startObjectStore() : null) as ObjectStore;
const root = makeProject();
const at = (s3: string, more = {}) => peekIn(root, { s3, endpoint: store.endpoint }, { env: storeKeys, ...more });

test('the objects are listed, and the first of them is read from its start', options, async () => {
  await store.put('bucket/day/1 + 😀.csv', 'id,at\n1,2026-01-01\n');
  await store.put('bucket/day/2.csv', 'id,at\n2,2026-01-02\n');
  await store.put('bucket/packed.csv.gz', gzipSync('id\n5\n') as Uint8Array<ArrayBuffer>);
  const peek = await at('s3://bucket/day/*.csv', { timestamp: 'at' });
  assert.deepEqual(peek.rows, [['1', '2026-01-01']]);
  assert.equal(peek.about, '2 objects of s3://bucket/day/*.csv, 38 B');
  assert.deepEqual(peek.notes, ['The rows are those of the first object, day/1 + 😀.csv.']);
  assert.equal(peek.total, undefined);
  assert.equal(peek.newestOf, 'file');
  assert.ok(Date.now() - Date.parse(peek.newest ?? '') < 3_600_000, peek.newest);
  const one = await at('s3://bucket/day/2.csv', { timestamp: 'at' });
  assert.deepEqual([one.total, one.newest, one.newestOf], [1, '2026-01-02T00:00:00.000Z', 'row']);
  assert.deepEqual((await at('s3://bucket/packed.csv.gz')).rows, [['5']]);
  const path = join(root, 'large.parquet');
  await withDatabase(undefined, (db) =>
    db.run(
      `COPY (SELECT i AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS text FROM range(200000) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 30000)`,
    ),
  );
  await store.put('bucket/large.parquet', readFileSync(path) as Uint8Array<ArrayBuffer>);
  const table = await at('s3://bucket/large.parquet', { rows: 1 });
  assert.deepEqual([table.rows[0]?.[0], table.total], ['0', 200_000]);
  assert.deepEqual(readdirSync(root), ['large.parquet']);
});

test('an error says what to do, and never the key', options, async () => {
  await store.put('bucket/note.docx', 'text');
  const wrong = { env: { ...storeKeys, AWS_SECRET_ACCESS_KEY: 'wrong-secret' } };
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const cases: [() => Promise<unknown>, RegExp][] = [
    [
      () => at('s3://bucket/none/*.csv'),
      /No object matches `s3:\/\/bucket\/none\/\*\.csv`\. Correct the bucket or the key/,
    ],
    [() => at('s3://bucket/note.docx'), /`note\.docx` cannot be read as a table/],
    [() => at('s3://bucket/day/2.csv', wrong), /could not be read: the store answered .* Set AWS_ACCESS_KEY_ID/],
    [
      () => peekIn(root, { s3: 's3://bucket/a.csv', endpoint: nobody }, { env: storeKeys }),
      /could not be listed: .*ECONNREFUSED.*Check the endpoint/,
    ],
  ];
  for (const [peeked, message] of cases)
    await assert.rejects(peeked(), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(!/wrong-secret|sec\/ret/.test(error.message), error.message);
      return true;
    });
});
