import type { Field } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** Format of the texts in a column, as keys of a schema field, with a note for the user. */
export interface WrittenForm {
  field: Field;
  note: string | null;
}

/** Texts that mean a missing value in any column. */
const always = [
  '',
  'NA',
  'N/A',
  'n/a',
  'NaN',
  'nan',
  'NULL',
  'null',
  '?',
  '#N/A',
  '#NV',
  '\\N',
  '(null)',
  'n.a.',
  'k.A.',
];
/** Texts that mean a missing value among numbers and dates. In a text column they can be ordinary words. */
const amongNumbers = [
  ...always,
  '-',
  '--',
  '.',
  '..',
  '...',
  'none',
  'None',
  'NONE',
  'missing',
  'unknown',
  'Unknown',
  'x',
  '*',
  'inf',
  '-inf',
];

const number = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
const commaNumber = '[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+)(,[0-9]+)?';
const groupedNumber = '[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?|[+-]?[0-9]{1,3}([.][0-9]*)?';
/** Symbols around a number, such as € or %. Never letters alone, which can be different units. */
const sign = '\\s*[$€£¥%]\\s*';

const tests = {
  integer: '[+-]?[0-9]{1,18}',
  number,
  padded: '0[0-9]+',
  long: '[+-]?[0-9]{19,}',
  comma: commaNumber,
  hasComma: '.*,[0-9]+',
  threeAfterComma: '[^,]*,[0-9]{3}',
  grouped: groupedNumber,
  money: `(${sign})?(${number})(${sign})?|(${sign})?(${groupedNumber})(${sign})?`,
  moneyComma: `(${sign})?(${commaNumber})(${sign})?`,
  truth: '(?i)true|false',
  date: '[0-9]{4}-[0-9]{2}-[0-9]{2}',
  moment: '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*',
  clock: '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?',
} as const;
type Test = keyof typeof tests;

/**
 * Date formats other than ISO 8601. The first that matches every value is used, so day before month when both match.
 */
const dates: { type: 'date' | 'datetime'; format: string }[] = [
  ...[
    '%d.%m.%Y',
    '%d/%m/%Y',
    '%m/%d/%Y',
    '%d-%m-%Y',
    '%m-%d-%Y',
    '%Y/%m/%d',
    '%d.%m.%y',
    '%d/%m/%y',
    '%m/%d/%y',
    '%d %b %Y',
    '%b %d %Y',
    '%b %d, %Y',
    '%d-%b-%Y',
    '%d-%b-%y',
    '%B %d, %Y',
  ].map((format) => ({ type: 'date' as const, format })),
  ...[
    '%d.%m.%Y %H:%M:%S',
    '%d.%m.%Y %H:%M',
    '%d/%m/%Y %H:%M:%S',
    '%d/%m/%Y %H:%M',
    '%m/%d/%Y %H:%M:%S',
    '%m/%d/%Y %H:%M',
    '%m/%d/%y %H:%M',
    '%Y/%m/%d %H:%M:%S',
    '%Y/%m/%d %H:%M',
    '%m/%d/%Y %I:%M:%S %p',
    '%m/%d/%Y %I:%M %p',
  ].map((format) => ({ type: 'datetime' as const, format })),
];

/**
 * Detects the format of a text column: numbers with decimal commas, thousands separators or a currency, dates in many
 * formats, booleans, missing values. Codes such as `01234` stay text. `delimiter` decides `1,234`: a decimal comma in a
 * file with semicolons, a thousands separator in one with commas.
 */
export async function writtenForm(db: Database, source: string, name: string, delimiter: string): Promise<WrittenForm> {
  const column = quoteIdentifier(name);
  const text = `trim(${column})`;
  const list = (words: readonly string[]) => words.map(quoteLiteral).join(', ');
  const kept = `SELECT ${text} AS t, count(*) AS n FROM ${source} WHERE ${column} IS NOT NULL AND ${text} NOT IN (${list(amongNumbers)}) GROUP BY 1`;
  const counts = Object.entries(tests).map(
    ([test, pattern]) => `coalesce(sum(n) FILTER (regexp_full_match(t, ${quoteLiteral(pattern)})), 0) AS ${test}`,
  );
  const [row = {}] = await db.rows(
    `SELECT coalesce(sum(n), 0) AS total, count(*) AS distinct_texts, ${counts.join(', ')} FROM (${kept})`,
  );
  const total = Number(row['total']);
  const all = (test: Test) => total > 0 && Number(row[test]) === total;
  const some = (test: Test) => Number(row[test]) > 0;
  const missingOf = async (words: readonly string[]) => {
    const found = await db.rows(
      `SELECT DISTINCT ${text} AS word FROM ${source} WHERE ${text} IN (${list(words)}) AND ${text} <> '' ORDER BY 1`,
    );
    return found.map(({ word }) => String(word));
  };
  const field = async (
    keys: Omit<Field, 'name'>,
    note: string | null = null,
    words: readonly string[] = amongNumbers,
  ): Promise<WrittenForm> => {
    const missing = await missingOf(words);
    const said = [
      note,
      missing.length === 0
        ? null
        : `${missing.map((word) => `\`${word}\``).join(', ')} ${missing.length === 1 ? 'means' : 'mean'} no value`,
    ].filter((part) => part !== null);
    return {
      field: { name, ...keys, ...(missing.length > 0 ? { missingValues: ['', ...missing] } : {}) },
      note: said.length > 0 ? said.join('; ') : null,
    };
  };
  // The column contains only words that would be missing values among numbers: they are ordinary texts here.
  if (total === 0) return field({ type: 'string' }, null, always);
  if (all('truth')) return field({ type: 'boolean', ...(await truthWords(db, source, name)) });
  if (!some('padded') && !some('long')) {
    const numeric = await numberForm(db, kept, { total, row, delimiter });
    if (numeric) return field(numeric.keys, numeric.note, [...amongNumbers, ...numeric.odd]);
  }
  if (all('date')) return field({ type: 'date' });
  if (all('moment')) {
    const [{ fits = false } = {}] = await db.rows(
      `SELECT bool_and(TRY_CAST(t AS TIMESTAMPTZ) IS NOT NULL) AS fits FROM (${kept})`,
    );
    if (fits === true) return field({ type: 'datetime' });
  }
  if (all('clock')) return field({ type: 'string' }, null, always);
  const [fits = {}] = await db.rows(
    `SELECT ${dates.map(({ format }, i) => `bool_and(try_strptime(t, ${quoteLiteral(format)}) IS NOT NULL) AS f${i}`).join(', ')} FROM (${kept})`,
  );
  const date = dates.find((_, i) => fits[`f${i}`] === true);
  if (date) return field({ type: date.type, format: date.format }, `dates are read as ${date.format}`);
  return field({ type: 'string' }, null, always);
}

interface NumberForm {
  keys: Omit<Field, 'name'>;
  note: string | null;
  /** Texts among the numbers that are treated as missing. */
  odd: string[];
}

async function numberForm(
  db: Database,
  kept: string,
  { total, row, delimiter }: { total: number; row: Record<string, unknown>; delimiter: string },
): Promise<NumberForm | null> {
  const n = (test: Test) => Number(row[test]);
  if (n('integer') === total) return { keys: { type: 'integer' }, note: null, odd: [] };
  if (n('number') === total) return { keys: { type: 'number' }, note: null, odd: [] };
  // One comma and three digits are ambiguous.
  const thousands = n('hasComma') > 0 && n('threeAfterComma') === n('hasComma') && delimiter !== ';';
  if (n('grouped') === total && (thousands || n('comma') < total))
    return { keys: { type: 'number', groupChar: ',' }, note: 'numbers with commas between thousands', odd: [] };
  if (n('comma') === total && n('hasComma') > 0)
    return { keys: { type: 'number', decimalChar: ',', groupChar: '.' }, note: 'numbers with decimal commas', odd: [] };
  if (n('money') === total)
    return {
      keys: { type: 'number', bareNumber: false, groupChar: ',' },
      note: 'numbers with a sign such as $ or %',
      odd: [],
    };
  if (n('moneyComma') === total)
    return {
      keys: { type: 'number', bareNumber: false, decimalChar: ',', groupChar: '.' },
      note: 'numbers with a sign such as € and decimal commas',
      odd: [],
    };
  // A few words among many numbers.
  const candidates: [Test, Omit<Field, 'name'>][] = [
    ['number', { type: 'number' }],
    ['comma', { type: 'number', decimalChar: ',', groupChar: '.' }],
  ];
  const near = candidates.find(([test]) => n(test) >= total * 0.95 && total >= 20);
  if (!near) return null;
  const odd = await db.rows(
    `SELECT t FROM (${kept}) WHERE NOT regexp_full_match(t, ${quoteLiteral(tests[near[0]])}) ORDER BY t LIMIT 4`,
  );
  if (odd.length > 3) return null;
  const words = odd.map(({ t }) => String(t));
  const whole = near[0] === 'number' && n('integer') + total - n('number') === total;
  return { keys: whole ? { type: 'integer' } : near[1], note: null, odd: words };
}

async function truthWords(
  db: Database,
  source: string,
  name: string,
): Promise<Pick<Field, 'trueValues' | 'falseValues'>> {
  const column = `trim(${quoteIdentifier(name)})`;
  const rows = await db.rows(
    `SELECT DISTINCT ${column} AS word FROM ${source} WHERE lower(${column}) IN ('true', 'false') ORDER BY 1`,
  );
  const words = rows.map(({ word }) => String(word));
  if (words.every((word) => ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'].includes(word))) return {};
  return {
    trueValues: words.filter((word) => word.toLowerCase() === 'true'),
    falseValues: words.filter((word) => word.toLowerCase() === 'false'),
  };
}
