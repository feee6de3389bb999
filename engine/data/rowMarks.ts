import type { ErrorObject } from 'ajv';
import type { DatasetSchema, Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import { DataError, messageOf } from '../base/errors.ts';
import type { Database } from './database.ts';
import { modeOf } from './fieldRules.ts';
import { columnsOf } from './inspectColumns.ts';
import { keyTexts } from './keyText.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/**
 * A rule that needs more than one row: uniqueness, references to another table, and JSON Schema. The numbers of its
 * broken rows are stored in a table.
 */
export interface MarkRule {
  /** Name of the column, or of the columns joined by ` + `. */
  field: string;
  rule: 'unique' | 'primaryKey' | 'uniqueKeys' | 'foreignKeys' | 'jsonSchema';
  mode: InvalidMode | null;
  says: string;
  /** Indices of the columns among the existing fields. */
  positions: number[];
  /**
   * For a foreign key: FROM expression of the other table (null for the table itself), its columns, and the index of
   * the key in the schema.
   */
  reference?: { source: string | null; fields: string[]; key: number };
  jsonSchema?: unknown;
}

export interface MarkSource {
  /** SQL that reads `_lw_n`, `_lw_t<i>`, `_lw_v<i>`, `_lw_e<i>` and `_lw_p<i>` of every row. */
  parsed: string;
  /** The same without row numbers, which can be read in parallel. */
  unnumbered: string;
  /** Boolean expression that is true when the row breaks a rule on its own values. */
  bad: string;
}

/**
 * Returns uniqueness rules (single fields, the primary key and further keys, each combination once), then references
 * and JSON Schemas. Rules with a missing column are skipped.
 */
export function markRules(
  schema: DatasetSchema,
  present: readonly Field[],
  foreign: readonly (string | null)[],
): MarkRule[] {
  const names = present.map(({ name }) => name);
  const tableMode = (rule: string): InvalidMode | null => {
    const invalid = schema.loopwright?.invalid;
    return typeof invalid === 'object'
      ? ((invalid as Record<string, InvalidMode | undefined>)[rule] ?? null)
      : (invalid ?? null);
  };
  const keys: { rule: MarkRule['rule']; fields: string[]; mode: InvalidMode | null }[] = [
    ...(schema.primaryKey === undefined
      ? []
      : [{ rule: 'primaryKey' as const, fields: [schema.primaryKey].flat(), mode: tableMode('primaryKey') }]),
    ...schema.fields
      .filter((field) => field.constraints?.unique)
      .map((field) => ({ rule: 'unique' as const, fields: [field.name], mode: modeOf(field, 'unique') })),
    ...(schema.uniqueKeys ?? []).map((key) => ({
      rule: 'uniqueKeys' as const,
      fields: [key].flat(),
      mode: tableMode('uniqueKeys'),
    })),
  ];
  const seen = new Set<string>();
  const rules = keys.flatMap(({ rule, fields, mode }): MarkRule[] => {
    const field = fields.join(' + ');
    if (seen.has(field) || fields.some((name) => !names.includes(name))) return [];
    seen.add(field);
    return [
      {
        field,
        rule,
        mode,
        says: rule === 'primaryKey' ? 'primary key occurs in another row' : 'value occurs in another row',
        positions: fields.map((name) => names.indexOf(name)),
      },
    ];
  });
  for (const [i, { fields, reference }] of (schema.foreignKeys ?? []).entries()) {
    const [own, theirs] = [[fields].flat(), [reference.fields].flat()];
    const itself = reference.resource === undefined || reference.resource === '';
    const source = foreign[i] ?? null;
    if ((!itself && source === null) || own.length !== theirs.length || own.some((name) => !names.includes(name)))
      continue;
    rules.push({
      field: own.join(' + '),
      rule: 'foreignKeys',
      mode: tableMode('foreignKeys'),
      says: `not in ${itself ? 'the table' : reference.resource}.${theirs.join(' + ')}`,
      positions: own.map((name) => names.indexOf(name)),
      reference: { source: itself ? null : source, fields: theirs, key: i },
    });
  }
  for (const [i, field] of present.entries()) {
    const schemaOfValue = field.constraints?.jsonSchema;
    if (schemaOfValue !== undefined)
      rules.push({
        field: field.name,
        rule: 'jsonSchema',
        mode: modeOf(field, 'jsonSchema'),
        says: 'does not match its JSON Schema',
        positions: [i],
        jsonSchema: schemaOfValue,
      });
  }
  return rules;
}

/**
 * Writes the numbers of the rows that break the rule to the table `name` (column n) and returns their count. Creates no
 * table when there are none.
 */
export function markRows(
  db: Database,
  source: MarkSource,
  rule: MarkRule,
  name: string,
  names: readonly string[],
): Promise<number> {
  if (rule.reference) return markOrphans(db, source, rule, rule.reference, name, names);
  if (rule.jsonSchema !== undefined) return markUnfit(db, source, rule, name);
  return markRepeats(db, source, rule, name);
}

/**
 * Marks all rows with a duplicate key except one: the first row that breaks no other rule, so that an invalid row never
 * replaces a valid one. Rows with a missing key part are not compared, as in SQL.
 */
async function markRepeats(db: Database, source: MarkSource, rule: MarkRule, name: string): Promise<number> {
  const parts = rule.positions.map((f) => `_lw_e${f}`);
  const list = parts.join(', ');
  const filled = parts.map((part) => `${part} IS NOT NULL`).join(' AND ');
  const repeated = `SELECT ${list} FROM ${source.unnumbered} WHERE ${filled} GROUP BY ${list} HAVING count(*) > 1`;
  const [row] = await db.rows(`SELECT count(*) AS n FROM (${repeated})`);
  if (Number(row?.['n'] ?? 0) === 0) return 0;
  await db.run(`CREATE TEMP TABLE ${name} AS SELECT n FROM (
    SELECT _lw_n AS n, row_number() OVER (PARTITION BY ${list} ORDER BY (${source.bad}), _lw_n) AS nth FROM ${source.parsed}
    WHERE ${filled} AND (${list}) IN (SELECT (${list}) FROM (${repeated}))) WHERE nth > 1`);
  return countRows(db, name);
}

/** Marks rows that refer to a value missing in the other table. Rows with a missing part refer to nothing. */
async function markOrphans(
  db: Database,
  source: MarkSource,
  rule: MarkRule,
  reference: NonNullable<MarkRule['reference']>,
  name: string,
  names: readonly string[],
): Promise<number> {
  const parts = rule.positions.map((f) => `_lw_v${f}`);
  const there = reference.source === null ? source.unnumbered : `(SELECT * FROM ${reference.source})`;
  const types = await typesOf(db, source.unnumbered);
  const otherTypes = reference.source === null ? types : await typesOf(db, reference.source);
  const absent = reference.source === null ? undefined : reference.fields.find((field) => !otherTypes.has(field));
  if (absent !== undefined)
    throw new DataError(
      `${rule.field}: the foreign key refers to the column ${absent}, which is not in the other table; its columns are ${[...otherTypes.keys()].join(', ')}`,
    );
  const theirs = reference.fields.map((field) => {
    const own = names.indexOf(field);
    return reference.source === null && own >= 0 ? `_lw_v${own}` : field;
  });
  const same = parts
    .map((part, i) => {
      const column = theirs[i] ?? '';
      const [here, other] = keyTexts(
        { value: `v.${part}`, sqlType: types.get(part) ?? 'VARCHAR' },
        { value: `o.${quoteIdentifier(column)}`, sqlType: otherTypes.get(column) ?? 'VARCHAR' },
      );
      return `${other} = ${here}`;
    })
    .join(' AND ');
  const filled = parts.map((part) => `v.${part} IS NOT NULL`).join(' AND ');
  await db.run(
    `CREATE TEMP TABLE ${name} AS SELECT v._lw_n AS n FROM ${source.parsed} v WHERE ${filled} AND NOT EXISTS (SELECT 1 FROM ${there} o WHERE ${same})`,
  );
  return countRows(db, name);
}

async function typesOf(db: Database, source: string): Promise<Map<string, string>> {
  return new Map((await columnsOf(db, source)).map(({ name, sqlType }) => [name, sqlType]));
}

const batch = 2048;

/**
 * Marks values that do not match the JSON Schema of their field. Each distinct value is checked once, in batches of
 * some thousand.
 */
async function markUnfit(db: Database, source: MarkSource, rule: MarkRule, name: string): Promise<number> {
  const validate = await compileJsonSchema(rule.field, rule.jsonSchema);
  const f = rule.positions[0] ?? 0;
  const [values, unfit] = [`${name}_values`, `${name}_unfit`];
  await db.run(
    `CREATE TEMP TABLE ${values} AS SELECT row_number() OVER () AS n, value FROM (SELECT DISTINCT _lw_t${f} AS value FROM ${source.unnumbered} WHERE _lw_t${f} IS NOT NULL)`,
  );
  await db.run(`CREATE TEMP TABLE ${unfit} (value VARCHAR)`);
  const total = await countRows(db, values);
  for (let from = 0; from < total; from += batch) {
    const rows = await db.rows(`SELECT value FROM ${values} WHERE n > ${from} AND n <= ${from + batch}`);
    const bad = rows.map(({ value }) => String(value)).filter((text) => !validate(parsedJson(text)));
    if (bad.length > 0)
      await db.run(`INSERT INTO ${unfit} VALUES ${bad.map((text) => `(${quoteLiteral(text)})`).join(', ')}`);
  }
  await db.run(
    `CREATE TEMP TABLE ${name} AS SELECT _lw_n AS n FROM ${source.parsed} WHERE _lw_t${f} IN (SELECT value FROM ${unfit})`,
  );
  for (const table of [values, unfit]) await db.run(`DROP TABLE ${table}`);
  return countRows(db, name);
}

/** Returns the parsed JSON, or the text itself when it is not JSON, as in a field of type any. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function compileJsonSchema(field: string, schema: unknown): Promise<(value: unknown) => boolean> {
  const { Ajv } = await import('ajv');
  try {
    const validate = new Ajv({ strict: false, allErrors: false, validateFormats: false }).compile(schema as object);
    return (value) => validate(value) === true;
  } catch (error) {
    const details = (error as { errors?: ErrorObject[] }).errors?.[0]?.message;
    throw new DataError(
      `${field}: the constraint jsonSchema cannot be used: ${details ?? messageOf(error)}; correct it in the dataset schema`,
      { cause: error },
    );
  }
}

async function countRows(db: Database, table: string): Promise<number> {
  return Number((await db.rows(`SELECT count(*) AS n FROM ${table}`))[0]?.['n'] ?? 0);
}
