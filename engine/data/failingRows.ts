import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { anyOf, judgedSql, type CheckedField, type PlannedMark, type PlannedRule } from './judgedRows.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { MarkRule } from './rowMarks.ts';
import { longest, mostExamples, reasonStart, toExamples, toFinding, type RuleFinding } from './ruleFinding.ts';

export interface Broken {
  rules: PlannedRule[];
  marks: PlannedMark[];
}

export type ModeFor = (rule: { mode: InvalidMode | null }) => InvalidMode;

/** The columns of a row that tell its place. */
export interface RowColumns {
  hasFile: boolean;
  lineColumn: string | null;
}

/** The rows that break a rule. */
export interface FailingRows {
  /** Table with their numbers and the columns of their place. */
  table: string;
  /** Condition on its rows `r` that is true for those that are invalid. */
  leaves: string;
  /** SQL of the reasons of the rows `r` that are invalid, and what is joined to have it. */
  reasons: { sql: string; join: string };
  /** SELECT of the numbers of the rows that are invalid. */
  leaving: string;
  findings: (place: Place) => Promise<RuleFinding[]>;
  /** All tables, for their removal. */
  tables: string[];
}

/** Stores the rows that break a rule: number, place, verdicts, and the texts used in the messages. */
export async function keepFailing(
  db: Database,
  table: string,
  source: string,
  fields: readonly CheckedField[],
  columns: RowColumns,
  { rules, marks }: Broken,
  modeFor: ModeFor,
): Promise<FailingRows> {
  const places = placeColumns(columns);
  const ofMarks = marks.map(({ table: rows, column }) => `(_lw_n IN (SELECT n FROM ${rows})) AS ${column}`);
  const texts = [...new Set([...rules.map(({ f }) => f), ...marks.flatMap((mark) => mark.positions)])];
  const kept = [...places, ...rules.map(({ column }) => column), ...texts.map((f) => `_lw_t${f}`), ...ofMarks];
  const all = [...rules, ...marks];
  await db.run(
    `CREATE TEMP TABLE ${table} AS SELECT * FROM (SELECT ${kept.join(', ')} FROM ${judgedSql(source, fields, rules, texts, places)}) WHERE ${anyOf(all.map(({ column }) => column))}`,
  );
  const leaving = all.filter((rule) => modeFor(rule) !== 'warn');
  const leaves = anyOf(leaving.map(({ column }) => column));
  const reasons = leaving.map((rule) => `CASE WHEN ${rule.column} THEN ${reasonOf(rule)} END`);
  return {
    table,
    leaves,
    reasons: { sql: `concat_ws('; ', ${reasons.join(', ') || "''"})`, join: '' },
    leaving: `SELECT _lw_n FROM ${table} WHERE ${leaves}`,
    findings: async (place) => {
      const found: RuleFinding[] = [];
      for (const rule of all) {
        // The subquery limits the rows before their position in the file is computed.
        const first = `(SELECT * FROM ${table} WHERE ${rule.column} ORDER BY _lw_n LIMIT ${mostExamples})`;
        const rows = await db.rows(
          `SELECT ${place.row} AS row, ${place.file} AS file, left(${foundText(rule)}, ${longest.shown}) AS value FROM ${place.from.replace(`${table} r`, `${first} r`)} ORDER BY r._lw_n`,
        );
        found.push(toFinding(rule, modeFor(rule), toExamples(rows)));
      }
      return found;
    },
    tables: [table],
  };
}

/** SQL of the columns that tell the place of a row. */
export function placeColumns({ hasFile, lineColumn }: RowColumns): string[] {
  return ['_lw_n', ...(hasFile ? ['_file'] : []), ...(lineColumn === null ? [] : [quoteIdentifier(lineColumn)])];
}

function reasonOf(rule: PlannedRule | PlannedMark): string {
  const start = quoteLiteral(reasonStart(rule));
  return rule.rule === 'required' ? start : `${start} || left(${foundText(rule)}, ${longest.reason}) || ')'`;
}

/** SQL of the value that breaks a rule, or of the key. */
export function foundText(rule: PlannedRule | MarkRule): string {
  return 'positions' in rule
    ? `concat_ws(', ', ${rule.positions.map((f) => `_lw_t${f}`).join(', ')})`
    : `_lw_t${rule.f}`;
}

export interface Place {
  /** SQL for the row number in the file and for the file, based on `from`. */
  row: string;
  file: string;
  from: string;
  /** Table with the first row of each file, when it was needed. */
  starts: string | null;
}

export async function placeOf(
  db: Database,
  {
    failing,
    source,
    hasFile,
    lineColumn,
    rejected,
    starts,
  }: {
    failing: FailingRows | null;
    source: string;
    hasFile: boolean;
    lineColumn: string | null;
    rejected: string | null;
    starts: string;
  },
): Promise<Place> {
  const table = failing?.table ?? '';
  if (!failing || !hasFile) return { row: 'r._lw_n + 1', file: 'NULL::VARCHAR', from: `${table} r`, starts: null };
  if (lineColumn !== null)
    return { row: `r.${quoteIdentifier(lineColumn)}`, file: 'r._file', from: `${table} r`, starts: null };
  await db.run(
    `CREATE TEMP TABLE ${starts} AS SELECT _file, min(n) AS start FROM (SELECT row_number() OVER () - 1 AS n, _file FROM ${source}) GROUP BY _file`,
  );
  const accepted = 'r._lw_n - s.start + 1';
  // A rejected line before a row increases the row number by one, from row `shift` on.
  const row = rejected
    ? `(${accepted} + (SELECT count(*) FROM ${rejected} x WHERE x.file = r._file AND x.shift < ${accepted}))`
    : accepted;
  return { row, file: 'r._file', from: `${table} r JOIN ${starts} s ON s._file = r._file`, starts };
}

/** SELECT of the invalid rows: their columns, `_file`, `_row` and `_reasons`, and the malformed lines. */
export function invalidSelect(
  withNumbers: string,
  columns: readonly string[],
  failing: FailingRows | null,
  place: Place,
  rejected: string | null,
): string {
  // Loopwright's column names take precedence: a column of the data with the same name is renamed.
  const original = columns.map(
    (name) =>
      `o.${quoteIdentifier(name)}${name === '_row' || name === '_reasons' ? ` AS ${quoteIdentifier(`${name} (data)`)}` : ''}`,
  );
  const lines = rejected
    ? `SELECT file AS _file, "row" AS _row, reason || ': ' || text AS _reasons FROM ${rejected}`
    : null;
  if (!failing)
    return lines
      ? `${lines} ORDER BY _file, _row`
      : 'SELECT NULL::VARCHAR AS _file, NULL::BIGINT AS _row, NULL::VARCHAR AS _reasons WHERE false';
  const { leaves, reasons } = failing;
  const rows = `SELECT ${[...original, `${place.file} AS _file`, `${place.row} AS _row`, `${reasons.sql} AS _reasons`].join(', ')} FROM ${place.from} JOIN ${withNumbers} o ON o._lw_n = r._lw_n${reasons.join} WHERE ${leaves}`;
  return lines ? `${rows} UNION ALL BY NAME ${lines} ORDER BY _file, _row` : `${rows} ORDER BY r._lw_n`;
}
