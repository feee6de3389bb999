import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceSql } from '../data/readSource.ts';
import type { Column, Table } from '../data/table.ts';
import type { FeatureSpec } from '../models/preprocess.ts';
import { rowsToTable } from '../models/rowsToTable.ts';
import type { Store } from '../store/store.ts';

/** The predictions of a period, by columns. */
export interface WindowRows {
  features: Table;
  scores: Float64Array;
  predictions: (string | null)[];
  keys: (string | null)[];
  latencies: Float64Array;
  errors: number;
  /** Rows by model version. */
  versions: Map<number, number>;
}

interface LogRow {
  key: string | null;
  features: string;
  score: number | null;
  prediction: string | null;
  latency_ms: number;
  error: string | null;
  model_version: number;
}

/**
 * Reads the prediction log of a deployment from `start` (inclusive) to `end` (exclusive), epoch milliseconds: what the
 * API logged and what batches wrote.
 */
export async function readWindow(
  store: Store,
  database: () => Promise<Database>,
  deployment: string,
  start: number,
  end: number,
  features: readonly FeatureSpec[],
): Promise<WindowRows> {
  const rows: unknown[] = [];
  const scores: number[] = [];
  const predictions: (string | null)[] = [];
  const keys: (string | null)[] = [];
  const latencies: number[] = [];
  const versions = new Map<number, number>();
  let errors = 0;
  for (const row of store.sql.iterate<LogRow>(
    'SELECT key, features, score, prediction, latency_ms, error, model_version FROM predictions WHERE deployment = ? AND at >= ? AND at < ?',
    deployment,
    start,
    end,
  )) {
    if (row.error !== null) {
      errors++;
      continue;
    }
    rows.push(JSON.parse(row.features));
    scores.push(row.score ?? Number.NaN);
    predictions.push(row.prediction);
    keys.push(row.key);
    latencies.push(row.latency_ms);
    versions.set(row.model_version, (versions.get(row.model_version) ?? 0) + 1);
  }
  let table = rowsToTable(rows, features);
  const files = store.sql.all<{ path: string; model_version: number }>(
    'SELECT path, model_version FROM prediction_files WHERE deployment = ? AND from_at < ? AND to_at >= ? ORDER BY id',
    deployment,
    end,
    start,
  );
  for (const file of files) {
    const path = join(store.root, file.path);
    if (!existsSync(path)) continue;
    const part = await (
      await database()
    ).table(
      `SELECT ${features
        .map((feature) => quoteIdentifier(feature.name))
        .concat('_score', '_prediction', '_key')
        .join(
          ', ',
        )} FROM ${sourceSql([path])} WHERE _at >= make_timestamp_ms(${Math.round(start)}) AND _at < make_timestamp_ms(${Math.round(end)})`,
    );
    table = append(table, part, features);
    scores.push(...numbers(part.columns['_score'], part.rows));
    predictions.push(...texts(part.columns['_prediction'], part.rows));
    keys.push(...texts(part.columns['_key'], part.rows));
    if (part.rows > 0) versions.set(file.model_version, (versions.get(file.model_version) ?? 0) + part.rows);
  }
  return {
    features: table,
    scores: Float64Array.from(scores),
    predictions,
    keys,
    latencies: Float64Array.from(latencies),
    errors,
    versions,
  };
}

function append(a: Table, b: Table, features: readonly FeatureSpec[]): Table {
  if (b.rows === 0) return a;
  const columns: Record<string, Column> = {};
  for (const { name, kind } of features) {
    const [x, y] = [a.columns[name], b.columns[name]];
    if (kind === 'categorical') columns[name] = { kind: 'text', values: [...texts(x, a.rows), ...texts(y, b.rows)] };
    else {
      const values = new Float64Array(a.rows + b.rows);
      values.set(numbers(x, a.rows));
      values.set(numbers(y, b.rows), a.rows);
      columns[name] = { kind: 'number', values };
    }
  }
  return { rows: a.rows + b.rows, columns };
}

function numbers(column: Column | undefined, rows: number): Float64Array {
  if (column?.kind === 'number') return column.values;
  return new Float64Array(rows).fill(Number.NaN);
}

function texts(column: Column | undefined, rows: number): (string | null)[] {
  if (column?.kind === 'text') return column.values;
  return column
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)))
    : Array.from({ length: rows }, () => null);
}
