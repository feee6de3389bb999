import type { DataOutline, DataRows } from '../../protocol/dataProfile.ts';
import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceFormat } from '../data/readSource.ts';
import { typedSelect } from '../data/typedSource.ts';
import { ProjectError } from '../base/errors.ts';
import type { FoundSubject } from './dataSubject.ts';
import { headOf } from './dataViews.ts';

/** Planning one statement with more columns takes longer than an outline may take. */
const countedColumns = 200;
const shownColumns = 100;
const mostRows = 200;
/** The maximum number of characters of a displayed value. */
const longest = 300;

/**
 * A fast preview of a subject: the columns and, for Parquet, the number of rows and of missing values from the file's
 * metadata. Text formats must be parsed for any number, as in the profile.
 */
export async function outlineSubject(
  db: Database,
  found: FoundSubject,
  options: { root: string },
): Promise<DataOutline> {
  const source = `(${await typedSelect(db, found.files, found.schema, { rejects: true, read: found.read })})`;
  const columns = await columnsOf(db, source);
  const head = headOf(found, columns, options);
  if (sourceFormat(found.files[0] ?? '') !== 'parquet')
    return { ...head, rows: null, columns: columns.map(({ name, type }) => ({ name, type, missing: null })) };
  const counted = columns.length <= countedColumns ? columns : [];
  const [row = {}] = await db.rows(
    `SELECT ${['count(*) AS n', ...counted.map((column, i) => `count(${filled(column)}) AS c${i}`)].join(', ')} FROM ${source}`,
  );
  const rows = Number(row['n']);
  return {
    ...head,
    rows,
    columns: columns.map(({ name, type }, i) => ({
      name,
      type,
      missing: counted.length > 0 ? rows - Number(row[`c${i}`]) : null,
    })),
  };
}

/**
 * Rows of a subject in the order of its files, in the types of its schema. Throws ProjectError for an invalid offset or
 * limit.
 */
export async function rowsOfSubject(
  db: Database,
  found: FoundSubject,
  { offset, limit }: { offset: number; limit: number },
): Promise<DataRows> {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new ProjectError(`The offset of the rows is ${offset}; it counts from 0.`);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostRows)
    throw new ProjectError(`The number of rows is ${limit}; it lies between 1 and ${mostRows}.`);
  const source = `(${await typedSelect(db, found.files, found.schema, { rejects: true, read: found.read })})`;
  const columns = await columnsOf(db, source);
  const shown = columns.slice(0, shownColumns);
  // One additional row shows whether more rows follow.
  const texts = shown.map(({ name }, i) => `CAST(${quoteIdentifier(name)} AS VARCHAR) AS t${i}`);
  const rows =
    shown.length === 0
      ? []
      : await db.rows(`SELECT ${texts.join(', ')} FROM ${source} LIMIT ${limit + 1} OFFSET ${offset}`);
  return {
    offset,
    columns: shown.map(({ name }) => name),
    columnCount: columns.length,
    more: rows.length > limit,
    rows: rows.slice(0, limit).map((row) =>
      shown.map((_, i) => {
        const value = row[`t${i}`];
        return typeof value === 'string' ? cut(value) : null;
      }),
    ),
  };
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** NaN counts as missing, as in the profile. */
function filled({ name, sqlType }: SourceColumn): string {
  const quoted = quoteIdentifier(name);
  return sqlType === 'DOUBLE' || sqlType === 'FLOAT' ? `CASE WHEN NOT isnan(${quoted}) THEN 1 END` : quoted;
}
