import { DataError } from '../../base/errors.ts';
import type { Table } from '../../data/table.ts';
import type { ModelDescription, RawAnswers, TypedInput } from '../flavours/flavour.ts';

// Messages of helper/worker.py. Each is a line of JSON.

/** How the worker opens a model. */
export interface LoadRequest {
  /** Name of a function in `openers` of helper/worker.py. */
  opener: string;
  /** Absolute path. */
  path: string;
  options?: Record<string, unknown> | undefined;
  /** Folders that modules of the model are imported from. */
  paths: string[];
}

/** The description as the worker gives it. `package` is the package that scores; `saved` are versions found in files. */
export interface DescribeResult extends Omit<ModelDescription, 'runtime' | 'warnings'> {
  package: string | null;
  saved: Record<string, string>;
}

/** A request without its id. */
export type WorkerRequest =
  | ({ op: 'load' } & LoadRequest)
  | { op: 'describe'; packages: string[] }
  | ({ op: 'predict'; layout: number; locate: boolean } & EncodedRows)
  | { op: 'score'; layout: number; input: string; output: string; batch: number };

export interface WorkerFault {
  kind: 'rows' | 'model' | 'missing';
  message: string;
  /** The row that fails alone, from 0. */
  row?: number | undefined;
  /** The module that could not be imported. */
  module?: string | undefined;
}

/** A line of the worker. `memory` is its resident memory in bytes, at times. */
export interface WorkerMessage {
  id: number;
  result?: unknown;
  error?: WorkerFault;
  progress?: number;
  memory?: number;
}

interface EncodedRows {
  rows: number;
  /** The columns of numbers, one after the other: float64, little-endian, base64. */
  numbers: string;
  /** The columns of texts. */
  texts: (string | null)[][];
}

export type PredictResult =
  { kind: 'labels'; labels: (string | null)[] } | { kind: 'scores' | 'values'; width: number; numbers: string };

/** Encodes tables of the same inputs as one. */
export function encodeRows(tables: readonly Table[], inputs: readonly TypedInput[]): EncodedRows {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const texts: (string | null)[][] = [];
  const numeric = inputs.filter((input) => input.type !== 'text');
  const numbers = new Float64Array(numeric.length * rows);
  let at = 0;
  for (const input of inputs) {
    const parts = tables.map((table) => columnOf(table, input));
    if (input.type === 'text')
      texts.push(parts.length === 1 ? (parts[0] as (string | null)[]) : parts.flatMap(textsIn));
    else
      for (const part of parts) {
        numbers.set(part as Float64Array, at);
        at += part.length;
      }
  }
  return { rows, numbers: Buffer.from(numbers.buffer).toString('base64'), texts };
}

const textsIn = (part: Float64Array | (string | null)[]): (string | null)[] => part as (string | null)[];

function columnOf(table: Table, { name, type }: TypedInput): Float64Array | (string | null)[] {
  const column = table.columns[name];
  if (!column) throw new DataError(`The rows have no column \`${name}\`, which is an input of the model.`);
  if ((column.kind === 'text') !== (type === 'text'))
    throw new DataError(
      `The column \`${name}\` has ${column.kind === 'text' ? 'texts' : 'numbers'}; the model takes ${type === 'text' ? 'texts' : 'numbers'}.`,
    );
  return column.values;
}

/** Decodes the answers of rows `from` to `to` of a request with `rows` rows. */
export function decodeAnswers(result: PredictResult, rows: number): RawAnswers {
  if (result.kind === 'labels') return { kind: 'labels', values: result.labels };
  const bytes = Buffer.from(result.numbers, 'base64');
  // A buffer of the pool of Node may start anywhere; numbers start at multiples of eight.
  const all = new Float64Array(bytes.length / 8);
  new Uint8Array(all.buffer).set(bytes);
  if (result.kind === 'values') return { kind: 'values', values: all };
  return {
    kind: 'scores',
    columns: Array.from({ length: result.width }, (_, i) => all.subarray(i * rows, (i + 1) * rows)),
  };
}

/** The answers of rows `from` up to `to`. */
export function sliceAnswers(answers: RawAnswers, from: number, to: number): RawAnswers {
  if (answers.kind === 'labels') return { kind: 'labels', values: answers.values.slice(from, to) };
  if (answers.kind === 'values') return { kind: 'values', values: answers.values.slice(from, to) };
  return { kind: 'scores', columns: answers.columns.map((column) => column.slice(from, to)) };
}

/** Joins the answers of consecutive rows. */
export function joinAnswers(parts: readonly RawAnswers[]): RawAnswers {
  const [first] = parts;
  if (!first || parts.length === 1) return first ?? { kind: 'values', values: new Float64Array() };
  if (first.kind === 'labels')
    return { kind: 'labels', values: parts.flatMap((part) => (part.kind === 'labels' ? part.values : [])) };
  const columns = (part: RawAnswers): Float64Array[] =>
    part.kind === 'scores' ? part.columns : part.kind === 'values' ? [part.values] : [];
  const joined = columns(first).map((_, i) => joinNumbers(parts.map((part) => columns(part)[i] ?? new Float64Array())));
  return first.kind === 'scores'
    ? { kind: 'scores', columns: joined }
    : { kind: 'values', values: joined[0] ?? new Float64Array() };
}

function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
