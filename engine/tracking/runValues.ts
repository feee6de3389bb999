import type { Store } from '../store/store.ts';

export interface MetricRow {
  run: number;
  key: string;
  value: number;
  is_nan: number;
}

export interface ParamRow {
  run: number;
  key: string;
  value: string;
  json: number;
}

type Sql = Pick<Store, 'sql'>;

/** The latest point of a metric of a run. NaN is stored as 0 with `is_nan`. */
export interface LatestRow extends MetricRow {
  at: number;
  step: number;
}

/** The latest point of every metric of these runs. */
export function latestOfRuns({ sql }: Sql, runs: readonly number[]): LatestRow[] {
  return sql.all<LatestRow>(
    `SELECT l.run, k.key, l.value, l.is_nan, l.at, l.step
     FROM json_each(?) j JOIN latest l ON l.run = j.value JOIN metric_keys k ON k.id = l.key`,
    JSON.stringify(runs),
  );
}

/** The params of these runs. */
export function paramsOfRuns({ sql }: Sql, runs: readonly number[]): ParamRow[] {
  return sql.all<ParamRow>(
    'SELECT p.run, p.key, p.value, p.json FROM json_each(?) j JOIN params p ON p.run = j.value',
    JSON.stringify(runs),
  );
}

/** The tags of these runs. */
export function tagsOfRuns({ sql }: Sql, runs: readonly number[]): { run: number; key: string; value: string }[] {
  return sql.all<{ run: number; key: string; value: string }>(
    'SELECT t.run, t.key, t.value FROM json_each(?) j JOIN tags t ON t.run = j.value',
    JSON.stringify(runs),
  );
}

/** The params of a run by key. */
export function paramsOf({ sql }: Sql, run: number): Omit<ParamRow, 'run'>[] {
  return sql.all<Omit<ParamRow, 'run'>>('SELECT key, value, json FROM params WHERE run = ? ORDER BY key', run);
}

/** A stored param of a run; null when it was not logged. */
export function storedParam({ sql }: Sql, run: number, key: string): Pick<ParamRow, 'value' | 'json'> | null {
  return (
    sql.get<Pick<ParamRow, 'value' | 'json'>>('SELECT value, json FROM params WHERE run = ? AND key = ?', run, key) ??
    null
  );
}
