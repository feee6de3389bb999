import type { DatasetSchema, Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import { readsByCells } from './cells.ts';
import { countCells } from './countCells.ts';
import type { Database } from './database.ts';
import { checkRules } from './checkRules.ts';
import { failingOfCells, fieldsAtOnce, keepBrokenCells, withBad } from './brokenCells.ts';
import { invalidSelect, keepFailing, placeOf } from './failingRows.ts';
import { fieldRules, isLive } from './fieldRules.ts';
import {
  anyOf,
  countAll,
  judgedSql,
  verdict,
  type CheckedField,
  type Counts,
  type PlannedMark,
  type PlannedRule,
} from './judgedRows.ts';
import { parseField, type ParsedField } from './parseField.ts';
import { tableInPortions } from './portions.ts';
import { quoteIdentifier } from './quote.ts';
import { columnProblems, rowProblems, shareProblems, type TableProblem } from './tableProblems.ts';
import type { RuleFinding } from './ruleFinding.ts';
import { forgetRejects, keepRejects, rejectFindings } from './rejects.ts';
import { markRows, markRules } from './rowMarks.ts';

export interface ValidateOptions {
  /**
   * FROM expression. With a column `_file` (which sourceSql adds to text sources), findings contain the file and the
   * row in it.
   */
  source: string;
  schema: DatasetSchema;
  /**
   * `raw`: texts as written, with missingValues as missing. `typed`: read from a typed file, where only NULL, NaN and
   * the field's own missingValues are missing: the text NA can be Namibia there.
   */
  mode: 'raw' | 'typed';
  /** Environment such as `training`. Fields of other environments may be absent and empty. */
  environment?: string;
  /** Columns outside the schema to copy to the valid rows unchanged. */
  alsoKeep?: readonly string[];
  /**
   * The source was created with `rejects`: its malformed lines count as invalid and are included in row numbers. `of
   * files with rows`: when the source leaves rows out, files without any of its rows do not count.
   */
  rejects?: boolean | 'of files with rows';
  /** Column of the source with the line number of a row, which is no field. Default: rows are counted in each file. */
  lineColumn?: string;
  /** Handling of rows that break a rule without its own mode. Default quarantine; with warn they count as valid. */
  invalid?: InvalidMode;
  /**
   * FROM expression of the table that each foreign key refers to, in the order of the schema. Null or absent: not
   * checked.
   */
  foreign?: readonly (string | null)[];
  /** The caller reads `validSql`, so the typed rows of a wide table are stored. */
  keepsValid?: boolean;
  /** Number of rows of a source in which every value is of the type of its field, and no text is a missing value. */
  provedRows?: number;
}

export interface ValidationResult {
  rows: number;
  validRows: number;
  /** Number of rows that break a rule whose rows are not kept, and of malformed lines. */
  invalidRows: number;
  /** The row numbers of findings are line numbers; otherwise a header is above the first row. */
  rowsAreLines?: true;
  rules: RuleFinding[];
  tableProblems: TableProblem[];
  /** The columns of the valid rows, when these are all rows of a source with `provedRows`, as they are. */
  unchanged?: string[];
  /**
   * SELECTs, for use before `discard`. `valid`: the declared columns in their types, NULL where a kept value has
   * another type. `invalid`: the original columns, `_file`, `_row`, `_reasons`.
   */
  validSql: string;
  invalidSql: string;
  /** The table with the rows of a wide source as they were read, for use before `discard`. */
  copy?: string | null;
  /** Drops the stored rows. */
  discard: () => Promise<void>;
}

let runs = 0;

/**
 * Checks every row against the schema. The source is read in parallel to count, and again only when a rule is broken.
 * Only rows that break a rule are copied. Throws DataError when the source cannot be read, and CancelledError.
 */
export async function validateTable(db: Database, options: ValidateOptions): Promise<ValidationResult> {
  const {
    schema,
    environment,
    alsoKeep = [],
    rejects = false,
    lineColumn = null,
    invalid = 'quarantine',
    foreign = [],
    provedRows,
  } = options;
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
  const columns = [...types.keys()].filter((column) => column !== '_file' && column !== lineColumn);
  // A statement that reads files with thousands of columns takes seconds to plan; one on a copy does not.
  const copy = columns.length > mostColumnsRead ? name('copy') : null;
  if (copy) {
    await db.run(`CREATE TEMP TABLE ${copy} AS SELECT * FROM ${source}`);
    source = copy;
  }
  const expected = schema.fields.filter(
    (field) => belongs(field, schema, environment) && isLive(field.loopwright?.stage),
  );
  const fields = checkedFields(options, types, expected);
  const planned = (): PlannedRule[] =>
    fields.flatMap(({ rules: own }, f) => own.map((rule, i) => ({ ...rule, f, column: `_lw_k${f}_${i}`, count: 0 })));
  let rules = planned();
  await checkRules(
    db,
    rules.map((rule) => ({ ...rule, sqlType: fields[rule.f]?.parsed.sqlType ?? 'VARCHAR' })),
  );

  const needsNoCount = provedRows !== undefined && rules.every(({ rule }) => rule === 'type') && !hasShares(expected);
  const copied = copy ? Number((await db.rows(`SELECT count(*) AS n FROM ${copy}`))[0]?.['n']) : Infinity;
  const cells = readsByCells(fields.length, copied)
    ? { source, rows: copied, schema, mode: options.mode, types }
    : null;
  const count = () => (cells ? countCells(db, cells, fields, rules) : countAll(db, source, fields, rules));
  let rows = needsNoCount ? { rows: provedRows, filled: [] } : await count();
  if (await widenIntegers(db, { ...options, source }, fields, rules, expected)) {
    rules = planned();
    rows = await count();
  }
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
  const isMany = new Set(broke.map(({ f }) => f)).size > fieldsAtOnce;
  const values = isMany ? name('values') : null;
  if (values) await keepBrokenCells(db, values, { numbered: withNumbers, cells }, fields, broke);
  const bad = values ? '_lw_bad' : anyOf(broke.filter((rule) => modeFor(rule) !== 'warn').map((rule) => rule.column));
  const marks: PlannedMark[] = [];
  for (const [i, rule] of markRules(
    schema,
    fields.map(({ field }) => field),
    foreign,
  ).entries()) {
    const table = name(`marks_${i}`);
    const read = [
      ...rule.positions,
      ...(rule.reference?.source === null
        ? rule.reference.fields.map((field) => fields.findIndex((one) => one.field.name === field))
        : []),
    ];
    // Only a repeated key asks whether a row breaks another rule.
    const judging = rule.reference || rule.jsonSchema !== undefined || values ? [] : broke;
    const parsed = judgedSql(withNumbers, fields, judging, [...judging.map(({ f }) => f), ...read], ['_lw_n']);
    const count = await markRows(
      db,
      {
        parsed: values ? withBad(parsed, values, broke, modeFor) : parsed,
        unnumbered: judgedSql(source, fields, [], read),
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
  const hasFile = types.has('_file');
  const place = { hasFile, lineColumn };
  const failing = values
    ? await failingOfCells(db, { table: values, numbered: withNumbers, fields, columns: place, ...broken, modeFor })
    : broken.rules.length + broken.marks.length > 0
      ? await keepFailing(db, name('failing'), withNumbers, fields, place, broken, modeFor)
      : null;
  const rowPlace = await placeOf(db, { failing, source, ...place, rejected, starts: name('starts') });
  const leaving = {
    rules: broken.rules.filter((rule) => modeFor(rule) !== 'warn'),
    marks: broken.marks.filter((mark) => modeFor(mark) !== 'warn'),
  };

  const kept = [
    ...fields.map(({ field, parsed }) => ({ name: field.name, sql: parsed.value })),
    ...alsoKeep
      .filter((column) => types.has(column) && !fields.some(({ field }) => field.name === column))
      .map((column) => ({ name: column, sql: quoteIdentifier(column) })),
  ];
  const stay =
    failing && (copy || leaving.marks.length > 0)
      ? `${withNumbers} AS _lw_rows WHERE _lw_rows._lw_n NOT IN (${failing.leaving}) ORDER BY _lw_rows._lw_n`
      : `(SELECT * FROM ${source}${leaving.rules.length > 0 ? ` WHERE NOT (${leaving.rules.map((rule) => verdict(rule, fields)).join(' OR ')})` : ''})`;
  const select = (columns: readonly { name: string; sql: string }[]) =>
    `SELECT ${columns.map(({ name: as, sql }) => `${sql} AS ${quoteIdentifier(as)}`).join(', ') || 'NULL AS _lw_nothing'} FROM ${stay}`;
  const typed = copy && options.keepsValid ? await tableInPortions(db, kept, select) : null;
  const validSql = typed ? `SELECT * FROM ${typed}` : select(kept);
  const invalidSql = invalidSelect(withNumbers, columns, failing, rowPlace, rejected);

  const unreadable = rejected ? await rejectFindings(db, rejected, lineMode(schema, invalid)) : [];
  const lines = unreadable.reduce((sum, finding) => sum + finding.count, 0);
  const badRows = failing
    ? Number((await db.rows(`SELECT count(*) AS n FROM (${failing.leaving})`))[0]?.['n'] ?? 0)
    : 0;
  return {
    rows: rows.rows + lines,
    validRows: rows.rows - badRows,
    invalidRows: badRows + lines,
    ...(lineColumn === null ? {} : { rowsAreLines: true as const }),
    tableProblems,
    ...(provedRows !== undefined && leaving.rules.length + leaving.marks.length === 0 && alsoKeep.length === 0
      ? { unchanged: fields.map(({ field }) => field.name) }
      : {}),
    validSql,
    invalidSql,
    copy,
    rules: [...unreadable, ...(failing ? await failing.findings(rowPlace) : [])],
    discard: async () => {
      const marked = broken.marks.map(({ table }) => table);
      const tables = [...(failing?.tables ?? []), rowPlace.starts, rejected, copy, typed, ...marked];
      for (const table of tables) if (table) await db.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}

function checkedFields(
  { schema, mode }: ValidateOptions,
  types: ReadonlyMap<string, string>,
  expected: readonly Field[],
): CheckedField[] {
  return schema.fields.flatMap((field) => {
    const actual = types.get(field.name);
    if (actual === undefined) return [];
    return [checkedField(field, parseField(field, schema, actual, mode), schema, expected)];
  });
}

function checkedField(
  field: Field,
  parsed: ParsedField,
  schema: DatasetSchema,
  expected: readonly Field[],
): CheckedField {
  const required = expected.includes(field) && isRequired(field, schema);
  return { field, parsed, rules: fieldRules(field, parsed, required) };
}

/**
 * Reads whole numbers of texts with up to 38 digits where some of them are not of 64 bits. Returns true when a field
 * changed.
 */
async function widenIntegers(
  db: Database,
  { schema, mode, source }: ValidateOptions,
  fields: CheckedField[],
  rules: readonly PlannedRule[],
  expected: readonly Field[],
): Promise<boolean> {
  if (mode !== 'raw') return false;
  const broken = new Set(rules.filter(({ rule, count }) => rule === 'type' && count > 0).map(({ f }) => f));
  const narrow = [...fields.entries()].flatMap(([f, { field, parsed }]) => {
    if (!broken.has(f) || field.type !== 'integer' || field.loopwright?.decimals !== undefined) return [];
    const wide = { ...field, loopwright: { ...field.loopwright, decimals: 0 } };
    return [{ f, field, parsed, wide: parseField(wide, schema, 'VARCHAR', mode) }];
  });
  let changed = false;
  for (let from = 0; from < narrow.length; from += fieldsAtOnce) {
    const some = narrow.slice(from, from + fieldsAtOnce);
    const counts = some.map(
      ({ parsed, wide }, i) => `count(*) FILTER ((${parsed.value}) IS NULL AND (${wide.value}) IS NOT NULL) AS n${i}`,
    );
    const [row = {}] = await db.rows(`SELECT ${counts.join(', ')} FROM ${source}`);
    for (const [i, { f, field, wide }] of some.entries()) {
      if (Number(row[`n${i}`]) === 0) continue;
      fields[f] = checkedField(field, wide, schema, expected);
      changed = true;
    }
  }
  return changed;
}

/** True when each row of a table with the field must have a value in it. */
export function isRequired(field: Field, schema: DatasetSchema): boolean {
  return field.constraints?.required === true || [schema.primaryKey ?? []].flat().includes(field.name);
}

/** True when a field exists in an environment; every field does where none is named. */
export function belongs(field: Field, schema: DatasetSchema, environment: string | undefined): boolean {
  const environments = field.loopwright?.environments ?? schema.loopwright?.environments;
  return environment === undefined || environments === undefined || environments.includes(environment);
}

const mostColumnsRead = 200;

function hasShares(fields: readonly Field[]): boolean {
  return fields.some(({ loopwright }) => loopwright?.presence !== undefined || loopwright?.domainMass !== undefined);
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

/** Returns what happens with lines that are no rows. */
export function lineMode(schema: DatasetSchema, invalid: InvalidMode): InvalidMode {
  const own = schema.loopwright?.invalid;
  return (typeof own === 'object' ? own.line : own) ?? invalid;
}
