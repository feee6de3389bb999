import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { inferFiles } from '../../engine/data/inferFiles.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { rawSource } from '../../engine/data/typedSource.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** The rules that a file breaks of the schema that is inferred from it, but for the strays that infer tells. */
async function refused(file: string): Promise<string[]> {
  const { schema, columns } = await inferFiles(db, [file]);
  const raw = rawSource([file], schema);
  const result = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
  await result.discard();
  const strays = new Map(columns.map(({ name, strays: own }) => [name, own.reduce((sum, { rows }) => sum + rows, 0)]));
  return [
    ...result.rules
      .filter(({ field, rule, count }) => rule !== 'type' || strays.get(field) !== count)
      .map(({ message }) => message),
    ...result.tableProblems.map(({ message }) => message),
  ];
}

const two = (n: number) => String(n).padStart(2, '0');
type Random = ReturnType<typeof seededRandom>;
/** Kinds of values. Each row of a column is of one of the kinds that the column draws from. */
const kinds: Record<string, (random: Random, i: number) => string> = {
  integer: (random) => String(random.integer(1000) - 300),
  decimal: (random) => ((random.next() - 0.5) * 10 ** random.integer(8)).toFixed(random.integer(4)),
  comma: (random) => (random.next() * 1e4).toFixed(2).replace('.', ','),
  german: (random) =>
    `${1 + random.integer(999)}.${String(random.integer(1000)).padStart(3, '0')},${two(random.integer(100))}`,
  english: (random) => `${1 + random.integer(999)},${String(random.integer(1000)).padStart(3, '0')}`,
  ambiguous: (random) => `${1 + random.integer(9)}.${String(random.integer(1000)).padStart(3, '0')}`,
  spaced: (random) => `${1 + random.integer(9)} ${String(random.integer(1000)).padStart(3, '0')}`,
  money: (random) => `${random.next() < 0.2 ? '-' : ''}$${random.integer(5000)}.${two(random.integer(100))}`,
  euro: (random) => `${random.integer(5000)},${two(random.integer(100))} €`,
  percent: (random) => `${random.integer(100)}%`,
  accounting: (random) => (random.next() < 0.5 ? `(${random.integer(1000)})` : `${random.integer(1000)}`),
  trailing: (random) => `${random.integer(1000)}-`,
  exponent: (random) => (random.next() * 10 ** (random.integer(40) - 20)).toExponential(3),
  infinite: (random) => ['inf', '-inf', 'Infinity', 'nan'][random.integer(4)] ?? '',
  uint64: (random) => String(18446744073709551615n - BigInt(random.integer(1000))),
  hugeint: (random) => `1${String(random.integer(1_000_000)).padStart(37, '7')}`,
  longDecimal: (random) => `123456789012345678${random.integer(99)}.${two(random.integer(100))}`,
  padded: (random) => String(random.integer(1000)).padStart(5, '0'),
  code: (random) => `${random.integer(99)}E${random.integer(600)}`,
  phone: (random) => `+49170${String(random.integer(1_000_000)).padStart(7, '0')}`,
  marker: (random) => ['NA', 'N/A', 'NULL', 'None', '?', '-', '', '  ', '\\N', '#N/A', 'nan'][random.integer(11)] ?? '',
  iso: (random) => `20${two(random.integer(40))}-${two(1 + random.integer(12))}-${two(1 + random.integer(28))}`,
  moment: (random, i) =>
    `2024-01-${two(1 + (i % 28))}T${two(random.integer(24))}:00:00${['', 'Z', '+02:00'][random.integer(3)]}`,
  dayFirst: (random) => `${1 + random.integer(28)}/${1 + random.integer(12)}/20${two(random.integer(40))}`,
  monthFirst: (random) => `${1 + random.integer(12)}/${1 + random.integer(28)}/${two(random.integer(100))}`,
  dotted: (random) => `${two(1 + random.integer(28))}.${two(1 + random.integer(12))}.${two(random.integer(100))}`,
  named: (random) => `${1 + random.integer(28)} ${['Jan', 'MAY', 'dec', 'Sep'][random.integer(4)]} 2024`,
  clock: (random) => `${two(random.integer(24))}:${two(random.integer(60))}`,
  badDate: () => '31.02.2024',
  zeroDate: () => '0000-00-00',
  epoch: (random) => String(1_700_000_000 + random.integer(1e6)),
  word: (random) => ['red', 'green', 'blue', 'Köln', 'a "b"', 'x,y', "it's", 'true', 'No'][random.integer(9)] ?? '',
  truth: (random) => ['true', 'FALSE', 'True'][random.integer(3)] ?? '',
  yes: (random) => ['yes', 'no'][random.integer(2)] ?? '',
  text: (random) => `text ${random.integer(1e6)}`,
  uuid: (random) => `123e4567-e89b-12d3-a456-4266141740${two(random.integer(100))}`,
};

// Tried: columns of one kind, of one kind with missing markers, with a few values of another kind, and of any kinds.
test(`random tables of ${Object.keys(kinds).length} kinds of values are accepted`, async () => {
  const names = Object.keys(kinds);
  const total = rounds(60);
  for (let seed = 1; seed <= total; seed++) {
    const random = seededRandom(seed);
    const rows = 1 + random.integer(seed % 7 === 0 ? 3000 : 60);
    const kindOf = () => names[random.integer(names.length)] ?? 'word';
    const columns = Array.from({ length: 1 + random.integer(8) }, (_, c) => {
      const main = kindOf();
      const others = [[], ['marker'], [kindOf()], names][random.integer(4)] ?? [];
      const share = random.next() * random.next();
      return Array.from({ length: rows }, (_row, i) => {
        const kind =
          others.length > 0 && random.next() < share ? (others[random.integer(others.length)] ?? main) : main;
        return kinds[kind]?.(random, i + c) ?? '';
      });
    });
    const delimiter = [',', ';', '\t'][random.integer(3)] ?? ',';
    const written = (text: string) =>
      /["\n]|^\s|\s$/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
    const lines = Array.from({ length: rows }, (_, i) =>
      columns.map((column) => written(column[i] ?? '')).join(delimiter),
    );
    const file = join(folder, `r${seed}.csv`);
    // A first column of numbers: a line of empty fields alone would be a blank line.
    const header = ['row number', ...columns.map((_, c) => `c${c}`)].join(delimiter);
    writeFileSync(file, `${header}\n${lines.map((line, i) => `${i}${delimiter}${line}`).join('\n')}\n`);
    assert.deepEqual(await refused(file), [], `seed ${seed}`);
  }
});

// Modelled on the test files of csvkit, frictionless, DuckDB and pandas: what is odd in each of them.
const files: Record<string, string> = {
  'blank values': 'a,b,c,d,e,f\n,,NA,N/A,NONE,NULL\n,,,,,.\n',
  'dummy of one row': 'a,b,c\n1,2,3\n',
  'only a header': 'a,b,c\n',
  'one column': 'x\n1\n2\n',
  'dates and times':
    'd,t,dt,td\n2024-01-31,10:30:00,2024-01-31T10:30:00Z,1 day\n2024-02-01,11:00:00,2024-02-01T00:00:00.123456Z,2 days\n',
  'infinity and nan': 'a,b\ninf,NaN\n-inf,1\nInfinity,nan\n',
  'numbers and a title': 'year,"total, all"\n1990,"1,234"\n1991,"12,345,678"\n',
  'mixed numbers and words': 'id,grade\n1,A\n2,5\n3,B+\n',
  'integers that overflow': 'a,b,c\n2147483648,9223372036854775808,170141183460469231731687303715884105727\n1,2,3\n',
  'leading zeros': 'zip,year\n01234,2001\n99999,2002\n',
  'quotes and line breaks': 'a,b\n"x\ny","1,5"\n"""z""",2\n',
  'boolean words': 'a,b,c,d\nTrue,t,yes,1\nFalse,f,no,0\ntrue,t,yes,1\n',
  'days of the year 1 and 9999': 'd\n0001-01-01\n9999-12-31\n',
  'dates that overflow': 'd\n99999-12-31\n2024-01-01\n',
  'a date of February 30': 'd\n2024-02-30\n2024-01-01\n',
  'names with quotes': '"a ""b""","c;d",e f\n1,2,3\n4,5,6\n',
  'unicode digits and minus': 'a,b\n−5,٣\n3,٤\n',
  'thousands without decimals': 'a;b\n1.000;1,5\n2.000;2,25\n',
  'currencies mixed': 'a\n$5\n€6\n£7\n',
  'units in words': 'a\n5 kg\n6 lb\n7 kg\n',
  'json in a field': 'a,b\n1,"{""x"": 1}"\n2,"[1, 2]"\n',
  'years and months': 'y,m\n2001,2001-05\n2002,2001-06\n',
  'time zones': 'at\n2024-01-01 00:00:00 UTC\n2024-01-01 00:00:00 CET\n',
  'hours of 24': 'at,t\n2024-01-01 24:00:00,24:00\n2024-01-02 10:00:00,10:00\n',
  'spaces around': 'a, b ,c\n 1, x ,3 \n 2, y ,4 \n',
  'complex numbers': 'a\n1+2j\n3-4j\n',
  hexadecimal: 'a\n0x1F\n0xFF\n',
  underscores: 'a\n1_000\n2_000\n',
};

for (const [name, content] of Object.entries(files))
  test(`accepted: ${name}`, async () => {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, content);
    assert.deepEqual(await refused(file), []);
  });

// Modelled on parquet-testing: every type of Parquet, nested ones, nulls, extremes, texts that are dates.
test('Parquet of all types is accepted', async () => {
  const columns = [
    'i::TINYINT AS i8',
    'i::SMALLINT AS i16',
    'i AS i64',
    '(18446744073709551615 - i)::UBIGINT AS u64',
    'i::UINTEGER AS u32',
    '(12345678901234567890::DECIMAL(38,0) * 10000 + i)::DECIMAL(38,10) AS d38',
    '(i / 100)::DECIMAL(4,2) AS d4',
    '(i / 3)::FLOAT AS f',
    "CASE i WHEN 0 THEN 'inf'::DOUBLE WHEN 1 THEN 'nan'::DOUBLE ELSE i / 7 END AS d",
    'i % 2 = 0 AS b',
    "DATE '1969-12-31' + i::INTEGER AS day",
    "TIMESTAMP '1969-12-31 23:59:59' + INTERVAL (i) HOUR AS at",
    "TIMESTAMPTZ '2024-01-01 00:00:00+02' AS tz",
    "TIME '10:00:00' AS t",
    'INTERVAL (i) DAY AS span',
    "'0' || (i % 3) || '/02/2009' AS text_day",
    "CASE WHEN i > 3 THEN 'NA' ELSE 'x' END AS word",
    "'\\xAA'::BLOB AS blob",
    'NULL::INTEGER AS nothing',
    '[i, i + 1] AS list',
    "{'a': i, 'b': [i]} AS record",
    "MAP {'k': i} AS map",
    'uuid() AS u',
  ];
  const file = join(folder, 'types.parquet');
  await db.run(`COPY (SELECT ${columns.join(', ')} FROM range(1, 13) r(i)) TO ${quoteLiteral(file)} (FORMAT parquet)`);
  assert.deepEqual(await refused(file), []);
});

// Tried: blank texts and zero dates among the dates of JSON and Parquet, NUL characters in a few repeated texts.
test('texts of typed files that mean no value, and NUL characters', async () => {
  const json = join(folder, 'blank.jsonl');
  writeFileSync(
    json,
    ['2024-01-31', '', '2024-02-01', ' ', '0000-00-00'].map((day) => `${JSON.stringify({ day, z: day })}\n`).join(''),
  );
  const parquet = join(folder, 'blank.parquet');
  await db.run(`COPY (SELECT day FROM read_json(${quoteLiteral(json)})) TO ${quoteLiteral(parquet)} (FORMAT parquet)`);
  for (const file of [json, parquet]) {
    assert.deepEqual(await refused(file), []);
    const { fields } = (await inferFiles(db, [file])).schema;
    assert.deepEqual([fields[0]?.type, fields[0]?.constraints?.required], ['date', undefined]);
  }
  const nul = join(folder, 'nul.csv');
  writeFileSync(nul, `a,b\nx\0y,1\n${'z,2\n'.repeat(30)}`);
  assert.deepEqual(await refused(nul), []);
});

test('2,000 columns are inferred', async () => {
  const width = rounds(2000);
  const names = Array.from({ length: width }, (_, i) => `c${i}`);
  const value = (i: number, r: number) =>
    ['1,5', '1.234,00', 'NA', `${r}`, `0${r}.0${r + 1}.24`, 'word'][(i + (i % 6 < 5 ? 0 : r)) % 6] ?? '';
  const file = join(folder, 'wide.csv');
  writeFileSync(
    file,
    `${names.join(';')}\n${Array.from({ length: 8 }, (_, r) => names.map((_name, i) => value(i, r + 1)).join(';')).join('\n')}\n`,
  );
  const { schema } = await inferFiles(db, [file]);
  assert.equal(schema.fields.length, width);
  assert.deepEqual(schema.fields[0], {
    name: 'c0',
    type: 'number',
    decimalChar: ',',
    groupChar: '.',
    constraints: { required: true },
    loopwright: { role: 'ignore', guessed: true },
  });
});
