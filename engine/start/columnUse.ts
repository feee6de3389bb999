import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { LeftOut, StartTask } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { countRepeatedRows } from '../data/equalRows.ts';
import { quoteIdentifier } from '../data/quote.ts';

export const idName =
  /(^|[_\s.-])(id|ids|key|uuid|guid|index|idx|rowid|rownum|nr|no|number)$|^(unnamed: ?\d+|column0|#|№)$|[a-z](Id|ID|Key|No|Nr)$/i;
const birth = /birth|dob|geburt|naissance/i;

/** Number of values of a column that are not missing. */
export const filled = (column: ColumnProfile) => column.rows - column.missing;

/** True when all rows have different values. */
export function isUnique(column: ColumnProfile): boolean {
  return column.missing === 0 && column.rows > 1 && column.exact && column.distinct === column.rows;
}

/** True for a column that identifies rows: by its name, or as consecutive whole numbers. */
export function isId(column: ColumnProfile): boolean {
  if (!isUnique(column) || (column.type !== 'string' && column.type !== 'integer')) return false;
  const { numbers } = column;
  const counts =
    column.type === 'integer' &&
    numbers !== null &&
    numbers.max - numbers.min === column.rows - 1 &&
    (numbers.min === 0 || numbers.min === 1) &&
    column.rows >= 20;
  return counts || idName.test(column.name);
}

/** True for a text column with too many values for a model to learn from this number of rows. */
function hasManyTexts({ type, distinct, rows }: ColumnProfile): boolean {
  return (
    type === 'string' &&
    (distinct > 100 ? rows / distinct < 20 || distinct > 1000 : distinct > 20 && rows / distinct < 3)
  );
}

/** Returns why a column is not a feature, or null when it is one. */
export function whyLeftOut(column: ColumnProfile): Omit<LeftOut, 'name'> | null {
  const { type, distinct, rows, missing, lengths } = column;
  if (filled(column) === 0) return { reason: 'empty in every row', usable: false };
  if (distinct < 2 && missing === 0) return { reason: 'same value in every row', usable: false };
  if (['object', 'array', 'list', 'any', 'geojson', 'geopoint', 'duration', 'time', 'yearmonth'].includes(type))
    return { reason: `of type ${type}, which models do not support`, usable: false };
  if (isId(column)) return { reason: 'identifies the row', usable: false };
  if (type === 'date' || type === 'datetime')
    return { reason: 'a date; derive a number such as the month from it in SQL', usable: false };
  if (type === 'string' && isUnique(column)) return { reason: 'a different text in every row', usable: false };
  if (hasManyTexts(column))
    return {
      reason: `${distinct.toLocaleString('en-US')} different texts in ${rows.toLocaleString('en-US')} rows`,
      usable: true,
    };
  if (type === 'string' && (lengths?.mean ?? 0) > 60) return { reason: 'long texts', usable: true };
  if (missing / rows > 0.9)
    return { reason: `${Math.floor((missing / rows) * 100)} % of the rows have no value`, usable: true };
  return null;
}

/** Returns the time column by which rows can be split into earlier and later ones. */
export function timeColumn(columns: readonly ColumnProfile[]): ColumnProfile | null {
  const times = columns.filter(
    (column) =>
      (column.type === 'datetime' || column.type === 'date') &&
      column.missing === 0 &&
      column.distinct >= 10 &&
      !birth.test(column.name),
  );
  return times.find(({ type }) => type === 'datetime') ?? times[0] ?? null;
}

/**
 * Returns text and boolean columns with few values, each of which occurs with only one class. Such a column was most
 * likely recorded after the outcome.
 */
export async function determiningColumns(
  db: Database,
  view: string,
  columns: readonly ColumnProfile[],
  target: string,
  task: StartTask,
): Promise<string[]> {
  if (task === 'regression') return [];
  const few = columns.filter(
    ({ distinct, rows, type }) =>
      distinct >= 2 &&
      distinct <= 50 &&
      distinct * 10 <= rows &&
      (type === 'string' || type === 'boolean' || type === 'integer'),
  );
  const found: string[] = [];
  const goal = quoteIdentifier(target);
  for (const { name } of few) {
    const column = quoteIdentifier(name);
    const [row = {}] = await db.rows(
      `SELECT sum(best) / nullif(sum(n), 0) AS right FROM (SELECT max(n) AS best, sum(n) AS n FROM (SELECT ${column} AS level, ${goal} AS class, count(*) AS n FROM ${view} WHERE ${goal} IS NOT NULL AND ${column} IS NOT NULL GROUP BY 1, 2) GROUP BY level)`,
    );
    if (Number(row['right']) >= 0.995) found.push(name);
  }
  return found;
}

/**
 * Returns columns in which a missing value predicts one of two classes: missingness alone has an area under the ROC
 * curve of 0.9 or more, with at least ten rows in each class.
 */
export async function determiningGaps(
  db: Database,
  view: string,
  columns: readonly ColumnProfile[],
  target: string,
  task: StartTask,
): Promise<string[]> {
  if (task !== 'binary') return [];
  const found: string[] = [];
  const goal = quoteIdentifier(target);
  for (const column of columns.filter((one) => one.missing >= 10 && filled(one) >= 10)) {
    const empty = `count(*) FILTER (${quoteIdentifier(column.name)} IS NULL)`;
    const [row = {}] = await db.rows(
      `SELECT max(abs(e / n - (all_e - e) / nullif(all_n - n, 0))) AS apart FROM (SELECT e, n, sum(e) OVER () AS all_e, sum(n) OVER () AS all_n FROM (SELECT ${empty} AS e, count(*) AS n FROM ${view} WHERE ${goal} IS NOT NULL GROUP BY ${goal})) WHERE n >= 10`,
    );
    // The area is half of 1 plus the difference between the two shares.
    if (Number(row['apart']) >= 0.8) found.push(column.name);
  }
  return found;
}

/** Number of rows with a target, and number of distinct rows among them. */
export interface Duplicates {
  rows: number;
  taken: number;
}

/**
 * Counts rows that are equal in every column, when at least one column is fine enough to rule out chance. Null when
 * there are almost none.
 */
export async function duplicatesIn(
  db: Database,
  view: string,
  columns: readonly ColumnProfile[],
  target: string,
): Promise<Duplicates | null> {
  if (!columns.some(({ distinct, rows, name }) => name !== target && distinct > Math.max(50, rows / 20))) return null;
  const known = `(SELECT * FROM ${view} WHERE ${quoteIdentifier(target)} IS NOT NULL)`;
  const [row = {}] = await db.rows(`SELECT count(*) AS n FROM ${known}`);
  const rows = Number(row['n']);
  const repeated = await countRepeatedRows(
    db,
    known,
    columns.map(({ name }) => name),
  );
  return repeated > rows * 0.002 ? { rows, taken: rows - repeated } : null;
}
