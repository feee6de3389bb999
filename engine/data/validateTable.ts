import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { checkRules } from './checkRules.ts';
import { fieldRules, type FieldRule } from './fieldRules.ts';
import { parseField, type ParsedField } from './parseField.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { columnProblems, rowProblems, shareProblems, type TableProblem } from './tableProblems.ts';
import type { RuleFinding } from './ruleFinding.ts';
import { forgetRejects, keepRejects, rejectFindings } from './rejects.ts';
import { keyRules, markRepeats, type KeyRule } from './uniqueKeys.ts';

export interface ValidateOptions {
  /** FROM-able SQL. With a column `_file` (sourceSql gives it to all-text sources) findings name the file and the row in it. */
  source: string;
  schema: DatasetSchema;
  /** `raw`: texts as they came, missingValues mean missing. `typed`: read from a typed file, where only NULL, NaN and the field's own missingValues mean missing: the text NA may be Namibia there. */
  mode: 'raw' | 'typed';
  /** Such as `training`; fields of other environments may be absent and empty. */
  environment?: string;
  /** Columns outside the schema to carry into the valid rows, as they are. */
  alsoKeep?: readonly string[];
  /** The source was made with `rejects`: its lines that are no rows count as invalid. Row numbers take them into account. */
  rejects?: boolean;
}

export interface ValidationResult {
  rows: number;
  validRows: number;
  invalidRows: number;
  rules: RuleFinding[];
  tableProblems: TableProblem[];
  /** Temporary views. `valid`: the declared columns in their types. `invalid`: the original columns, `_file`, `_row`, `_reasons`. */
  validView: string;
  invalidView: string;
  /** `SELECT * FROM` each view. */
  validSql: string;
  invalidSql: string;
  /** Drops the views and the rows they hold. */
  discard: () => Promise<void>;
}

interface CheckedField {
  field: Field;
  parsed: ParsedField;
  rules: FieldRule[];
}

let runs = 0;

/** Checks every row against the schema. A row is invalid when it breaks a rule of severity error. Throws DataError when the source cannot be read, CancelledError. */
export async function validateTable(db: Database, options: ValidateOptions): Promise<ValidationResult> {
  const { source, schema, mode, environment, alsoKeep = [], rejects = false } = options;
  const run = ++runs;
  const [raw, checked, validView, invalidView] = ['raw', 'checked', 'valid', 'invalid'].map((name) => `loopwright_${name}_${run}`) as [string, string, string, string];
  const rejected = rejects ? `loopwright_rejected_${run}` : null;
  if (rejected) await forgetRejects(db);
  await db.run(`CREATE TEMP TABLE ${raw} AS SELECT row_number() OVER () - 1 AS _lw_n, * FROM ${source}`);
  if (rejected) await keepRejects(db, rejected, raw);
  const types = new Map((await db.rows(`DESCRIBE ${raw}`)).map((row) => [String(row['column_name']), String(row['column_type'])]));
  const columns = [...types.keys()].filter((name) => name !== '_file' && name !== '_lw_n');

  const expected = schema.fields.filter((field) => belongs(field, schema, environment));
  const inKey = schema.primaryKey === undefined ? [] : [schema.primaryKey].flat();
  const fields: CheckedField[] = schema.fields.flatMap((field) => {
    const actual = types.get(field.name);
    if (actual === undefined) return [];
    const parsed = parseField(field, schema, actual, mode);
    const required = expected.includes(field) && (field.constraints?.required === true || inKey.includes(field.name));
    return [{ field, parsed, rules: fieldRules(field, parsed, required) }];
  });
  const rules = fields.flatMap(({ rules: own }, f) => own.map((rule, i) => ({ ...rule, f, column: `_lw_k${f}_${i}` })));
  await checkRules(db, rules.map((rule) => ({ ...rule, sqlType: fields[rule.f]?.parsed.sqlType ?? 'VARCHAR' })));
  const keys = keyRules(schema, fields.map(({ field }) => field.name));

  await db.run(checkSql(raw, checked, fields, rules, keys));
  for (const [i, key] of keys.entries()) await markRepeats(db, checked, key, i, rules.filter((rule) => rule.severity === 'error').map((rule) => rule.column));
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM ${checked}`))[0]?.['n'] ?? 0);
  const tableProblems = [...columnProblems(schema, columns, expected), ...rowProblems(schema, rows), ...(await sharesOf(db, checked, fields, rows, expected))];

  const failing = [...rules.filter((rule) => rule.severity === 'error').map((rule) => rule.column), ...keys.map((_, i) => `_lw_u${i}`)];
  const bad = failing.length === 0 ? 'false' : failing.map((column) => `coalesce(${column}, false)`).join(' OR ');
  const kept = [
    ...fields.map(({ field }, f) => `c._lw_v${f} AS ${quoteIdentifier(field.name)}`),
    ...alsoKeep.filter((name) => types.has(name) && !fields.some(({ field }) => field.name === name)).map((name) => `r.${quoteIdentifier(name)}`),
  ];
  const joined = `${checked} c JOIN ${raw} r ON r._lw_n = c._lw_r`;
  const starts = types.has('_file') ? `(SELECT _file, min(_lw_n) AS start FROM ${raw} GROUP BY _file)` : null;
  const accepted = 'r._lw_n - s.start + 1';
  // A rejected line before a row moves the row down by one; `shift` is the row from which on it does.
  const inFile = rejected ? `(${accepted} + (SELECT count(*) FROM ${rejected} x WHERE x.file = r._file AND x.shift < ${accepted}))` : accepted;
  const place = starts ? { row: inFile, file: 'r._file', from: `${joined} JOIN ${starts} s ON s._file = r._file` } : { row: 'r._lw_n + 1', file: 'NULL::VARCHAR', from: joined };
  await db.run(`CREATE TEMP VIEW ${validView} AS SELECT ${kept.join(', ') || 'c._lw_r'} FROM ${joined} WHERE NOT (${bad}) ORDER BY c._lw_r`);
  await db.run(`CREATE TEMP VIEW ${invalidView} AS SELECT ${columns.filter((name) => name !== '_row' && name !== '_reasons').map((name) => `r.${quoteIdentifier(name)}, `).join('')}${place.file} AS _file, ${place.row} AS _row,
    concat_ws('; ', ${reasons(rules, keys)}) AS _reasons FROM ${place.from} WHERE ${bad}${rejected ? ` UNION ALL BY NAME SELECT file AS _file, line - 1 AS _row, reason || ': ' || text AS _reasons FROM ${rejected} ORDER BY _file, _row` : ' ORDER BY c._lw_r'}`);

  const badRows = Number((await db.rows(`SELECT count(*) AS n FROM ${checked} WHERE ${bad}`))[0]?.['n'] ?? 0);
  const unreadable = rejected ? await rejectFindings(db, rejected) : [];
  const lines = unreadable.reduce((sum, finding) => sum + finding.count, 0);
  return {
    rows: rows + lines, validRows: rows - badRows, invalidRows: badRows + lines, tableProblems, validView, invalidView,
    rules: [...unreadable, ...(await findings(db, checked, place, rules, keys))],
    validSql: `SELECT * FROM ${validView}`,
    invalidSql: `SELECT * FROM ${invalidView}`,
    discard: async () => {
      for (const view of [validView, invalidView]) await db.run(`DROP VIEW IF EXISTS ${view}`);
      for (const table of [checked, raw, ...(rejected ? [rejected] : [])]) await db.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}

type NumberedRule = FieldRule & { f: number; column: string };

function belongs(field: Field, schema: DatasetSchema, environment: string | undefined): boolean {
  const environments = field.loopwright?.environments ?? schema.loopwright?.environments;
  return environment === undefined || environments === undefined || environments.includes(environment);
}

function checkSql(raw: string, checked: string, fields: readonly CheckedField[], rules: readonly NumberedRule[], keys: readonly KeyRule[]): string {
  const read = fields.map(({ parsed }, f) => `${parsed.text} AS _lw_t${f}, ${parsed.value} AS _lw_v${f}`);
  const judged = rules.map((rule) => `(${rule.broken(`_lw_t${rule.f}`, `_lw_v${rule.f}`)}) AS ${rule.column}`);
  const repeats = keys.map((_, i) => `false AS _lw_u${i}`);
  return `CREATE TEMP TABLE ${checked} AS SELECT ${['*', ...judged, ...repeats].join(', ')} FROM (SELECT ${['_lw_n AS _lw_r', ...read].join(', ')} FROM ${raw})`;
}

async function sharesOf(db: Database, checked: string, fields: readonly CheckedField[], rows: number, expected: readonly Field[]): Promise<TableProblem[]> {
  const asked = fields.flatMap((field, f) => (expected.includes(field.field) && (field.field.loopwright?.presence ?? field.field.loopwright?.domainMass) !== undefined ? [{ ...field, f }] : []));
  if (asked.length === 0) return [];
  const counts = asked.map(({ f, rules }) => {
    const i = rules.findIndex(({ rule }) => rule === 'categories');
    return `count(_lw_t${f}) AS p${f}, ${i < 0 ? '0' : `count(*) FILTER (_lw_k${f}_${i})`} AS s${f}`;
  });
  const [row = {}] = await db.rows(`SELECT ${counts.join(', ')} FROM ${checked}`);
  return asked.flatMap(({ field, f }) => shareProblems(field, { rows, present: Number(row[`p${f}`]), strangers: Number(row[`s${f}`]) }));
}

function reasons(rules: readonly NumberedRule[], keys: readonly KeyRule[]): string {
  const texts = [
    ...rules.map(({ field, says, rule, f, column }) => {
      const found = rule === 'required' ? quoteLiteral(`${field}: ${says}`) : `${quoteLiteral(`${field}: ${says} (found `)} || left(_lw_t${f}, 80) || ')'`;
      return `CASE WHEN ${column} THEN ${found} END`;
    }),
    ...keys.map((key, i) => `CASE WHEN _lw_u${i} THEN ${quoteLiteral(`${key.field}: ${key.says} (found `)} || left(${keyText(key)}, 80) || ')' END`),
  ];
  return texts.length === 0 ? "''" : texts.join(', ');
}

function keyText(key: KeyRule): string {
  return `concat_ws(', ', ${key.positions.map((f) => `_lw_t${f}`).join(', ')})`;
}

async function findings(db: Database, checked: string, place: { row: string; file: string; from: string }, rules: readonly NumberedRule[], keys: readonly KeyRule[]): Promise<RuleFinding[]> {
  const all = [
    ...rules.map(({ field, rule, severity, says, f, column }) => ({ field, rule, severity, says, column, text: `_lw_t${f}` })),
    ...keys.map((key, i) => ({ field: key.field, rule: key.rule, severity: 'error' as const, says: key.says, column: `_lw_u${i}`, text: keyText(key) })),
  ];
  if (all.length === 0) return [];
  const [counts = {}] = await db.rows(`SELECT ${all.map(({ column }) => `count(*) FILTER (${column}) AS n_${column}, min(_lw_r) FILTER (${column}) AS f_${column}`).join(', ')} FROM ${checked}`);
  const found: RuleFinding[] = [];
  for (const { field, rule, severity, says, column, text } of all) {
    const count = Number(counts[`n_${column}`]);
    if (count === 0) continue;
    const [first = {}] = await db.rows(`SELECT ${place.row} AS row, ${place.file} AS file, ${text} AS value FROM ${place.from} WHERE c._lw_r = ?`, [Number(counts[`f_${column}`])]);
    const value = first['value'] === null ? null : String(first['value']);
    found.push({
      field, rule, severity, count, firstRow: Number(first['row']), firstFile: typeof first['file'] === 'string' ? first['file'] : null, firstValue: value,
      message: `${field}: ${says} in ${count} ${count === 1 ? 'row' : 'rows'}, first in row ${Number(first['row'])}${value === null ? '' : ` (found ${value})`}`,
    });
  }
  return found;
}
