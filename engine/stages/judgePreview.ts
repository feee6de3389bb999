import type { RowFault, SourcePreview } from '../../protocol/sourcePreview.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { isNested, type Peek } from '../data/sources/peek.ts';
import { validateTable } from '../data/validateTable.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';

type Judged = Pick<SourcePreview, 'invalidRows' | 'faults' | 'problems'>;

/**
 * Checks the shown rows against the schema as `collect` does, except for bounds on the number of rows, shares of
 * missing values and keys of other datasets, which a few rows cannot tell.
 */
export async function judgePreview(
  db: Database,
  peek: Pick<Peek, 'columns' | 'rows' | 'text'>,
  schema: DatasetSchema | null,
  invalid: InvalidMode,
): Promise<Judged> {
  const nothing: Judged = { invalidRows: 0, faults: [], problems: [] };
  if (schema === null || peek.columns.length === 0) return nothing;
  const source = await shownTable(db, peek);
  const result = await validateTable(db, {
    source,
    schema: ofRows(schema),
    mode: peek.text === true ? 'raw' : 'typed',
    // Each fault is wanted, whatever becomes of the row.
    invalid: 'quarantine',
  });
  const found = await db.rows(`SELECT _row, _reasons FROM (${result.invalidSql})`);
  await result.discard();
  const fields = schema.fields.map(({ name }) => name);
  const faults = found.flatMap((row) => reasonsOf(String(row['_reasons']), Number(row['_row']) - 1, fields, peek));
  return {
    invalidRows: new Set(faults.map(({ row }) => row)).size,
    faults,
    problems: result.tableProblems
      .filter(({ rule }) => !ofAllRows.has(rule))
      .map(({ message, severity }) => ({ message, isError: severity === 'error' && invalid !== 'warn' })),
  };
}

/** Puts the shown rows into a table, in the types of the source. */
async function shownTable(db: Database, { columns, rows, text }: Pick<Peek, 'columns' | 'rows' | 'text'>) {
  const typed = columns.map((_, i) => ({ name: `c${i}`, kind: 'text' as const }));
  const table = 'loopwright_preview';
  await db.run(`DROP TABLE IF EXISTS ${table}`);
  await db.create(table, typed);
  await db.append(
    table,
    typed,
    columns.map((_, i) => rows.map((row) => row[i] ?? null)),
  );
  const selected: string[] = [];
  for (const [i, { name, type }] of columns.entries()) {
    const isText = text === true || type === 'VARCHAR' || !(await isType(db, type));
    selected.push(
      `${isText ? `c${i}` : `TRY_CAST(${isNested(type) ? `CAST(c${i} AS JSON)` : `c${i}`} AS ${type})`} AS ${quoteIdentifier(name)}`,
    );
  }
  return `(SELECT ${selected.join(', ')} FROM ${table})`;
}

async function isType(db: Database, type: string): Promise<boolean> {
  if (/[;\n]|--|\/\*/.test(type)) return false;
  try {
    await db.rows(`DESCRIBE SELECT NULL::${type}`);
    return true;
  } catch {
    return false;
  }
}

const ofAllRows = new Set(['presence', 'domainMass']);

/** Leaves out what only all rows can tell. */
function ofRows(schema: DatasetSchema): DatasetSchema {
  const { foreignKeys: _keys, loopwright, ...rest } = schema;
  const { rows: _rows, ...kept } = loopwright ?? {};
  return { ...rest, ...(loopwright ? { loopwright: kept } : {}) };
}

/** Splits the reasons of a row, `age: below minimum 0 (found -1); id: …`, by the columns that they name. */
function reasonsOf(
  text: string,
  row: number,
  fields: readonly string[],
  { columns, rows }: Pick<Peek, 'columns' | 'rows'>,
): RowFault[] {
  const starts: { at: number; column: string }[] = [];
  const byLength = fields.toSorted((a, b) => b.length - a.length);
  for (let at = 0; at !== -1 && at < text.length;) {
    const column = byLength.find((name) => text.startsWith(`${name}: `, at));
    if (column !== undefined) starts.push({ at, column });
    const next = text.indexOf('; ', at);
    at = next === -1 ? -1 : next + 2;
  }
  const width = rows[row]?.length ?? 0;
  if (starts.length === 0) return [{ row, column: null, reason: text }];
  return starts.map(({ at, column }, i) => ({
    row,
    column: columns.slice(0, width).some(({ name }) => name === column) ? column : null,
    reason: text.slice(at, (starts[i + 1]?.at ?? text.length + 2) - 2),
  }));
}
