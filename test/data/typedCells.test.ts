// Text of more than 200 columns and few rows is typed by its cells, and must be what its columns are in files of fewer.
// Tried: whole, decimal and long numbers, numbers with commas, dates of three forms, times, booleans, words, codes,
// markers for missing values, empty columns, texts of another type (left out, as text, as written), quotes, line breaks
// and other letters, odd names; with a schema and without; no row, one row, many rows; a line with too few fields.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { profileTable, profileTypedCells, type ColumnProfile } from '../../engine/data/profileTable.ts';
import { tableOfCells } from '../../engine/data/typedCells.ts';
import { typedSelect, typedTable, type TypedOptions } from '../../engine/data/typedSource.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
const random = seededRandom(11);
const pick = (...texts: string[]) => texts[random.integer(texts.length)] ?? '';
const day = () => 1 + random.integer(28);

const kinds: { field: Omit<Field, 'name'>; text: () => string }[] = [
  { field: { type: 'integer' }, text: () => String(random.integer(900)) },
  { field: { type: 'number' }, text: () => (random.integer(5000) / 7).toFixed(3) },
  { field: { type: 'integer' }, text: () => `1234567890123456789${random.integer(900)}` },
  { field: { type: 'number', decimalChar: ',' }, text: () => `${random.integer(90)},${random.integer(90)}` },
  { field: { type: 'date' }, text: () => `2024-03-${String(day()).padStart(2, '0')}` },
  { field: { type: 'date', format: '%d.%m.%Y' }, text: () => `${day()}.4.2024` },
  { field: { type: 'datetime' }, text: () => `2024-03-${String(day()).padStart(2, '0')}T10:0${random.integer(9)}:00Z` },
  { field: { type: 'boolean' }, text: () => pick('true', 'false') },
  { field: { type: 'string' }, text: () => pick('red', 'green', 'größe', '名', 'a "b"', 'two\nlines', 'x, y', ' blank ') },
  { field: { type: 'string' }, text: () => `0${random.integer(99)}` },
  { field: { type: 'number', missingValues: ['', 'NA', '-'] }, text: () => pick('1.5', '2', 'NA', '-', '') },
  { field: { type: 'integer' }, text: () => pick('1', '2', '3', '4', '5', '6', 'oops') },
  { field: { type: 'string' }, text: () => '' },
]; // prettier-ignore
const nameOf = (i: number) =>
  i % 9 === 4 ? `a "b" ${i}` : i % 9 === 5 ? `É ${i}` : i % 9 === 6 ? 'l.v'.repeat(1 + i) : `c${i}`;
const count = 221;
const quoted = (text: string) => (/[",\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

interface Written {
  whole: string;
  parts: string[];
}

function written(rows: number, broken = false): Written {
  const table = Array.from({ length: rows }, () =>
    Array.from({ length: count }, (_, i) => (random.integer(12) === 0 ? '' : (kinds[i % kinds.length]?.text() ?? ''))),
  );
  const file = (name: string, from: number, to: number) => {
    const lines = [
      Array.from({ length: to - from }, (_, k) => nameOf(from + k)),
      ...table.map((row) => row.slice(from, to)),
    ];
    const text = lines.map((line) => line.map(quoted).join(','));
    if (broken) text.splice(3, 0, 'too,few');
    const path = join(folder, `${name}-${rows}.csv`);
    writeFileSync(path, `${text.join('\n')}\n`);
    return path;
  };
  // Each part has a column of every kind.
  const edges = [0, 78, 156, count];
  return { whole: file('whole', 0, count), parts: edges.slice(1).map((to, i) => file(`part${i}`, edges[i] ?? 0, to)) };
}

const schema: DatasetSchema = {
  fields: Array.from({ length: count }, (_, i) => i)
    .filter((i) => i % 17 !== 3)
    .map((i): Field => ({ name: nameOf(i), ...kinds[i % kinds.length]?.field })),
};

async function read(db: Database, file: string, given: DatasetSchema | null, options: TypedOptions) {
  const select = await typedSelect(db, [file], given, options);
  const columns = await columnsOf(db, `(${select})`);
  const texts = columns.map(({ name }) => `CAST("${name.replaceAll('"', '""')}" AS VARCHAR)`);
  const rows = await db.rows(`SELECT ${texts.map((text, i) => `${text} AS t${i}`).join(', ')} FROM (${select})`);
  return { columns, rows: rows.map((row) => Object.values(row)) };
}

const strict: TypedOptions = { strays: 'text', asWritten: new Set([nameOf(11)]) };

for (const [rows, given, options] of [
  [0, schema, {}],
  [1, schema, {}],
  [40, schema, strict],
  [40, null, {}],
  [40, null, { strays: 'text' }],
] as const)
  test(`${rows} rows of many columns are typed as in files of fewer: ${given ? 'schema' : 'none'}, ${JSON.stringify(options)}`, async () => {
    const { whole, parts } = written(rows);
    const db = await openDatabase();
    try {
      const found = await read(db, whole, given, options);
      const expected: Awaited<ReturnType<typeof read>>[] = [];
      for (const part of parts) expected.push(await read(db, part, given, options));
      assert.deepEqual(
        found.columns,
        expected.flatMap(({ columns }) => columns),
      );
      assert.deepEqual(
        found.rows,
        found.rows.map((_, r) => expected.flatMap((one) => one.rows[r])),
      );
      assert.equal(found.rows.length, rows);
    } finally {
      db.close();
    }
  });

test('its profile is that of its table, and lines that are no rows are left out', async () => {
  const { whole } = written(40, true);
  const db = await openDatabase();
  try {
    const typed = await typedTable(db, [whole], null, { rejects: true });
    assert.ok(typed.cells !== null);
    const byCells = await profileTypedCells(db, typed);
    const table = await tableOfCells(db, typed);
    const byTable: ColumnProfile[] = [];
    const names = typed.columns.map(({ name }) => name);
    for (let from = 0; from < names.length; from += 40)
      byTable.push(...(await profileTable(db, table, { columns: names.slice(from, from + 40) })));
    assert.equal(byCells[0]?.rows, 40);
    assert.deepEqual(plain(byCells), plain(byTable));
    const some = names.slice(3, 9);
    assert.deepEqual((await profileTypedCells(db, typed, { columns: some })).map(({ name }) => name), some);
  } finally {
    db.close();
  }
}); // prettier-ignore

/** Sums of floating-point numbers depend on their order. */
function plain(profiles: readonly ColumnProfile[]): unknown {
  return JSON.parse(JSON.stringify(profiles), (key, value: unknown) =>
    typeof value === 'number' && (key === 'mean' || key === 'std') ? Number(value.toPrecision(11)) : value,
  );
}
