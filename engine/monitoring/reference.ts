import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, messageOf } from '../base/errors.ts';
import type { Column, Table } from '../data/table.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';

interface Stored {
  rows: number;
  columns: Record<string, { kind: 'number'; values: (number | null)[] } | { kind: 'text'; values: (string | null)[] }>;
}

const cache = new Map<string, Table>();

/**
 * The test rows of a version, with `_score`: what its windows are compared with. Kept in memory, since it never
 * changes.
 */
export function readReference(root: string, version: ModelVersion): Table {
  const path = join(root, version.report.referencePath);
  const known = cache.get(path);
  if (known) return known;
  let stored: Stored;
  try {
    stored = JSON.parse(readFileSync(path, 'utf8')) as Stored;
  } catch (error) {
    throw new DataError(
      `The reference of version ${version.version} cannot be read: ${messageOf(error)}. Validate the model again.`,
      { cause: error, place: { file: version.report.referencePath } },
    );
  }
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(stored.columns))
    columns[name] =
      column.kind === 'number'
        ? { kind: 'number', values: Float64Array.from(column.values, (value) => value ?? Number.NaN) }
        : { kind: 'text', values: column.values };
  const table = { rows: stored.rows, columns };
  if (cache.size >= 4) cache.clear();
  cache.set(path, table);
  return table;
}
