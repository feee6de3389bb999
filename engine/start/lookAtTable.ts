import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { ReadAs, TableLook } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { profileTable } from '../data/profileTable.ts';
import { openTable, type OpenTable } from './openTable.ts';
import { chooseTargets } from './chooseTargets.ts';

export interface OpenLook extends TableLook {
  open: OpenTable;
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
  const file = resolve(folder, path);
  const open = await openTable(db, file, given, signal);
  const profile = await profileTable(db, open.view, { exactRows: Number.POSITIVE_INFINITY });
  const columns = profile.map((column): ColumnProfile => ({
    ...column,
    type: open.schema.fields.find(({ name }) => name === column.name)?.type ?? column.type,
  }));
  const { targets, notTargets } = await chooseTargets(db, open, columns);
  return {
    path,
    bytes: statSync(file).size,
    rows: open.allRows,
    estimated: open.estimated,
    readAs: open.readAs,
    notes: open.notes,
    columns,
    targets,
    notTargets,
    open,
  };
}
