import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { ReadAs, TableLook } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { profileTable } from '../data/profileTable.ts';
import { openDatabaseTable, tableNamed, tablesOf, type OpenDatabase } from './openDatabaseTable.ts';
import { openTable, type OpenTable } from './openTable.ts';
import { chooseTargets } from './chooseTargets.ts';

export interface OpenLook extends TableLook {
  open: OpenTable;
  /** The database that the rows are in; null for a file. */
  database: OpenDatabase | null;
}

/**
 * Profiles a file and returns which of its columns can be predicted. Throws DataError when it cannot be read as a
 * table.
 */
export async function lookAtTable(
  db: Database,
  folder: string,
  path: string,
  given: Partial<ReadAs> = {},
  signal?: AbortSignal,
): Promise<OpenLook> {
  const open = await openTable(db, resolve(folder, path), given, signal);
  return lookAt(db, folder, path, open, null);
}

/**
 * Profiles a table of a database file and returns which of its columns can be predicted. Throws ProjectError when there
 * is no such table, and DataError when it cannot be read.
 */
export async function lookAtDatabaseTable(
  db: Database,
  folder: string,
  path: string,
  name: string,
  signal?: AbortSignal,
): Promise<OpenLook> {
  const { kind, tables } = await tablesOf(folder, path, signal);
  const database = { kind, table: tableNamed(tables, name, path) };
  return lookAt(db, folder, path, await openDatabaseTable(db, folder, path, database, signal), database);
}

async function lookAt(
  db: Database,
  folder: string,
  path: string,
  open: OpenTable,
  database: OpenDatabase | null,
): Promise<OpenLook> {
  const profile = await profileTable(db, open.view, { exactRows: Number.POSITIVE_INFINITY });
  const columns = profile.map((column): ColumnProfile => ({
    ...column,
    type: open.schema.fields.find(({ name }) => name === column.name)?.type ?? column.type,
  }));
  const { targets, notTargets } = await chooseTargets(db, open, columns);
  return {
    path,
    table: database?.table.name ?? null,
    bytes: statSync(resolve(folder, path)).size,
    rows: open.allRows,
    estimated: open.estimated,
    readAs: open.readAs,
    notes: open.notes,
    columns,
    targets,
    notTargets,
    open,
    database,
  };
}
