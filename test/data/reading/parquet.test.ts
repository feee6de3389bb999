/**
 * Parquet of other programs. Tried: text without its mark, alone, beside bytes, missing, over several files; bytes that are
 * no text, also after many rows that are; Brotli, LZ4 and zstd pages; long decimals; a codec, an encoding and a schema
 * that cannot be read, a value of hundreds of megabytes, by DuckDB's words for the files of apache/parquet-testing.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { describeDatabaseError } from '../../../engine/data/databaseError.ts';
import { quoteLiteral } from '../../../engine/data/quote.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { checkFiles } from '../../../engine/data/checkFiles.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

async function parquet(select: string, options = ''): Promise<string> {
  const path = join(folder, `f${++files}.parquet`);
  await db.run(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet${options})`);
  return path;
}
async function rows(...paths: string[]): Promise<Record<string, unknown>[]> {
  await checkFiles(paths);
  return db.rows(`SELECT * FROM ${sourceSql(paths)} ORDER BY ALL`);
}

test('bytes that are UTF-8 are read as text, and told', async () => {
  const path = await parquet(
    `SELECT encode('Zürich') AS city, '\\x89PNG\\xFF'::BLOB AS picture, NULL::BLOB AS none, 1 AS n`,
  );
  const [row] = await rows(path);
  assert.deepEqual([row?.['city'], row?.['none'], row?.['n']], ['Zürich', null, 1]);
  assert.notEqual(typeof row?.['picture'] === 'string' && row['picture'].startsWith('\u0089PNG'), true);
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /read as text: city, none$/);
  const other = await parquet(`SELECT encode('Bern') AS city, 2 AS n`);
  assert.deepEqual(
    (await rows(other, path)).map(({ city }) => city),
    ['Bern', 'Zürich'],
  );
});

test('bytes that are no text stay bytes', async () => {
  for (const bytes of [`'\\x00\\x01'::BLOB`, `CASE WHEN i < 4999 THEN encode('a') ELSE '\\xFF'::BLOB END`]) {
    const path = await parquet(`SELECT ${bytes} AS b FROM range(5000) t(i)`);
    await checkFiles([path]);
    const [found] = await db.rows(`DESCRIBE SELECT * FROM ${sourceSql([path])}`);
    assert.equal(found?.['column_type'], 'BLOB');
  }
});

test('pages of all codecs that DuckDB writes, and long decimals, are read', async () => {
  for (const codec of ['brotli', 'lz4_raw', 'zstd', 'gzip', 'snappy', 'uncompressed']) {
    const path = await parquet(
      `SELECT 12345678901234567890123456789.123456789::DECIMAL(38, 9) AS d`,
      `, COMPRESSION ${codec}`,
    );
    const [row] = await db.rows(`SELECT d::VARCHAR AS d FROM ${sourceSql([path])}`);
    assert.equal(row?.['d'], '12345678901234567890123456789.123456789', codec);
  }
});

test('what cannot be read has its file, a reason and what to do', () => {
  const sql = "SELECT * FROM read_parquet(['/data/a.parquet'], union_by_name = true)";
  for (const [message, about] of [
    [
      'Invalid Input Error: Failed to read file "/data/a.parquet": Unsupported compression codec "LZ4". Supported',
      /old LZ4 of Hadoop.*zstd/,
    ],
    [
      'Invalid Error: BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data',
      /encoding that cannot be read/,
    ],
    ['IO Error: MAP_KEY_VALUE requires two children', /schema inside the Parquet file is not valid/],
    ["Invalid Input Error: No magic bytes found at end of file '/data/a.parquet'", /not a whole Parquet file/],
  ] as const) {
    const error = describeDatabaseError(new Error(message), sql);
    assert.match(error.message, about);
    assert.match(error.message, /^\/data\/a\.parquet: /);
  }
});

test('a file of kilobytes with a value of hundreds of megabytes is told, with its column', async () => {
  const large = await parquet(`SELECT 1 AS a, repeat('x', 270000000) AS b`, ', COMPRESSION zstd');
  await assert.rejects(checkFiles([large]), /the values of the column `b` have 257 MB each, and 256 MB can be read/);
  await checkFiles([await parquet(`SELECT i AS a, repeat('x', 1000000) AS b FROM range(5) t(i)`)]);
});
