import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { inferFiles } from '../../engine/data/inferFiles.ts';
import { profileTable, type ColumnProfile } from '../../engine/data/profileTable.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { longTest } from '../helpers/rounds.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();

/**
 * Tables of more than 48 columns and few rows are read by their cells. Variations tried: numbers of each width, decimals,
 * NaN and infinite values, values whose distance overflows, heavy tails, constants, texts, empty texts, dates, times,
 * booleans, lists, structs; columns without a value; names with quotes, blanks and other case; no row, one row, few rows.
 */
const kinds = [
  (i: number) => `(random() * ${i})::DOUBLE`,
  () => `(random() * 9)::INTEGER`,
  () => `(random() * 200)::UTINYINT`,
  () => `9007199254740993 + (random() * 5)::BIGINT`,
  () => `(random() * 99)::DECIMAL(9, 3)`,
  () => `CASE WHEN random() < 0.2 THEN 'nan'::DOUBLE WHEN random() < 0.2 THEN 'inf'::DOUBLE ELSE random() END`,
  () => `CASE WHEN random() < 0.5 THEN 1.7e308 ELSE -1.7e308 END`,
  () => `CASE WHEN random() < 0.02 THEN 1e9 * random() ELSE random() END`,
  () => `random()::FLOAT`,
  () => `42`,
  () => `NULL::DOUBLE`,
  () => `NULL::VARCHAR`,
  () => `['red', 'green', '', 'blue', 'Blue'][1 + floor(random() * 5)::INTEGER]`,
  () => `md5(random()::VARCHAR)`,
  () => `DATE '2024-01-31' + (random() * 400)::INTEGER`,
  () => `TIMESTAMP '2024-01-31 10:00:00' + INTERVAL (random() * 4000) MINUTE`,
  () => `random() < 0.3`,
  () => `[(random() * 2)::INTEGER]`,
  () => `{ 'a': (random() * 2)::INTEGER }`,
];

async function wide(db: Database, rows: number): Promise<string[]> {
  await db.run('SELECT setseed(0.25)');
  const names = Array.from({ length: 95 }, (_, i) => (i % 7 === 0 ? `a "b" ${i}` : i % 7 === 1 ? `É ${i}` : `c${i}`));
  const values = names.map((name, i) => {
    const value = kinds[i % kinds.length]?.(i + 1) ?? 'NULL';
    return `CASE WHEN random() < ${i % 3 === 0 ? 0 : 0.1} THEN NULL ELSE ${value} END AS ${quoteIdentifier(name)}`;
  });
  await db.run(`CREATE OR REPLACE TABLE wide AS SELECT ${values.join(', ')} FROM range(${rows})`);
  return names;
}

for (const rows of [0, 1, 300])
  test(`profiles a wide table of ${rows} rows as it profiles its columns in portions`, async () => {
    const db = await openDatabase();
    try {
      const names = await wide(db, rows);
      const parts: ColumnProfile[] = [];
      for (let from = 0; from < names.length; from += 19)
        parts.push(...(await profileTable(db, 'wide', { columns: names.slice(from, from + 19) })));
      const whole = await profileTable(db, 'wide');
      assert.deepEqual(rounded(whole), rounded(parts));
    } finally {
      db.close();
    }
  });

/** Sums of doubles depend on the order of the rows in their last digits. */
function rounded(profiles: ColumnProfile[]): ColumnProfile[] {
  const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(12)) : value);
  return profiles.map((profile) => ({
    ...profile,
    lengths: profile.lengths && { ...profile.lengths, mean: short(profile.lengths.mean) },
    numbers: profile.numbers && {
      ...profile.numbers,
      mean: short(profile.numbers.mean),
      std: short(profile.numbers.std),
    },
  }));
}

/** The text in row i of a column, by its kind. */
const written: ((i: number) => string)[] = [
  (i) => `${i * 7 - 40}`,
  (i) => (i % 9 === 0 ? 'NA' : `${i / 4}`),
  (i) => `"1.${String(100 + i)},${i % 10}0"`,
  (i) => `${String((i % 28) + 1).padStart(2, '0')}.${String((i % 12) + 1).padStart(2, '0')}.2024`,
  (i) => (i === 30 ? 'soon' : `2024-0${(i % 9) + 1}-1${i % 10}`),
  (i) => `2024-01-1${i % 10}T0${i % 10}:00:00Z`,
  (i) => ['red', 'green', ' ', '"blue, dark"', ''][i % 5] ?? '',
  (i) => `user${i}@example.org`,
  (i) => (i % 3 === 0 ? 'yes' : 'no'),
  (i) => `0${i}`,
  (i) => `9007199254740993${i % 10}`,
  () => '',
  (i) => (i % 4 === 0 ? '-' : `${i}%`),
  (i) => (i === 7 ? 'inf' : `${i}.5`),
  (i) => (i % 2 === 0 ? 'x' : `${i}`),
];

for (const rows of [1, 60])
  test(`infers a wide file of ${rows} rows as it infers its columns in portions`, async () => {
    const db = await openDatabase();
    try {
      const columns = Array.from({ length: 75 }, (_, c) => ({ name: `k${c}`, text: written[c % written.length] }));
      const write = (file: string, some: typeof columns) => {
        const line = (i: number) => some.map(({ text }) => text?.(i) ?? '').join(',');
        const lines = [some.map(({ name }) => name).join(','), ...Array.from({ length: rows }, (_, i) => line(i))];
        const path = join(folder, file);
        writeFileSync(path, `${lines.join('\n')}\n`);
        return inferFiles(db, [path]);
      };
      const whole = await write('whole.csv', columns);
      const parts = [];
      for (let from = 0; from < columns.length; from += written.length)
        parts.push(await write(`part${from}.csv`, columns.slice(from, from + written.length)));
      const facts = (found: Awaited<ReturnType<typeof inferFiles>>[]) => ({
        columns: found.flatMap((one) => one.columns),
        // The first key and the first time of a table have a role.
        fields: found.flatMap(({ schema }) =>
          schema.fields.map(({ loopwright, constraints, ...field }) => ({
            ...field,
            constraints: { ...constraints, unique: undefined },
            presence: loopwright?.presence,
            decimals: loopwright?.decimals,
          })),
        ),
      });
      assert.deepEqual(facts([whole]), facts(parts));
    } finally {
      db.close();
    }
  });

/** Fields with rules of each kind, some of which the values of the columns break. */
const ruled: ((i: number) => Omit<Field, 'name'>)[] = [
  (i) => ({ type: 'integer', constraints: { minimum: i - 30, maximum: 200 + i } }),
  () => ({ type: 'number', missingValues: ['', 'NA'], constraints: { required: true, exclusiveMinimum: 0 } }),
  () => ({ type: 'number', decimalChar: ',', groupChar: '.', constraints: { maximum: 1150.5 } }),
  () => ({ type: 'date', format: '%d.%m.%Y', constraints: { minimum: '03.01.2024' } }),
  () => ({ type: 'date' }),
  () => ({ type: 'datetime', constraints: { maximum: '2024-01-18T00:00:00Z' } }),
  (i) => ({ type: 'string', categories: i % 2 === 0 ? ['red', 'green'] : ['red', 'green', 'blue, dark'] }),
  (i) => ({ type: 'string', format: 'email', constraints: { minLength: 18 + (i % 2), maxLength: 30 } }),
  () => ({ type: 'boolean', trueValues: ['yes'], falseValues: ['no'] }),
  () => ({ type: 'string', constraints: { pattern: '0[1-9]*', required: true } }),
  () => ({ type: 'integer', loopwright: { decimals: 0 }, constraints: { maximum: 9e16 } }),
  () => ({ type: 'any' }),
  () => ({ type: 'integer' }),
  () => ({ type: 'number', constraints: { enum: [0.5, 1.5, 2.5] }, loopwright: { finite: false } }),
  () => ({ type: 'integer', constraints: { maximum: 5.5 } }),
];

/** A table of texts, or with one typed column, in which each kind of column has values that break a rule. */
async function ruledTable(db: Database, columns: number, mode: 'raw' | 'typed') {
  const all = Array.from({ length: columns }, (_, i) => ({ name: `k${i}`, kind: i % ruled.length, i }));
  const typed = all.map(({ name }) => ({ name, kind: 'text' as const }));
  await db.create('texts', typed);
  await db.append(
    'texts',
    typed,
    all.map(({ kind }) => Array.from({ length: 40 }, (_, i) => written[kind]?.(i).replaceAll('"', '') ?? '')),
  );
  const numbers =
    mode === 'raw' ? [] : all.filter(({ kind }) => kind === 0).map(({ name }) => `${name}::SMALLINT AS ${name}`);
  await db.run(
    `CREATE TABLE wide AS SELECT *${numbers.length > 0 ? ` REPLACE (${numbers.join(', ')})` : ''}, rowid % 30 AS key, 'file ' || rowid // 25 AS _file FROM texts`,
  );
  await db.run('DROP TABLE texts');
  const validate = async (some: typeof all, more: Partial<DatasetSchema> = {}) => {
    const names = [...some.map(({ name }) => name), ...(more.primaryKey === undefined ? [] : ['key'])];
    const schema: DatasetSchema = {
      fields: [
        ...some.map(({ name, kind, i }): Field => ({
          name,
          ...ruled[kind]?.(i),
          // Some rules only warn.
          ...(i % 4 === 1 ? { loopwright: { ...ruled[kind]?.(i).loopwright, invalid: 'warn' as const } } : {}),
        })),
        ...(more.primaryKey === undefined ? [] : [{ name: 'key', type: 'integer' as const }]),
      ],
      ...more,
    };
    const source = `(SELECT ${names.join(', ')}, _file FROM wide)`;
    const { discard, validSql, invalidSql, ...found } = await validateTable(db, {
      source,
      schema,
      mode,
      keepsValid: true,
    });
    const invalid = await db.rows(invalidSql);
    const [{ n: valid = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM (${validSql})`);
    await discard();
    const [{ n: left = 0 } = {}] = await db.rows(
      `SELECT count(*) AS n FROM duckdb_tables() WHERE table_name <> 'wide'`,
    );
    assert.equal(Number(left), 0, 'no temporary table is left');
    return { ...found, valid: Number(valid), invalid };
  };
  return { all, validate };
}

/** The reasons of each invalid row, joined over parts of the columns. */
function joinedReasons(parts: { invalid: Record<string, unknown>[] }[]): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const { invalid } of parts)
    for (const row of invalid) {
      const place = `${String(row['_file'])} ${String(row['_row'])}`;
      found.set(place, [...(found.get(place) ?? []), String(row['_reasons'])]);
    }
  return new Map([...found].toSorted().map(([place, reasons]) => [place, reasons.join('; ')]));
}

/**
 * Many broken columns: variations tried are texts and typed columns, tables that are copied (more than 200 columns) and
 * not, rules that only warn, rows of two files, and a key that is repeated.
 */
for (const [columns, mode] of [
  [201, 'typed'],
  [46, 'raw'],
  [201, 'raw'],
] as const)
  (columns > 100 && mode === 'raw' ? longTest : test)(
    `validates a table of ${columns} broken columns (${mode}) as it validates its columns in portions`,
    async () => {
      const db = await openDatabase();
      try {
        const { all, validate } = await ruledTable(db, columns, mode);
        const whole = await validate(all);
        const parts = [];
        for (let from = 0; from < all.length; from += 40) parts.push(await validate(all.slice(from, from + 40)));
        assert.deepEqual(
          whole.rules,
          parts.flatMap(({ rules }) => rules),
        );
        assert.ok(new Set(whole.rules.map(({ rule }) => rule)).size >= 5, 'most kinds of rules are broken');
        assert.equal(whole.rows, 40);
        assert.deepEqual(joinedReasons([whole]), joinedReasons(parts));
        assert.equal(whole.invalidRows, whole.invalid.length);
        assert.equal(whole.validRows, whole.valid);
      } finally {
        db.close();
      }
    },
  );

test('of rows with a repeated key in a wide table, the first valid one stays', async () => {
  const db = await openDatabase();
  try {
    const { all, validate } = await ruledTable(db, 201, 'raw');
    const kinds = [2, 4, 7];
    const some = all.filter(({ kind }) => kinds.includes(kind));
    const [whole, part] = [
      await validate(all.slice(0, 44), { primaryKey: 'key' }),
      await validate(some.slice(0, 9), { primaryKey: 'key' }),
    ];
    for (const found of [whole, part]) {
      const key = found.rules.find(({ rule }) => rule === 'primaryKey');
      assert.equal(key?.count, 10);
      assert.equal(key.examples.length, 5);
    }
    const repeated = whole.invalid.filter((row) => String(row['_reasons']).includes('primary key occurs'));
    assert.equal(repeated.length, 10);
  } finally {
    db.close();
  }
});
