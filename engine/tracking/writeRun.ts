import type { ParamValue } from '../../protocol/runs.ts';
import { paramCells } from './storedParam.ts';
import type { Store } from '../store/store.ts';

type Sql = Pick<Store, 'sql'>;

/** A value of a metric. Times are epoch milliseconds; the value may be NaN or infinite. */
export interface MetricPoint {
  key: string;
  value: number;
  step: number;
  at: number;
}

/** Tags that both MLflow and Loopwright define. */
export const knownTags = { name: 'mlflow.runName', note: 'mlflow.note.content', parent: 'mlflow.parentRunId' } as const;

/** The number of a metric's name in this store, assigned at the first write. */
export function metricKeyId({ sql }: Sql, key: string): number {
  return findKey({ sql }, key) ?? sql.run('INSERT INTO metric_keys (key) VALUES (?)', key).lastId;
}

/** The number of a metric's name; null when it was never written. */
export function findKey({ sql }: Sql, key: string): number | null {
  return sql.get<{ id: number }>('SELECT id FROM metric_keys WHERE key = ?', key)?.id ?? null;
}

/**
 * Appends points to a run in one write. A point that exists already (same name, step, time and value) is not written
 * again. The latest value is that of the largest (step, time, value), where NaN counts as 0: MLflow's rule.
 */
export function writePoints({ sql }: Sql, run: number, points: readonly MetricPoint[]): void {
  if (points.length === 0) return;
  sql.write(() => {
    const news = new Map<
      string,
      { id: number; step: number; at: number; value: number; isNan: number; count: number }
    >();
    for (const { key, value, step, at } of points) {
      const isNan = Number.isNaN(value) ? 1 : 0;
      const stored = isNan === 1 ? 0 : value;
      const known = news.get(key);
      const id = known?.id ?? metricKeyId({ sql }, key);
      const { changes } = sql.run(
        'INSERT OR IGNORE INTO points (run, key, step, at, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)',
        run,
        id,
        step,
        at,
        stored,
        isNan,
      );
      if (!known) news.set(key, { id, step, at, value: stored, isNan, count: changes });
      else {
        known.count += changes;
        if (step > known.step || (step === known.step && (at > known.at || (at === known.at && stored > known.value))))
          Object.assign(known, { step, at, value: stored, isNan });
      }
    }
    for (const { id, step, at, value, isNan, count } of news.values()) {
      if (count === 0) continue;
      const { changes } = sql.run(
        `UPDATE latest SET step = ?, at = ?, value = ?, is_nan = ?, count = count + ? WHERE run = ? AND key = ? AND (?, ?, ?) > (step, at, value)`,
        step,
        at,
        value,
        isNan,
        count,
        run,
        id,
        step,
        at,
        value,
      );
      if (changes === 0)
        sql.run(
          'INSERT INTO latest (run, key, step, at, value, is_nan, count) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
          run,
          id,
          step,
          at,
          value,
          isNan,
          count,
        );
    }
  });
}

export function writeParam({ sql }: Sql, run: number, key: string, value: ParamValue): void {
  sql.run('INSERT INTO params (run, key, value, json, number) VALUES (?, ?, ?, ?, ?)', run, key, ...paramCells(value));
}

/** Sets a tag; null removes it. The tag of the run's name names the run. */
export function writeTag({ sql }: Sql, run: number, key: string, value: string | null): void {
  if (value === null) sql.run('DELETE FROM tags WHERE run = ? AND key = ?', run, key);
  else
    sql.run(
      'INSERT INTO tags (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      run,
      key,
      value,
    );
  if (key === knownTags.name && value !== null && value !== '')
    sql.run('UPDATE runs SET name = ? WHERE id = ?', value, run);
}

/** Gives the values of a metric of a run another name, with those that have it already. */
export function renameMetric({ sql }: Sql, run: number, from: string, to: string): void {
  sql.write(() => {
    const old = findKey({ sql }, from);
    if (old === null) return;
    const points = sql.all<{ step: number; at: number; value: number; is_nan: number }>(
      'SELECT step, at, value, is_nan FROM points WHERE run = ? AND key = ?',
      run,
      old,
    );
    if (points.length === 0) return;
    sql.run('DELETE FROM points WHERE run = ? AND key = ?', run, old);
    sql.run('DELETE FROM latest WHERE run = ? AND key = ?', run, old);
    writePoints(
      { sql },
      run,
      points.map(({ step, at, value, is_nan: isNan }) => ({
        key: to,
        step,
        at,
        value: isNan === 1 ? Number.NaN : value,
      })),
    );
  });
}
