import type { DatasetSchema, Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { checkRules } from './checkRules.ts';
import { fieldRules, isLive, type FieldRule } from './fieldRules.ts';
import { parseField, type ParsedField } from './parseField.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { columnProblems, rowProblems, shareProblems, type TableProblem } from './tableProblems.ts';
import { ruleMessage, type RuleFinding } from './ruleFinding.ts';
import { forgetRejects, keepRejects, rejectFindings } from './rejects.ts';
import { markRows, markRules, type MarkRule } from './rowMarks.ts';

export interface ValidateOptions {
  /**
   * FROM-able SQL. With a column `_file` (sourceSql gives it to all-text sources) findings name the file and the row in
   * it.
   */
  source: string;
  schema: DatasetSchema;
  /**
   * `raw`: texts as they came, missingValues mean missing. `typed`: read from a typed file, where only NULL, NaN and
   * the field's own missingValues mean missing: the text NA may be Namibia there.
   */
  mode: 'raw' | 'typed';
  /** Such as `training`; fields of other environments may be absent and empty. */
  environment?: string;
  /** Columns outside the schema to carry into the valid rows, as they are. */
  alsoKeep?: readonly string[];
  /**
   * The source was made with `rejects`: its lines that are no rows count as invalid. Row numbers take them into
   * account. `of files with rows`: where the source leaves rows out, files that it has none of do not count.
   */
  rejects?: boolean | 'of files with rows';
  /**
   * What happens to rows that break a rule which says nothing itself. Default quarantine; with warn they count as
   * valid.
   */
  invalid?: InvalidMode;
  /**
   * FROM-able SQL of the table that each foreign key of the schema refers to, in their order; null or absent: not
   * checked.
   */
  foreign?: readonly (string | null)[];
}

export interface ValidationResult {
  rows: number;
  validRows: number;
  /** Rows that break a rule whose rows do not stay, and lines that are no rows. */
  invalidRows: number;
  rules: RuleFinding[];
  tableProblems: TableProblem[];
  /**
   * SELECTs, to be used before `discard`. `valid`: the declared columns in their types, NULL where a value is not of
   * its type and stays nevertheless. `invalid`: the original columns, `_file`, `_row`, `_reasons`.
   */
  validSql: string;
  invalidSql: string;
  /** Drops what was kept of the rows. */
  discard: () => Promise<void>;
}

interface CheckedField {
  field: Field;
  parsed: ParsedField;
  rules: FieldRule[];
}

/** A rule with the column of its verdict, and whether it was broken. */
type PlannedRule = FieldRule & { f: number; column: string; count: number };
type PlannedMark = MarkRule & { table: string; column: string; count: number };

let runs = 0;

/**
 * Checks every row against the schema. The source is read in parallel to count, and read again only where something is
 * broken; no copy of it is made, only of the rows that break a rule. Throws DataError when the source cannot be read,
 * CancelledError.
 */
export async function validateTable(db: Database, options: ValidateOptions): Promise<ValidationResult> {
  const { schema, environment, alsoKeep = [], rejects = false, invalid = 'quarantine', foreign = [] } = options;
  const run = ++runs;
  const name = (part: string) => `loopwright_${part}_${run}`;
  const rejected = rejects === false ? null : name('rejected');
  if (rejected) await forgetRejects(db);
  let { source } = options;
  const types = new Map(
    (await db.rows(`DESCRIBE SELECT * FROM ${source}`)).map((row) => [
      String(row['column_name']),
      String(row['column_type']),
    ]),
  );
  const columns = [...types.keys()].filter((column) => column !== '_file');
  // A statement that reads files of thousands of columns takes seconds to plan; a copy is planned in no time.
  const copy = columns.length > mostColumnsRead ? name('copy') : null;
  if (copy) {
    await db.run(`CREATE TEMP TABLE ${copy} AS SELECT * FROM ${source}`);
    source = copy;
  }
  const expected = schema.fields.filter(
    (field) => belongs(field, schema, environment) && isLive(field.loopwright?.stage),
  );
  const fields = checkedFields(options, types, expected);
  const rules: PlannedRule[] = fields.flatMap(({ rules: own }, f) =>
    own.map((rule, i) => ({ ...rule, f, column: `_lw_k${f}_${i}`, count: 0 })),
  );
  await checkRules(
    db,
    rules.map((rule) => ({ ...rule, sqlType: fields[rule.f]?.parsed.sqlType ?? 'VARCHAR' })),
  );

  const rows = await countAll(db, source, fields, rules);
  const broke = rules.filter((rule) => rule.count > 0);
  const tableProblems = [
    ...columnProblems(schema, columns, expected),
    ...rowProblems(schema, rows.rows),
    ...sharesOf(fields, rules, rows, expected),
  ];
  const withNumbers = copy
    ? `(SELECT rowid AS _lw_n, * FROM ${copy})`
    : `(SELECT row_number() OVER () - 1 AS _lw_n, * FROM ${source})`;
  const modeFor = (rule: { mode: InvalidMode | null }) => rule.mode ?? invalid;
  const bad = anyOf(broke.filter((rule) => modeFor(rule) !== 'warn').map((rule) => rule.column));
  const marks: PlannedMark[] = [];
  for (const [i, rule] of markRules(
    schema,
    fields.map(({ field }) => field),
    foreign,
  ).entries()) {
    const table = name(`marks_${i}`);
    const read = [
      ...broke.map(({ f }) => f),
      ...rule.positions,
      ...(rule.reference?.source === null
        ? rule.reference.fields.map((field) => fields.findIndex((one) => one.field.name === field))
        : []),
    ];
    const count = await markRows(
      db,
      {
        parsed: judgedSql(withNumbers, fields, broke, read, ['_lw_n']),
        unnumbered: judgedSql(source, fields, broke, read),
        bad,
      },
      rule,
      table,
      fields.map(({ field }) => field.name),
    );
    marks.push({ ...rule, table, column: `_lw_u${i}`, count });
  }
  if (rejected) await keepRejects(db, rejected, rejects === 'of files with rows' ? source : null);

  const broken = { rules: broke, marks: marks.filter((mark) => mark.count > 0) };
  const leaving = {
    rules: broken.rules.filter((rule) => modeFor(rule) !== 'warn'),
    marks: broken.marks.filter((mark) => modeFor(mark) !== 'warn'),
  };
  const failing = broken.rules.length + broken.marks.length > 0 ? name('failing') : null;
  if (failing) await keepFailing(db, failing, withNumbers, fields, types.has('_file'), broken);
  const place = await placeOf(db, { failing, source, hasFile: types.has('_file'), rejected, starts: name('starts') });
  const leaves = anyOf([...leaving.rules, ...leaving.marks].map(({ column }) => column));

  const kept = [
    ...fields.map(({ field, parsed }) => `${parsed.value} AS ${quoteIdentifier(field.name)}`),
    ...alsoKeep
      .filter((column) => types.has(column) && !fields.some(({ field }) => field.name === column))
      .map((column) => quoteIdentifier(column)),
  ];
  const stay =
    leaving.marks.length > 0
      ? `${withNumbers} AS _lw_rows WHERE _lw_rows._lw_n NOT IN (SELECT _lw_n FROM ${failing} WHERE ${leaves}) ORDER BY _lw_rows._lw_n`
      : `(SELECT * FROM ${source}${leaving.rules.length > 0 ? ` WHERE NOT (${leaving.rules.map((rule) => verdict(rule, fields)).join(' OR ')})` : ''})`;
  const validSql = `SELECT ${kept.join(', ') || 'NULL AS _lw_nothing'} FROM ${stay}`;
  const invalidSql = invalidSelect(withNumbers, columns, failing, place, leaves, leaving, rejected);

  const unreadable = rejected ? await rejectFindings(db, rejected, lineMode(schema, invalid)) : [];
  const lines = unreadable.reduce((sum, finding) => sum + finding.count, 0);
  const badRows = failing
    ? Number((await db.rows(`SELECT count(*) AS n FROM ${failing} WHERE ${leaves}`))[0]?.['n'] ?? 0)
    : 0;
  return {
    rows: rows.rows + lines,
    validRows: rows.rows - badRows,
    invalidRows: badRows + lines,
    tableProblems,
    validSql,
    invalidSql,
    rules: [...unreadable, ...(failing ? await findings(db, failing, place, broken, modeFor) : [])],
    discard: async () => {
      const tables = [failing, place.starts, rejected, copy, ...broken.marks.map(({ table }) => table)];
      for (const table of tables) if (table) await db.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}

function checkedFields(
  { schema, mode }: ValidateOptions,
  types: ReadonlyMap<string, string>,
  expected: readonly Field[],
): CheckedField[] {
  const inKey = schema.primaryKey === undefined ? [] : [schema.primaryKey].flat();
  return schema.fields.flatMap((field) => {
    const actual = types.get(field.name);
    if (actual === undefined) return [];
    const parsed = parseField(field, schema, actual, mode);
    const required = expected.includes(field) && (field.constraints?.required === true || inKey.includes(field.name));
    return [{ field, parsed, rules: fieldRules(field, parsed, required) }];
  });
}

function belongs(field: Field, schema: DatasetSchema, environment: string | undefined): boolean {
  const environments = field.loopwright?.environments ?? schema.loopwright?.environments;
  return environment === undefined || environments === undefined || environments.includes(environment);
}

/**
 * Every row with the texts and values of some fields, with verdicts, and with the columns that are asked for: naming
 * thousands of them is what takes time.
 */
function judgedSql(
  source: string,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
  of: readonly number[],
  columns: readonly string[] = [],
): string {
  const read = [...new Set(of)].flatMap((f) => {
    const parsed = fields[f]?.parsed;
    return parsed ? [`${parsed.text} AS _lw_t${f}, ${parsed.value} AS _lw_v${f}, ${parsed.filled} AS _lw_p${f}`] : [];
  });
  const judged = rules.map(
    (rule) =>
      `coalesce(${rule.broken({ text: `_lw_t${rule.f}`, value: `_lw_v${rule.f}`, filled: `_lw_p${rule.f}` })}, false) AS ${rule.column}`,
  );
  return `(SELECT ${['*', ...judged].join(', ')} FROM (SELECT ${[...columns, ...read].join(', ') || '1'} FROM ${source}))`;
}

/** A rule over the columns of the source themselves. */
function verdict(rule: PlannedRule, fields: readonly CheckedField[]): string {
  const parsed = fields[rule.f]?.parsed;
  return parsed
    ? `coalesce(${rule.broken({ text: `(${parsed.text})`, value: `(${parsed.value})`, filled: `(${parsed.filled})` })}, false)`
    : 'false';
}

const mostColumnsRead = 500;
/** Fields whose rules are counted in one statement: thousands of expressions take longer to plan than to run. */
const fieldsAtOnce = 200;

interface Counts {
  rows: number;
  /** Of each field, the rows that have a value. */
  filled: number[];
}

/** One pass over all rows for every two hundred fields; sets the count of each rule. */
async function countAll(
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

function sharesOf(
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
  { rows, filled }: Counts,
  expected: readonly Field[],
): TableProblem[] {
  return fields.flatMap(({ field }, f) => {
    if (!expected.includes(field)) return [];
    const { presence, domainMass } = field.loopwright ?? {};
    if (presence === undefined && domainMass === undefined) return [];
    const strangers = rules.find((rule) => rule.f === f && rule.rule === 'categories')?.count ?? 0;
    return shareProblems(field, { rows, present: filled[f] ?? 0, strangers });
  });
}

function anyOf(columns: readonly string[]): string {
  return columns.length === 0 ? 'false' : columns.join(' OR ');
}

interface Broken {
  rules: PlannedRule[];
  marks: PlannedMark[];
}

/** Notes the rows that break a rule: number, file, verdicts, and the texts that the verdicts speak of. */
async function keepFailing(
  db: Database,
  table: string,
  source: string,
  fields: readonly CheckedField[],
  hasFile: boolean,
  { rules, marks }: Broken,
): Promise<void> {
  const texts = new Set([...rules.map(({ f }) => f), ...marks.flatMap(({ positions }) => positions)]);
  const kept = [
    '_lw_n',
    ...rules.map(({ column }) => column),
    ...marks.map(({ table: rows, column }) => `(_lw_n IN (SELECT n FROM ${rows})) AS ${column}`),
    ...[...texts].map((f) => `_lw_t${f}`),
    ...(hasFile ? ['_file'] : []),
  ];
  const some = anyOf([...rules, ...marks].map(({ column }) => column));
  await db.run(
    `CREATE TEMP TABLE ${table} AS SELECT * FROM (SELECT ${kept.join(', ')} FROM ${judgedSql(source, fields, rules, [...texts], ['_lw_n', ...(hasFile ? ['_file'] : [])])}) WHERE ${some}`,
  );
}

interface Place {
  /** SQL for the row in its file and for the file, over `from`. */
  row: string;
  file: string;
  from: string;
  /** The table with the first row of each file, when one was needed. */
  starts: string | null;
}

async function placeOf(
  db: Database,
  {
    failing,
    source,
    hasFile,
    rejected,
    starts,
  }: { failing: string | null; source: string; hasFile: boolean; rejected: string | null; starts: string },
): Promise<Place> {
  if (!failing || !hasFile) return { row: 'r._lw_n + 1', file: 'NULL::VARCHAR', from: `${failing} r`, starts: null };
  await db.run(
    `CREATE TEMP TABLE ${starts} AS SELECT _file, min(n) AS start FROM (SELECT row_number() OVER () - 1 AS n, _file FROM ${source}) GROUP BY _file`,
  );
  const accepted = 'r._lw_n - s.start + 1';
  // A rejected line before a row moves the row down by one; `shift` is the row from which on it does.
  const row = rejected
    ? `(${accepted} + (SELECT count(*) FROM ${rejected} x WHERE x.file = r._file AND x.shift < ${accepted}))`
    : accepted;
  return { row, file: 'r._file', from: `${failing} r JOIN ${starts} s ON s._file = r._file`, starts };
}

function invalidSelect(
  withNumbers: string,
  columns: readonly string[],
  failing: string | null,
  place: Place,
  leaves: string,
  leaving: Broken,
  rejected: string | null,
): string {
  // Names of ours give way to none: a column called as one is kept under another name.
  const original = columns.map(
    (name) =>
      `o.${quoteIdentifier(name)}${name === '_row' || name === '_reasons' ? ` AS ${quoteIdentifier(`${name} (data)`)}` : ''}`,
  );
  const lines = rejected
    ? `SELECT file AS _file, line - 1 AS _row, reason || ': ' || text AS _reasons FROM ${rejected}`
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

async function findings(
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
    // A subquery limits the rows before their place in the file is looked up.
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

function lineMode(schema: DatasetSchema, invalid: InvalidMode): InvalidMode {
  const own = schema.loopwright?.invalid;
  return (typeof own === 'object' ? own.line : own) ?? invalid;
}
