import { existsSync } from 'node:fs';
import { readRegularFile } from '../base/readRegularFile.ts';
import { DataError, messageOf } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { quoteLiteral } from '../data/quote.ts';
import type { Column, Table } from '../data/table.ts';
import { writeParquet } from '../data/writeTable.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { projectPath } from '../base/projectPath.ts';

const cache = new Map<string, Table>();

/**
 * The test rows of a version with `_score`, by columns. They never change, so a few are cached. Throws DataError when
 * the file is missing or damaged.
 */
export async function readReference(
  database: () => Promise<Database>,
  root: string,
  version: ModelVersion,
): Promise<Table> {
  const path = projectPath(root, version.report.referencePath);
  const known = cache.get(path);
  if (known) return known;
  const db = await database();
  const table = await reading(version, async () => db.table(`SELECT * FROM ${await referenceSql(db, path)}`));
  if (cache.size >= 4) cache.clear();
  cache.set(path, table);
  return table;
}

/** The reference of a version as FROM-able SQL. Throws DataError when the file is missing or damaged. */
export function openReference(db: Database, root: string, version: ModelVersion): Promise<string> {
  return reading(version, async () => {
    const sql = await referenceSql(db, projectPath(root, version.report.referencePath));
    await db.run(`DESCRIBE SELECT * FROM ${sql}`);
    return sql;
  });
}

async function reading<T>(version: ModelVersion, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new DataError(
      `The reference of version ${version.version} cannot be read: ${messageOf(error)}. Validate the model again.`,
      { cause: error, place: { file: version.report.referencePath } },
    );
  }
}

/** FROM-able SQL with a reference. One that was stored as JSON is written as Parquet beside it, once. */
async function referenceSql(db: Database, path: string): Promise<string> {
  if (!path.endsWith('.json')) return `read_parquet(${quoteLiteral(path)})`;
  const converted = path.replace(/json$/, 'parquet');
  if (!existsSync(converted)) await convert(db, path, converted);
  return `read_parquet(${quoteLiteral(converted)})`;
}

/** The columns of a reference as JSON; a missing number is null. */
interface JsonReference {
  rows: number;
  columns: Record<string, { kind: Column['kind']; values: (number | string | null)[] }>;
}

async function convert(db: Database, from: string, to: string): Promise<void> {
  const { columns } = JSON.parse(readRegularFile(from).toString()) as JsonReference;
  const table = 'reference_of_json';
  const typed = Object.entries(columns).map(([name, { kind }]) => ({ name, kind }));
  await db.create(table, typed);
  try {
    await db.append(
      table,
      typed,
      Object.values(columns).map(({ values }) => values),
    );
    await writeParquet(db, `SELECT * FROM ${table}`, to);
  } finally {
    await db.run(`DROP TABLE ${table}`);
  }
}
