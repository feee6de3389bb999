import type { DatasetSchema } from '../project/schema/datasetSchema.ts';

/** A dataset schema made of another tool's file, and what of that file has no place in one. */
export interface Imported {
  /** Name of the table in the other file, null where it has none. */
  name: string | null;
  schema: DatasetSchema;
  /** One sentence each. */
  notes: string[];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(record: Record<string, unknown>, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' ? value : null;
}

/** A list as it is, a single value as a list of one, nothing as an empty one. */
export function listIn(record: Record<string, unknown>, key: string): unknown[] {
  const value = record[key];
  return value === undefined || value === null ? [] : [value].flat();
}
