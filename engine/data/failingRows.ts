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

/** The columns of a row that tell its place. */
interface RowColumns {
  hasFile: boolean;
  lineColumn: string | null;
}

/** Fields whose verdicts are computed in one statement. */
const fieldsAtOnce = 40;

/**
 * Stores the rows that break a rule: number, file, verdicts, and the texts used in the messages. Returns tables of the
 * same rows with the verdicts and texts of some rules each, where there are many.
 */
export async function keepFailing(
  db: Database,
  table: string,
  source: string,
  fields: readonly CheckedField[],
  columns: RowColumns,
  { rules, marks }: Broken,
): Promise<{ rules: PlannedRule[]; table: string }[]> {
  const places = placeColumns(columns);
  const ofMarks = marks.map(({ table: rows, column }) => `(_lw_n IN (SELECT n FROM ${rows})) AS ${column}`);
  const verdictsOf = (some: readonly PlannedRule[], more: readonly number[]) => {
    const texts = [...new Set([...some.map(({ f }) => f), ...more])];
    return {
      kept: [...some.map(({ column }) => column), ...texts.map((f) => `_lw_t${f}`)],
      judged: judgedSql(source, fields, some, texts, places),
    };
  };
  const positions = marks.flatMap((mark) => mark.positions);
  const broken = [...new Set(rules.map(({ f }) => f))];
  if (broken.length <= fieldsAtOnce) {
    const { kept, judged } = verdictsOf(rules, positions);
    const some = anyOf([...rules, ...marks].map(({ column }) => column));
    await db.run(
      `CREATE TEMP TABLE ${table} AS SELECT * FROM (SELECT ${[...places, ...kept, ...ofMarks].join(', ')} FROM ${judged}) WHERE ${some}`,
    );
    return [];
  }
  const portions: PlannedRule[][] = [];
  for (let from = 0; from < broken.length; from += fieldsAtOnce) {
    const own = new Set(broken.slice(from, from + fieldsAtOnce));
    portions.push(rules.filter(({ f }) => own.has(f)));
  }
  const failing = `${table}_rows`;
  await db.run(`CREATE TEMP TABLE ${failing} (n BIGINT)`);
  for (const { table: rows } of marks) await db.run(`INSERT INTO ${failing} SELECT n FROM ${rows}`);
  for (const some of portions)
    await db.run(
      `INSERT INTO ${failing} SELECT _lw_n FROM ${verdictsOf(some, []).judged} WHERE ${anyOf(some.map(({ column }) => column))}`,
    );
  const store = (part: string, kept: readonly string[], judged: string) =>
    db.run(
      `CREATE TEMP TABLE ${part} AS SELECT ${[...places, ...kept].join(', ')} FROM ${judged} WHERE _lw_n IN (SELECT n FROM ${failing}) ORDER BY _lw_n`,
    );
  const parts: { rules: PlannedRule[]; table: string }[] = [];
  for (const [i, some] of portions.entries()) {
    const part = `${table}_${i}`;
    const { kept, judged } = verdictsOf(some, []);
    await store(part, kept, judged);
    parts.push({ rules: some, table: part });
  }
  const others = verdictsOf(
    [],
    positions.filter((f) => !broken.includes(f)),
  );
  const base = `${table}_base`;
  await store(base, [...others.kept, ...ofMarks], others.judged);
  const selected = parts.map(({ table: part }) => `${part}.* EXCLUDE (${places.join(', ')})`);
  await db.run(
    `CREATE TEMP TABLE ${table} AS SELECT ${[`${base}.*`, ...selected].join(', ')} FROM ${[base, ...parts.map((part) => part.table)].join(' POSITIONAL JOIN ')}`,
  );
  for (const done of [failing, base]) await db.run(`DROP TABLE ${done}`);
  return parts;
}

function placeColumns({ hasFile, lineColumn }: RowColumns): string[] {
  return ['_lw_n', ...(hasFile ? ['_file'] : []), ...(lineColumn === null ? [] : [quoteIdentifier(lineColumn)])];
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
  parts: readonly { rules: PlannedRule[]; table: string }[] = [],
): Promise<RuleFinding[]> {
  const partOf = new Map(parts.flatMap((part) => part.rules.map((rule) => [rule.column, part.table])));
  const all = [
    ...rules.map((rule) => ({ rule, column: rule.column, text: `_lw_t${rule.f}` })),
    ...marks.map((mark) => ({ rule: mark, column: mark.column, text: keyText(mark) })),
  ];
  const found: RuleFinding[] = [];
  for (const { rule: planned, column, text } of all) {
    const { field, rule, says, count } = planned;
    // The subquery limits the rows before their position in the file is computed.
    const first = `(SELECT * FROM ${partOf.get(column) ?? failing} WHERE ${column} ORDER BY _lw_n LIMIT ${mostExamples})`;
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
