import type { DatasetSchema } from '../project/schema/datasetSchema.ts';

/** A dataset schema converted from another tool's file, with notes on the parts that were not converted. */
export interface Imported {
  /** Name of the table in the other file; null when it has none. */
  name: string | null;
  schema: DatasetSchema;
  /** Notes, one sentence each. */
  notes: string[];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(record: Record<string, unknown>, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' ? value : null;
}

/** Returns a list unchanged, a single value as a list of one, and a missing value as an empty list. */
export function listIn(record: Record<string, unknown>, key: string): unknown[] {
  const value = record[key];
  return value === undefined || value === null ? [] : [value].flat();
}
