import { DataError } from '../base/errors.ts';
import type { Column, Table } from '../data/table.ts';
import { parseTime } from '../project/parseTime.ts';
import { typeOfFeature, type Feature } from './feature.ts';
import type { InputType } from './flavours/flavour.ts';

/**
 * Rows as they come in JSON → columns for scoring. A feature that is absent or null is missing. Further properties are
 * ignored. Throws DataError naming row (from 0) and feature when a value is of another type; booleans may be true/false
 * or 0/1.
 */
export function rowsToTable(rows: readonly unknown[], features: readonly Feature[]): Table {
  for (const [i, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new DataError(`row ${i}: not an object of feature values`);
  }
  const objects = rows as readonly Record<string, unknown>[];
  const columns: Record<string, Column> = {};
  for (const feature of features) {
    const { name } = feature;
    const type = typeOfFeature(feature);
    columns[name] =
      type === 'text'
        ? { kind: 'text', values: objects.map((row, i) => text(row[name], name, i)) }
        : { kind: 'number', values: Float64Array.from(objects, (row, i) => number(row[name], name, type, i)) };
  }
  return { rows: rows.length, columns };
}

/** The type in words when a value of JSON does not fit an input; null when it fits. Null fits every input. */
export function unfitFor(type: InputType, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'text') return typeof value === 'object' ? 'text' : null;
  return numberOf(value, type) === null ? words[type] : null;
}

function number(value: unknown, name: string, type: Exclude<InputType, 'text'>, row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  const found = numberOf(value, type);
  if (found !== null) return found;
  throw new DataError(`row ${row}: ${name} must be ${words[type]}, not ${shownValue(value)}`);
}

function numberOf(value: unknown, type: Exclude<InputType, 'text'>): number | null {
  if (typeof value === 'boolean' && type === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value) && allowed[type](value)) return value;
  return typeof value === 'string' && type === 'datetime' ? parseTime(value) : null;
}

const allowed: Record<Exclude<InputType, 'text'>, (value: number) => boolean> = {
  number: () => true,
  integer: Number.isInteger,
  boolean: (value) => value === 0 || value === 1,
  datetime: () => true,
};
const words: Record<Exclude<InputType, 'text'>, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  datetime: 'a time such as "2026-05-01T12:00:00Z"',
};

function text(value: unknown, name: string, row: number): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new DataError(`row ${row}: ${name} must be text, not ${shownValue(value)}`);
}

/** A value of JSON for a message, cut. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string' && value.length > 60) return `"${value.slice(0, 60)}…`;
  // JSON reads 1e999 as infinity, which it cannot write.
  if (typeof value === 'number') return String(value);
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
