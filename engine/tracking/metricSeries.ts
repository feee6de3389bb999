import type { MetricSeries } from '../../protocol/runs.ts';
import type { Store } from './store.ts';
import { findKey } from './writeRun.ts';

/** All points of a metric for some runs, by step and time. A run or metric that is not there has none. */
export function metricSeries({ sql }: Pick<Store, 'sql'>, runIds: readonly string[], key: string): MetricSeries[] {
  const id = findKey({ sql }, key);
  return runIds.map((runId) => {
    const run = sql.get<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', runId)?.id;
    const rows = run === undefined || id === null ? [] : sql.columns('SELECT step, at, value, is_nan FROM points WHERE run = ? AND key = ? ORDER BY step, at, value', run, id);
    const steps = new Float64Array(rows.length);
    const at = new Float64Array(rows.length);
    const values = new Float64Array(rows.length);
    let regular = true;
    for (const [i, row] of rows.entries()) {
      const [step = 0, time = 0, value = 0, isNan = 0] = row as number[];
      steps[i] = step;
      at[i] = time;
      values[i] = isNan === 1 ? Number.NaN : value;
      if (step !== i) regular = false;
    }
    return { runId, key, count: rows.length, steps: regular ? null : pack(steps), at: pack(at), values: pack(values) };
  });
}

function pack(numbers: Float64Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}
