import { DataError } from '../base/errors.ts';
import type { Column, Table } from '../data/table.ts';
import type { FeatureSpec } from './preprocess.ts';

/**
 * Rows as they come in JSON → columns for scoring. A feature that is absent or null is missing. Further properties are
 * ignored. Throws DataError naming row (from 0) and feature when a value is of another type; booleans may be true/false
 * or 0/1.
 */
export function rowsToTable(rows: readonly unknown[], features: readonly FeatureSpec[]): Table {
  for (const [i, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new DataError(`row ${i}: not an object of feature values`);
  }
  const objects = rows as readonly Record<string, unknown>[];
  const columns: Record<string, Column> = {};
  for (const { name, kind } of features) {
    columns[name] =
      kind === 'categorical'
        ? { kind: 'text', values: objects.map((row, i) => text(row[name], name, i)) }
        : { kind: 'number', values: Float64Array.from(objects, (row, i) => number(row[name], name, kind, i)) };
  }
  return { rows: rows.length, columns };
}

function number(value: unknown, name: string, kind: 'numeric' | 'boolean', row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'boolean' && kind === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value) && (kind === 'numeric' || value === 0 || value === 1))
    return value;
  throw new DataError(
    `row ${row}: ${name} must be ${kind === 'boolean' ? 'true or false' : 'a number'}, not ${shown(value)}`,
  );
}

function text(value: unknown, name: string, row: number): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new DataError(`row ${row}: ${name} must be text, not ${shown(value)}`);
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
