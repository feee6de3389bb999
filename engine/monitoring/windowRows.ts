import { existsSync } from 'node:fs';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceSql } from '../data/readSource.ts';
import type { Column, Table } from '../data/table.ts';
import type { Feature } from '../models/feature.ts';
import { rowsToTable } from '../models/rowsToTable.ts';
import { eachKey, eachPrediction, predictionFiles, type LogSpan } from '../serving/predictionLog.ts';
import type { Store } from '../store/store.ts';
import { projectPath } from '../base/projectPath.ts';

/** The predictions of a period, by columns. */
export interface WindowRows {
  features: Table;
  scores: Float64Array;
  predictions: (string | null)[];
  keys: (string | null)[];
  /** Times of the requests, answered or refused, as their clients waited. */
  latencies: Float64Array;
  errors: number;
  /** Answered rows by model version, also those of the versions that are left out. */
  versions: Map<number, number>;
  /** SQL types of the columns by name, where every row is from a file and the files agree. */
  fileTypes: ReadonlyMap<string, string>;
  /** Binary: decisions that were made with the scores, where a threshold of the score does not decide. */
  decisions?: Float64Array | undefined;
  /** True values that stand beside the predictions; null where they are not known yet. */
  truth?: readonly (string | number | null)[] | undefined;
}

/**
 * Reads a span of the prediction log of a deployment: the answers of the API and the files of batches. Of the rows, only
 * those that `version` answered, as scores of two models are no sample of either; null reads all. Latencies and errors
 * are those of the deployment.
 */
export async function readWindow(
  store: Store,
  database: () => Promise<Database>,
  span: LogSpan,
  features: readonly Feature[],
  version: number | null,
): Promise<WindowRows> {
  const rows: unknown[] = [];
  const scores: number[] = [];
  const predictions: (string | null)[] = [];
  const keys: (string | null)[] = [];
  const latencies: number[] = [];
  const versions = new Map<number, number>();
  let errors = 0;
  for (const row of eachPrediction(store, span)) {
    if (row.requestMs !== null) latencies.push(row.requestMs);
    if (row.error !== null) {
      errors++;
      continue;
    }
    versions.set(row.version, (versions.get(row.version) ?? 0) + 1);
    if (version !== null && row.version !== version) continue;
    rows.push(JSON.parse(row.features));
    scores.push(row.score ?? Number.NaN);
    predictions.push(row.prediction);
    keys.push(row.key);
  }
  let table = rowsToTable(rows, features);
  const types: ReadonlyMap<string, string>[] = rows.length > 0 ? [new Map()] : [];
  const names = [...features.map((feature) => quoteIdentifier(feature.name)), '_score', '_prediction', '_key'];
  for (const file of predictionFiles(store, span)) {
    const path = projectPath(store.root, file.path);
    if (!existsSync(path)) continue;
    const db = await database();
    const source = sourceSql([path]);
    const inSpan = `FROM ${source} WHERE _at >= make_timestamp_ms(${Math.round(span.start)}) AND _at < make_timestamp_ms(${Math.round(span.end)})`;
    if (version !== null && file.version !== version) {
      const [counted] = await db.rows(`SELECT count(*) AS n ${inSpan}`);
      const n = Number(counted?.['n'] ?? 0);
      if (n > 0) versions.set(file.version, (versions.get(file.version) ?? 0) + n);
      continue;
    }
    const part = await db.table(`SELECT ${names.join(', ')} ${inSpan}`);
    if (part.rows > 0) types.push(new Map((await columnsOf(db, source)).map(({ name, sqlType }) => [name, sqlType])));
    table = appendTable(table, part, features);
    scores.push(...numbers(part.columns['_score'], part.rows));
    predictions.push(...texts(part.columns['_prediction'], part.rows));
    keys.push(...texts(part.columns['_key'], part.rows));
    if (part.rows > 0) versions.set(file.version, (versions.get(file.version) ?? 0) + part.rows);
  }
  return {
    features: table,
    scores: Float64Array.from(scores),
    predictions,
    keys,
    latencies: Float64Array.from(latencies),
    errors,
    versions,
    fileTypes: agreedTypes(types),
  };
}

/** Calls `visit` with the time and the key of each answered prediction of a span that has a key. */
export async function visitKeys(
  store: Store,
  database: () => Promise<Database>,
  span: LogSpan,
  visit: (at: number, key: string) => void,
): Promise<void> {
  for (const { at, key } of eachKey(store, span)) visit(at, key);
  for (const file of predictionFiles(store, span)) {
    const path = projectPath(store.root, file.path);
    if (!existsSync(path)) continue;
    const db = await database();
    const part = await db.table(
      `SELECT CAST(epoch_ms(_at) AS DOUBLE) AS at, CAST(_key AS VARCHAR) AS key FROM ${sourceSql([path])}
       WHERE _key IS NOT NULL AND _at >= make_timestamp_ms(${Math.round(span.start)})
         AND _at < make_timestamp_ms(${Math.round(span.end)})`,
    );
    const times = numbers(part.columns['at'], part.rows);
    texts(part.columns['key'], part.rows).forEach((key, i) => {
      if (key !== null) visit(times[i] ?? Number.NaN, key);
    });
  }
}

function agreedTypes([first, ...others]: readonly ReadonlyMap<string, string>[]): Map<string, string> {
  return new Map([...(first ?? [])].filter(([name, type]) => others.every((other) => other.get(name) === type)));
}

/** The rows of two tables with these features, one after the other. */
export function appendTable(a: Table, b: Table, features: readonly Feature[]): Table {
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

/** A column as numbers; missing where it holds none. */
export function numbers(column: Column | undefined, rows: number): Float64Array {
  if (column?.kind === 'number') return column.values;
  return new Float64Array(rows).fill(Number.NaN);
}

/** A column as texts. */
export function texts(column: Column | undefined, rows: number): (string | null)[] {
  if (column?.kind === 'text') return column.values;
  return column
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)))
    : Array.from({ length: rows }, () => null);
}
