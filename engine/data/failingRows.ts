import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { anyOf, judgedSql, type CheckedField, type PlannedMark, type PlannedRule } from './judgedRows.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { MarkRule } from './rowMarks.ts';
import { ruleMessage, type RuleFinding } from './ruleFinding.ts';

export interface Broken {
  rules: PlannedRule[];
  marks: PlannedMark[];
}

/** Stores the rows that break a rule: number, file, verdicts, and the texts used in the messages. */
export async function keepFailing(
  db: Database,
  table: string,
  source: string,
  fields: readonly CheckedField[],
  { hasFile, lineColumn }: { hasFile: boolean; lineColumn: string | null },
  { rules, marks }: Broken,
): Promise<void> {
  const texts = new Set([...rules.map(({ f }) => f), ...marks.flatMap(({ positions }) => positions)]);
  const kept = [
    '_lw_n',
    ...rules.map(({ column }) => column),
    ...marks.map(({ table: rows, column }) => `(_lw_n IN (SELECT n FROM ${rows})) AS ${column}`),
    ...[...texts].map((f) => `_lw_t${f}`),
    ...(hasFile ? ['_file'] : []),
    ...(lineColumn === null ? [] : [quoteIdentifier(lineColumn)]),
  ];
  const some = anyOf([...rules, ...marks].map(({ column }) => column));
  await db.run(
    `CREATE TEMP TABLE ${table} AS SELECT * FROM (SELECT ${kept.join(', ')} FROM ${judgedSql(source, fields, rules, [...texts], ['_lw_n', ...(hasFile ? ['_file'] : []), ...(lineColumn === null ? [] : [quoteIdentifier(lineColumn)])])}) WHERE ${some}`,
  );
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
    failing: string | null;
    source: string;
    hasFile: boolean;
    lineColumn: string | null;
    rejected: string | null;
    starts: string;
  },
): Promise<Place> {
  if (!failing || !hasFile) return { row: 'r._lw_n + 1', file: 'NULL::VARCHAR', from: `${failing} r`, starts: null };
  if (lineColumn !== null)
    return { row: `r.${quoteIdentifier(lineColumn)}`, file: 'r._file', from: `${failing} r`, starts: null };
  await db.run(
    `CREATE TEMP TABLE ${starts} AS SELECT _file, min(n) AS start FROM (SELECT row_number() OVER () - 1 AS n, _file FROM ${source}) GROUP BY _file`,
  );
  const accepted = 'r._lw_n - s.start + 1';
  // A rejected line before a row increases the row number by one, from row `shift` on.
  const row = rejected
    ? `(${accepted} + (SELECT count(*) FROM ${rejected} x WHERE x.file = r._file AND x.shift < ${accepted}))`
    : accepted;
  return { row, file: 'r._file', from: `${failing} r JOIN ${starts} s ON s._file = r._file`, starts };
}

export function invalidSelect(
  withNumbers: string,
  columns: readonly string[],
  failing: string | null,
  place: Place,
  leaves: string,
  leaving: Broken,
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
  const rows = `SELECT ${[...original, `${place.file} AS _file`, `${place.row} AS _row`, `concat_ws('; ', ${reasons(leaving)}) AS _reasons`].join(', ')} FROM ${place.from} JOIN ${withNumbers} o ON o._lw_n = r._lw_n WHERE ${leaves}`;
  return lines ? `${rows} UNION ALL BY NAME ${lines} ORDER BY _file, _row` : `${rows} ORDER BY r._lw_n`;
}

function reasons({ rules, marks }: Broken): string {
  const texts = [
    ...rules.map(({ field, says, rule, f, column }) => {
      const found =
        rule === 'required'
          ? quoteLiteral(`${field}: ${says}`)
          : `${quoteLiteral(`${field}: ${says} (found `)} || left(_lw_t${f}, 80) || ')'`;
      return `CASE WHEN ${column} THEN ${found} END`;
    }),
    ...marks.map(
      (mark) =>
        `CASE WHEN ${mark.column} THEN ${quoteLiteral(`${mark.field}: ${mark.says} (found `)} || left(${keyText(mark)}, 80) || ')' END`,
    ),
  ];
  return texts.length === 0 ? "''" : texts.join(', ');
}

function keyText(mark: MarkRule): string {
  return `concat_ws(', ', ${mark.positions.map((f) => `_lw_t${f}`).join(', ')})`;
}

const mostExamples = 5;

export async function findings(
  db: Database,
  failing: string,
  place: Place,
  { rules, marks }: Broken,
  modeFor: (rule: { mode: InvalidMode | null }) => InvalidMode,
): Promise<RuleFinding[]> {
  const all = [
    ...rules.map((rule) => ({ rule, column: rule.column, text: `_lw_t${rule.f}` })),
    ...marks.map((mark) => ({ rule: mark, column: mark.column, text: keyText(mark) })),
  ];
  const found: RuleFinding[] = [];
  for (const { rule: planned, column, text } of all) {
    const { field, rule, says, count } = planned;
    // The subquery limits the rows before their position in the file is computed.
    const first = `(SELECT * FROM ${failing} WHERE ${column} ORDER BY _lw_n LIMIT ${mostExamples})`;
    const rows = await db.rows(
      `SELECT ${place.row} AS row, ${place.file} AS file, left(${text}, 500) AS value FROM ${place.from.replace(`${failing} r`, `${first} r`)} ORDER BY r._lw_n`,
    );
    const examples = rows.map((row) => ({
      row: Number(row['row']),
      file: typeof row['file'] === 'string' ? row['file'] : null,
      value: row['value'] === null ? null : String(row['value']),
    }));
    const [{ row: firstRow, file: firstFile, value: firstValue } = { row: 0, file: null, value: null }] = examples;
    const mode = modeFor(planned);
    const foreignKey = 'reference' in planned && planned.reference ? { foreignKey: planned.reference.key } : {};
    found.push({
      field,
      rule,
      severity: planned.mode === 'warn' ? 'warning' : 'error',
      mode,
      count,
      firstRow,
      firstFile,
      firstValue,
      examples,
      ...foreignKey,
      message: ruleMessage(field, says, count, firstRow, firstValue),
    });
  }
  return found;
}
