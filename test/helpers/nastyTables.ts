import type { Database } from '../../engine/data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../../engine/data/quote.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';

/** Whole numbers are bigint, decimals and doubles number, dates and times texts as DuckDB writes them. */
export type NastyValue = null | boolean | number | bigint | string;

export interface NastyColumn {
  name: string;
  sqlType: string;
  values: NastyValue[];
}

/** Values that break sums, comparisons and quoting, by SQL type. */
const pools: Record<string, readonly NastyValue[]> = {
  BOOLEAN: [true, false],
  INTEGER: [0n, 1n],
  TINYINT: [-128n, -1n, 0n, 1n, 127n],
  BIGINT: [9007199254740992n, 9007199254740993n, -9007199254740993n, 9223372036854775807n, -9223372036854775808n, 0n],
  UBIGINT: [0n, 1n, 18446744073709551615n, 9007199254740993n],
  DOUBLE: [
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0.1,
    -1.5,
    5e-324,
    1.7e308,
    9007199254740992,
  ],
  FLOAT: [0, -0, Number.NaN, 0.5, -1.5, 1, Number.POSITIVE_INFINITY, 16777216],
  'DECIMAL(12,2)': [0, 0.1, -0.1, 1, 1.5, 1234567.89],
  VARCHAR: [
    '',
    ' ',
    'a',
    'A',
    'é',
    'e\u0301',
    '😀',
    'NULL',
    '0',
    '1',
    '1.0',
    'true',
    "it's",
    'x"y',
    'a:b',
    'a\n\tb',
    'nan',
    'x'.repeat(40),
  ],
  DATE: ['2024-02-29', '1970-01-01', '1582-10-15', '9999-12-31'],
  TIMESTAMP: ['2024-02-29 12:00:00', '1970-01-01 00:00:00', '1969-12-31 23:59:59.5'],
};

const names = [
  'n',
  'a b',
  'x"y',
  'select',
  'ü',
  'h0',
  'c0',
  'v',
  'o1',
  'value',
  'count',
  'cell',
  'rows',
  '1',
  "it's",
  'b1',
];

/** A table of up to 9 columns and 0 to 24 rows, the same for the same seed. Some columns are copies, or almost. */
export function nastyTable(seed: number): NastyColumn[] {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  const rows = pick([0, 1, 2, 3, 6, 24]);
  const columns: NastyColumn[] = [];
  const taken = [...names];
  const columnCount = 1 + random.integer(9);
  for (let i = 0; i < columnCount; i++) {
    const [name = ''] = taken.splice(random.integer(taken.length), 1);
    const model = columns.length > 0 && random.next() < 0.4 ? pick(columns) : null;
    columns.push(model ? almostCopy(random, name, model) : fresh(random, name, pick(Object.keys(pools)), rows));
  }
  return columns;
}

function fresh(random: Random, name: string, sqlType: string, rows: number): NastyColumn {
  const pool = pools[sqlType] ?? [];
  const size = random.next() < 0.2 ? 1 : 1 + random.integer(pool.length);
  const some = Array.from({ length: size }, () => pool[random.integer(pool.length)] ?? null);
  const gaps = [0, 0, 0.2, 1][random.integer(4)] ?? 0;
  return {
    name,
    sqlType,
    values: Array.from({ length: rows }, () =>
      random.next() < gaps ? null : (some[random.integer(some.length)] ?? null),
    ),
  };
}

/** The same values, in half of the cases with one cell of another row, sometimes in another type that holds them. */
function almostCopy(random: Random, name: string, { sqlType, values }: NastyColumn): NastyColumn {
  const copy = [...values];
  if (copy.length > 1 && random.next() < 0.5)
    copy[random.integer(copy.length)] = copy[random.integer(copy.length)] ?? null;
  const whole = copy.every((value) => value === null || typeof value === 'bigint');
  if (whole && random.next() < 0.3) return { name, sqlType: 'HUGEINT', values: copy };
  if (whole && random.next() < 0.5)
    return { name, sqlType: 'DOUBLE', values: copy.map((value) => (value === null ? null : Number(value))) };
  if (random.next() < 0.2)
    return { name, sqlType: 'VARCHAR', values: copy.map((value) => (value === null ? null : written(value))) };
  return { name, sqlType, values: copy };
}

function written(value: Exclude<NastyValue, null>): string {
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'inf');
}

/** Writes the table to the database. */
export async function createNasty(db: Database, table: string, columns: readonly NastyColumn[]): Promise<void> {
  const typed = columns.map(({ name, sqlType }, i) => `CAST(c${i} AS ${sqlType}) AS ${quoteIdentifier(name)}`);
  const rows = columns[0]?.values.length ?? 0;
  const cell = (value: NastyValue) => (value === null ? 'NULL' : quoteLiteral(written(value)));
  const lines = Array.from(
    { length: rows },
    (_, r) => `(${columns.map(({ values }) => cell(values[r] ?? null)).join(', ')})`,
  );
  const from =
    rows === 0
      ? `(SELECT ${columns.map((_, i) => `NULL AS c${i}`).join(', ')}) WHERE false`
      : `(VALUES ${lines.join(', ')}) v(${columns.map((_, i) => `c${i}`).join(', ')})`;
  await db.run(`CREATE OR REPLACE TABLE ${table} AS SELECT ${typed.join(', ')} FROM ${from}`);
}
