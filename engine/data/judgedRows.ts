import type { Field } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import type { FieldRule } from './fieldRules.ts';
import type { ParsedField } from './parseField.ts';
import type { MarkRule } from './rowMarks.ts';

export interface CheckedField {
  field: Field;
  parsed: ParsedField;
  rules: FieldRule[];
}

/** A rule, with the column of its verdict and the number of rows that break it. */
export type PlannedRule = FieldRule & { f: number; column: string; count: number };
export type PlannedMark = MarkRule & { table: string; column: string; count: number };

/**
 * Returns SQL for every row with texts and values of some fields, with verdicts and with the requested columns.
 * Selecting thousands of columns by name is slow.
 */
export function judgedSql(
  source: string,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
  of: readonly number[],
  columns: readonly string[] = [],
): string {
  const read = [...new Set(of)].flatMap((f) => {
    const parsed = fields[f]?.parsed;
    return parsed
      ? [
          `${parsed.text} AS _lw_t${f}, ${parsed.value} AS _lw_v${f}, ${parsed.exact ?? parsed.value} AS _lw_e${f}, ${parsed.filled} AS _lw_p${f}`,
        ]
      : [];
  });
  const judged = rules.map(
    (rule) =>
      `coalesce(${rule.broken({ text: `_lw_t${rule.f}`, value: `_lw_v${rule.f}`, filled: `_lw_p${rule.f}` })}, false) AS ${rule.column}`,
  );
  return `(SELECT ${['*', ...judged].join(', ')} FROM (SELECT ${[...columns, ...read].join(', ') || '1'} FROM ${source}))`;
}

/** Returns the verdict of a rule as an expression over the columns of the source. */
export function verdict(rule: PlannedRule, fields: readonly CheckedField[]): string {
  const parsed = fields[rule.f]?.parsed;
  return parsed
    ? `coalesce(${rule.broken({ text: `(${parsed.text})`, value: `(${parsed.value})`, filled: `(${parsed.filled})` })}, false)`
    : 'false';
}

/**
 * Number of fields whose rules are counted in one statement. Thousands of expressions take longer to plan than to run.
 */
const fieldsAtOnce = 200;

export interface Counts {
  rows: number;
  /** Number of rows with a value, by field. */
  filled: number[];
}

/** Counts the broken rows of each rule, in one pass per two hundred fields. */
export async function countAll(
  db: Database,
  source: string,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
): Promise<Counts> {
  const counted: Counts = { rows: 0, filled: [] };
  for (let from = 0; from === 0 || from < fields.length; from += fieldsAtOnce) {
    const to = Math.min(fields.length, from + fieldsAtOnce);
    const own = rules.filter(({ f }) => f >= from && f < to);
    const counts = [
      'count(*) AS n',
      ...own.map(({ column }) => `count(*) FILTER (${column}) AS ${column}`),
      ...fields.slice(from, to).map((_, k) => `count(*) FILTER (_lw_p${from + k}) AS _lw_p${from + k}`),
    ];
    const [row = {}] = await db.rows(
      `SELECT ${counts.join(', ')} FROM ${judgedSql(source, fields, own, range(from, to))}`,
    );
    for (const rule of own) rule.count = Number(row[rule.column]);
    counted.rows = Number(row['n']);
    for (let f = from; f < to; f++) counted.filled.push(Number(row[`_lw_p${f}`]));
  }
  return counted;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k);
}

/** Terms of OR; more of them nest too deep. */
const mostInOr = 100;

export function anyOf(columns: readonly string[]): string {
  if (columns.length === 0) return 'false';
  return columns.length > mostInOr ? `list_contains([${columns.join(', ')}], true)` : columns.join(' OR ');
}
