import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { joinParquet } from '../../../engine/data/parquet/joinParquet.ts';
import { TextColumn } from '../../../engine/data/parquet/textColumn.ts';
import { hasType, type WrittenType } from '../../../engine/data/parquet/typedValues.ts';
import { writeRowGroup } from '../../../engine/data/parquet/writeRowGroup.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());
const random = seededRandom(11);
const upTo = (most: number) => Math.floor(random.next() * most);

function columnOf(values: readonly (string | null)[]): TextColumn {
  const column = new TextColumn();
  for (const value of values) {
    if (value === null) column.addMissing();
    else {
      const bytes = Buffer.from(`<${value}>`);
      column.add(bytes, 1, bytes.length - 1);
    }
  }
  return column;
}

const kinds: Record<string, { type: WrittenType; value: (i: number) => string | null }> = {
  all_different: { type: 'VARCHAR', value: (i) => `${i} is a text of its own` },
  few: { type: 'VARCHAR', value: () => ['GET', 'POST', '', 'ü\u{1F600}', 'x'.repeat(300)][upTo(5)] ?? null },
  runs: { type: 'VARCHAR', value: (i) => `run ${Math.floor(i / 70)}` },
  constant: { type: 'VARCHAR', value: () => 'same' },
  missing: { type: 'VARCHAR', value: () => null },
  often_missing: { type: 'VARCHAR', value: () => (upTo(3) === 0 ? `v${upTo(9)}` : null) },
  different_later: { type: 'VARCHAR', value: (i) => (i < 2500 ? `${i % 7}` : `${i}`) },
  whole: {
    type: 'BIGINT',
    value: () => ['0', '-1', '9223372036854775807', '-9223372036854775808', '9007199254740993', null][upTo(6)] ?? null,
  },
  numbers: { type: 'BIGINT', value: () => String(upTo(1e15) - 5e14) },
  statuses: { type: 'BIGINT', value: () => ['200', '404', '500', null][upTo(4)] ?? null },
  decimals: {
    type: 'DOUBLE',
    value: () =>
      ['0.1', '-3.75', '1', '123456789.123456', '0.30000000000000004', '123456789012345678', null][upTo(7)] ?? null,
  },
  times: {
    type: 'TIMESTAMP',
    value: () =>
      [
        '2024-02-29T23:59:59.9Z',
        '0999-12-31 00:00:00',
        '1969-12-31 23:59:59.999999',
        '9999-12-31T23:59:59+14:00',
        '2026-11-30T02:00:00-03:30',
        '1900-03-01 00:00:00',
        null,
      ][upTo(7)] ?? null,
  },
  each_second: { type: 'TIMESTAMP', value: (i) => new Date(1.7e12 + i * 250).toISOString() },
  flags: { type: 'BOOLEAN', value: () => ['true', 'false', null][upTo(3)] ?? null },
};

// Tried: no row, one row, less and more than eight, different and repeated texts, runs, texts that differ only later in
// the column, empty and long ones; missing values, none and only such; the ends of 64 bits; times before 1970 and with
// offsets; decimals of many digits.
test('values are read back as they were', async () => {
  const folder = temporaryFolder();
  const files: string[] = [];
  const all: Record<string, (string | null)[]> = {};
  for (const rows of [0, 1, 7, 9, 3000, 5001]) {
    const columns = Object.entries(kinds).map(([name, { type, value }]) => {
      const values = Array.from({ length: rows }, (_, i) => value(i));
      all[name] = [...(all[name] ?? []), ...values];
      return { name, type, values: columnOf(values) };
    });
    const path = join(folder, `${rows}.parquet`);
    await writeRowGroup(path, columns);
    files.push(path);
  }
  const whole = join(folder, 'whole.parquet');
  assert.equal(await joinParquet(files, Object.keys(kinds), whole), true);
  await db.run(`CREATE TABLE found AS SELECT *, row_number() OVER () AS n FROM '${whole}'`);
  for (const [name, { type }] of Object.entries(kinds)) {
    const values = all[name] ?? [];
    const text = JSON.stringify(values);
    const wanted = `(SELECT unnest(CAST($text AS JSON)::VARCHAR[]) AS v, generate_subscripts(CAST($text AS JSON)::VARCHAR[], 1) AS n)`;
    const cast = type === 'TIMESTAMP' ? 'CAST(CAST(v AS TIMESTAMPTZ) AS TIMESTAMP)' : `CAST(v AS ${type})`;
    const rows = await db.rows(
      `SELECT n, v, CAST(found."${name}" AS VARCHAR) AS f FROM ${wanted} w JOIN found USING (n) WHERE found."${name}" IS DISTINCT FROM ${cast} LIMIT 3`,
      { text },
    );
    assert.deepEqual(rows, [], name);
    const [typed] = await db.rows(
      `SELECT typeof("${name}") AS t, (SELECT count(*) FROM found) AS n FROM found LIMIT 1`,
    );
    assert.deepEqual(typed, { t: type, n: values.length });
  }
  // Bounds are known to readers, and leave nothing out.
  for (const [where, n] of [
    ["each_second >= TIMESTAMP '2023-11-14 22:13:20'", 8018],
    ['numbers > 500000000000000', 0],
    ['statuses = 301', 0],
  ] as const)
    assert.deepEqual(await db.rows(`SELECT count(*) AS n FROM '${whole}' WHERE ${where}`), [{ n }]);
  await assert.rejects(
    writeRowGroup(join(folder, 'no'), [{ name: 'x', type: 'BIGINT', values: columnOf(['1', 'x']) }]),
    RangeError,
  );
});

test('rows that are inserted have their places', () => {
  const column = columnOf(['a', 'b', null, 'a']);
  column.insert([0, 2, 2, 4], [Buffer.from('first'), null, Buffer.from('b'), Buffer.from('last')]);
  const text = (id: number) =>
    id === -1 ? null : column.bytes.toString('utf8', (column.starts[id] ?? 0) + 4, column.starts[id + 1]);
  assert.deepEqual(Array.from(column.ids.subarray(0, column.rows), text), [
    'first',
    'a',
    'b',
    null,
    'b',
    null,
    'a',
    'last',
  ]);
  assert.equal(column.missing, 2);
});

test('a text has a type when DuckDB reads the same', async () => {
  const texts = [
    '1',
    '-1',
    '01',
    '+1',
    '1.',
    '.5',
    '1e3',
    '',
    ' 1',
    '9223372036854775808',
    'true',
    'True',
    '1.0',
    'nan',
    '2026-02-30 00:00:00',
    '2026-02-28 24:00:00',
    '0000-01-01 00:00:00',
    'infinity',
    '2026-01-01',
    '2026-01-01T00:00:00.1234567Z',
    '2026-01-01 00:00:00+15:00',
    '2026-01-01 00:00:00 UTC',
  ];
  for (const type of ['BIGINT', 'DOUBLE', 'TIMESTAMP', 'BOOLEAN'] as const)
    for (const text of texts) {
      if (!hasType(Buffer.from(text), type)) continue;
      const [row] = await db.rows(`SELECT TRY_CAST($text AS ${type}) IS NOT NULL AS ok`, { text });
      assert.equal(row?.['ok'], true, `${text} as ${type}`);
    }
  assert.ok(hasType(Buffer.from('-12'), 'BIGINT') && !hasType(Buffer.from('infinity'), 'TIMESTAMP'));
});
