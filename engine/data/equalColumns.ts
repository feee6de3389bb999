import type { Database } from './database.ts';
import type { SourceColumn } from './inspectColumns.ts';
import { keyTexts } from './keyText.ts';
import { quoteIdentifier } from './quote.ts';

/** Number of rows that narrow the columns down before the whole table is read. */
const firstRows = 10_000;

/** A column, and an earlier one with an equal value in every row. */
export interface EqualColumn {
  name: string;
  equals: string;
}

/**
 * Returns the columns of a FROM expression that equal an earlier column in every row. Missing values (NULL and NaN)
 * equal each other, and so do −0 and 0, and a whole number and the same number of another type. A boolean is no number,
 * and a text is neither. Constant columns are left out: they are equal without telling anything.
 *
 * Hashes only choose the candidates, first on some rows, then on all. Each candidate is compared value by value.
 */
export async function equalColumns(
  db: Database,
  source: string,
  columns: readonly SourceColumn[],
): Promise<EqualColumn[]> {
  const some = await sameMarks(db, `(SELECT * FROM ${source} LIMIT ${firstRows})`, [[...columns]]);
  let candidates = some.length === 0 ? [] : await sameMarks(db, source, some);
  const found: EqualColumn[] = [];
  while (candidates.length > 0) {
    const pairs = candidates.flatMap(([first, ...others]) => (first ? others.map((other) => ({ first, other })) : []));
    const tests = pairs.map(({ first, other }, i) => `bool_and(${areEqual(first, other)}) AS e${i}`);
    const varied = candidates.flatMap(([first], i) => (first ? [`${varies(comparable(first))} AS v${i}`] : []));
    const row = await oneRow(db, [...tests, ...varied], source);
    let at = 0;
    candidates = candidates.flatMap(([first, ...others], i) => {
      const different = others.filter((other) => {
        const equal = row[`e${at++}`] === true;
        if (equal && first && row[`v${i}`] === true) found.push({ name: other.name, equals: first.name });
        return !equal;
      });
      return different.length > 1 ? [different] : [];
    });
  }
  const order = new Map(columns.map(({ name }, i) => [name, i]));
  return found.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

/** Columns in one statement: the time to plan it grows faster than the number of its expressions. */
const columnsAtOnce = 200;

/** Computes named aggregates of a FROM expression. */
async function oneRow(db: Database, aggregates: readonly string[], from: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (let at = 0; at < aggregates.length; at += columnsAtOnce)
    Object.assign(
      found,
      (await db.rows(`SELECT ${aggregates.slice(at, at + columnsAtOnce).join(', ')} FROM ${from}`))[0],
    );
  return found;
}

/** Divides groups of columns by kind and by a hash over the values with their row numbers. Single columns are dropped. */
async function sameMarks(db: Database, source: string, groups: readonly SourceColumn[][]): Promise<SourceColumn[][]> {
  const columns = groups.flat();
  if (columns.length < 2) return [];
  const row: Record<string, unknown> = {};
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const some = columns.slice(from, from + columnsAtOnce);
    // A hash of the pair of number and value: without the outer one, the XOR would only see how often a value occurs.
    const marks = some.map((_, i) => `bit_xor(hash(hash(n, c${from + i})))::VARCHAR AS h${from + i}`);
    const values = some.map((column, i) => `${hashed(column)} AS c${from + i}`);
    const numbered = `(SELECT ${values.join(', ')}, row_number() OVER () AS n FROM ${source})`;
    Object.assign(row, await oneRow(db, marks, numbered));
  }
  let at = 0;
  return groups.flatMap((group) => {
    const same = new Map<string, SourceColumn[]>();
    for (const column of group) {
      const mark = `${kindOf(column)} ${String(row[`h${at++}`])}`;
      const known = same.get(mark);
      if (known) known.push(column);
      else same.set(mark, [column]);
    }
    return [...same.values()].filter((members) => members.length > 1);
  });
}

/** Columns of different kinds are never equal. */
function kindOf({ type, sqlType }: SourceColumn): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'datetime') return 'datetime';
  return isText(sqlType) ? 'text' : sqlType;
}

function isText(sqlType: string): boolean {
  return sqlType === 'VARCHAR' || sqlType.startsWith('ENUM');
}

function isFloat(sqlType: string): boolean {
  return sqlType === 'DOUBLE' || sqlType === 'FLOAT';
}

/** Returns SQL for the value, with NULL for NaN. */
function comparable({ name, sqlType }: SourceColumn): string {
  const column = quoteIdentifier(name);
  if (isFloat(sqlType)) return `CASE WHEN NOT isnan(${column}) THEN ${column} END`;
  return sqlType.startsWith('ENUM') ? `CAST(${column} AS VARCHAR)` : column;
}

/** Returns SQL for a value with equal hashes wherever values of the same kind are equal. */
function hashed(column: SourceColumn): string {
  const value = comparable(column);
  const kind = kindOf(column);
  return kind === 'number' ? `(${value})::DOUBLE` : kind === 'datetime' ? `CAST(${value} AS TIMESTAMPTZ)` : value;
}

function areEqual(a: SourceColumn, b: SourceColumn): string {
  const [x, y] = [comparable(a), comparable(b)];
  if (a.sqlType === b.sqlType || kindOf(a) !== 'number') return `(${x}) IS NOT DISTINCT FROM (${y})`;
  // Two integer types may have no common type that holds both.
  if (a.type === 'integer' && b.type === 'integer')
    return `CAST(${x} AS VARCHAR) IS NOT DISTINCT FROM CAST(${y} AS VARCHAR)`;
  if (isWide(a) || isWide(b)) {
    const [left, right] = keyTexts({ value: x, sqlType: a.sqlType }, { value: y, sqlType: b.sqlType });
    return `(${left}) IS NOT DISTINCT FROM (${right})`;
  }
  const same = `(${x})::DOUBLE IS NOT DISTINCT FROM (${y})::DOUBLE`;
  // From 2^53 on, a double stands for several whole numbers.
  if (a.type === 'integer' && isFloat(b.sqlType))
    return `${same} AND ${x} IS NOT DISTINCT FROM TRY_CAST(${y} AS HUGEINT)`;
  if (b.type === 'integer' && isFloat(a.sqlType))
    return `${same} AND ${y} IS NOT DISTINCT FROM TRY_CAST(${x} AS HUGEINT)`;
  return same;
}

/** A decimal of more digits than a DOUBLE holds. */
function isWide({ sqlType }: SourceColumn): boolean {
  return Number(/^DECIMAL\((\d+),/.exec(sqlType)?.[1] ?? 0) > 15;
}

/** Returns SQL that is true when a column has two different values, of which one may be missing. */
function varies(value: string): string {
  return `min(hash(${value})) <> max(hash(${value}))`;
}
