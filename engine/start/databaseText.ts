import type { DatabaseTable } from '../data/sources/databaseTables.ts';
import type { OpenLook } from './lookAtTable.ts';
import { datasetNameFor, tableDatasetName } from './newNames.ts';

/** The query for all rows of a table. */
export function queryOf({ sql }: Pick<DatabaseTable, 'sql'>): string {
  return `SELECT * FROM ${sql}`;
}

/** The rows in words: `birds.csv`, or `the table orders of shop.db`. */
export function titleOf({ path, database }: Pick<OpenLook, 'path' | 'database'>): string {
  return database ? `the table ${database.table.name} of ${path}` : path;
}

/** The name of the dataset for a file or a table. */
export function datasetOf({ path, database }: Pick<OpenLook, 'path' | 'database'>): string {
  return database ? tableDatasetName(database.table.name) : datasetNameFor(path);
}

/** How the columns of another table that this one refers to are added, as sentences. */
export function joinNotes({ database }: Pick<OpenLook, 'database'>): string[] {
  const [key] = database?.table.refers ?? [];
  if (!database || !key) return [];
  const names = database.table.refers.map(({ column, table, to }) => `\`${column}\` refers to \`${table}.${to}\``);
  return [
    `${names.slice(0, 4).join(', ')}. To learn from the columns of another table too, join it in the query of \`collect\`.`,
  ];
}
