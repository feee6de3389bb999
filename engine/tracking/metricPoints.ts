import type { Sql } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

/** A stored point: NaN is 0 with `is_nan`. */
export interface PointRow {
  step: number;
  at: number;
  value: number;
  is_nan: number;
}

const pointsAtOnce = 5000;

/** The metrics of a run by key, with their number of points. */
export function metricsOf(
  { sql }: Pick<Store, 'sql'>,
  run: number,
): { key: string; count: number; points(): Iterable<PointRow[]> }[] {
  return sql
    .all<{ id: number; key: string; count: number }>(
      'SELECT k.id, k.key, l.count FROM latest l JOIN metric_keys k ON k.id = l.key WHERE l.run = ? ORDER BY k.key',
      run,
    )
    .map(({ id, key, count }) => ({ key, count, points: () => pointParts(sql, run, id) }));
}

/** The points of a metric by step, time and value, in parts; other reads and writes may happen in between. */
function* pointParts(sql: Sql, run: number, key: number): Iterable<PointRow[]> {
  const order = 'ORDER BY step, at, value, is_nan LIMIT ?';
  let rows = sql.all<PointRow>(
    `SELECT step, at, value, is_nan FROM points WHERE run = ? AND key = ? ${order}`,
    run,
    key,
    pointsAtOnce,
  );
  for (;;) {
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < pointsAtOnce) return;
    rows = sql.all<PointRow>(
      `SELECT step, at, value, is_nan FROM points
       WHERE run = ? AND key = ? AND (step, at, value, is_nan) > (?, ?, ?, ?) ${order}`,
      run,
      key,
      last.step,
      last.at,
      last.value,
      last.is_nan,
      pointsAtOnce,
    );
  }
}

/** A page of the points of a metric by time; empty for an unknown run or metric. */
export function pointsByTime(
  { sql }: Pick<Store, 'sql'>,
  runId: string,
  key: string,
  { limit, offset }: { limit: number | null; offset: number },
): PointRow[] {
  return sql.all<PointRow>(
    `SELECT value, is_nan, at, step FROM points WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND key = ?
     ORDER BY at, step, value LIMIT ? OFFSET ?`,
    runId,
    findKey({ sql }, key) ?? -1,
    limit ?? -1,
    offset,
  );
}

/** The first points of a metric by step. */
export function pointsByStep({ sql }: Pick<Store, 'sql'>, run: number, key: string, limit: number): PointRow[] {
  return sql.all<PointRow>(
    'SELECT value, is_nan, at, step FROM points WHERE run = ? AND key = ? ORDER BY step, at, value LIMIT ?',
    run,
    findKey({ sql }, key) ?? -1,
    limit,
  );
}

/** The distinct steps of a metric, optionally within a range. */
export function stepsOf(
  { sql }: Pick<Store, 'sql'>,
  run: number,
  key: string,
  range: readonly [from: number, to: number] | null,
): number[] {
  return sql.numbers(
    `SELECT DISTINCT step FROM points
     WHERE run = ? AND key = ?${range === null ? '' : ' AND step BETWEEN ? AND ?'} ORDER BY step`,
    run,
    findKey({ sql }, key) ?? -1,
    ...(range ?? []),
  );
}

/** The points of a metric at these steps. */
export function pointsAtSteps(
  { sql }: Pick<Store, 'sql'>,
  run: number,
  key: string,
  steps: readonly number[],
): PointRow[] {
  return sql.all<PointRow>(
    `SELECT value, is_nan, at, step FROM points
     WHERE run = ? AND key = ? AND step IN (SELECT value FROM json_each(?)) ORDER BY step, at, value`,
    run,
    findKey({ sql }, key) ?? -1,
    JSON.stringify(steps),
  );
}

/** The points of a metric whose step is larger than `after`, by step and time. */
export function pointsAfterStep({ sql }: Pick<Store, 'sql'>, runId: string, key: string, after: number): PointRow[] {
  return sql.all<PointRow>(
    `SELECT p.step, p.at, p.value, p.is_nan FROM points p
     WHERE p.run = (SELECT id FROM runs WHERE run_id = ?) AND p.key = (SELECT id FROM metric_keys WHERE key = ?)
       AND p.step > ? ORDER BY p.step, p.at`,
    runId,
    key,
    Number.isFinite(after) ? after : Number.MIN_SAFE_INTEGER,
  );
}

/** Every point of a run, by metric and step. The store must not change meanwhile. */
export function allPointsOf({ sql }: Pick<Store, 'sql'>, run: number): Iterable<PointRow & { key: string }> {
  return sql.iterate<PointRow & { key: string }>(
    `SELECT k.key, p.step, p.at, p.value, p.is_nan FROM points p JOIN metric_keys k ON k.id = p.key
     WHERE p.run = ? ORDER BY p.key, p.step, p.at, p.value`,
    run,
  );
}

/** The latest value of a metric of a run; null when it is missing or not finite. */
export function latestValue({ sql }: Pick<Store, 'sql'>, run: number, key: string): number | null {
  const found = sql.get<Pick<PointRow, 'value' | 'is_nan'>>(
    'SELECT value, is_nan FROM latest WHERE run = ? AND key = ?',
    run,
    findKey({ sql }, key) ?? -1,
  );
  return found && found.is_nan === 0 && Number.isFinite(found.value) ? found.value : null;
}

/** The names of the metrics that both runs have. */
export function sharedMetrics({ sql }: Pick<Store, 'sql'>, a: number, b: number): string[] {
  return sql
    .all<{ key: string }>(
      `SELECT k.key FROM latest x JOIN latest y ON y.key = x.key JOIN metric_keys k ON k.id = x.key
       WHERE x.run = ? AND y.run = ? ORDER BY k.key`,
      a,
      b,
    )
    .map(({ key }) => key);
}
