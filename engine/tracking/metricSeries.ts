import type { MetricSeries } from '../../protocol/runs.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

/**
 * All points of a metric for some runs, by step, time and value. An unknown run or metric has none. With the `end` of
 * an earlier response, only later points are returned, unless points were inserted before it; then all are.
 */
export function metricSeries(
  { sql }: Pick<Store, 'sql'>,
  runIds: readonly string[],
  key: string,
  ends: Readonly<Record<string, string>> = {},
): MetricSeries[] {
  return sql.read(() => {
    const id = findKey({ sql }, key);
    return runIds.map((runId) => {
      const run = sql.get<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', runId)?.id;
      if (run === undefined || id === null)
        return { runId, key, from: 0, count: 0, steps: null, at: '', values: '', end: '' };
      const end = readEnd(ends[runId]);
      const points =
        (end && pointsAfter(sql, run, id, end)) ?? pointsOf(sql, run, id, 0, 'run = ? AND key = ?', [run, id]);
      return { runId, key, ...points };
    });
  });
}

/**
 * The last point of a response and the number of points; integers as text, because they may exceed the precision of a
 * JavaScript number.
 */
interface End {
  count: number;
  step: string;
  at: string;
  value: number;
  isNan: number;
}

type Points = Omit<MetricSeries, 'runId' | 'key'>;

/**
 * Points are only added: if the number before the end is unchanged, the points after it are the new ones. Null when
 * points were inserted before it.
 */
function pointsAfter(sql: Sql, run: number, key: number, { count, step, at, value, isNan }: End): Points | null {
  const now = sql.get<{ count: number }>('SELECT count FROM latest WHERE run = ? AND key = ?', run, key)?.count ?? 0;
  const where = 'run = ? AND key = ? AND (step, at, value, is_nan) > (CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?)';
  const bound = [run, key, step, at, value, isNan];
  const added = sql.get<{ n: number }>(`SELECT count(*) AS n FROM points WHERE ${where}`, ...bound)?.n ?? 0;
  if (count + added !== now) return null;
  const isThere =
    sql.get(
      'SELECT 1 FROM points WHERE run = ? AND key = ? AND step = CAST(? AS INTEGER) AND at = CAST(? AS INTEGER) AND value = ? AND is_nan = ?',
      ...bound,
    ) !== undefined;
  return isThere ? pointsOf(sql, run, key, count, where, bound) : null;
}

/** Reads column by column: three lists of numbers take half the time of one list of rows. */
function pointsOf(sql: Sql, run: number, key: number, from: number, where: string, bound: SqlValue[]): Points {
  const column = (expression: string): number[] =>
    sql.numbers(`SELECT ${expression} FROM points WHERE ${where} ORDER BY step, at, value, is_nan`, ...bound);
  const values = floats(column('CASE is_nan WHEN 1 THEN NULL ELSE value END'));
  const steps = floats(column('step'));
  const isCounted = steps.every((step, i) => step === from + i);
  return {
    from,
    count: values.length,
    steps: isCounted ? null : pack(steps),
    at: pack(floats(column('at'))),
    values: pack(values),
    end: endOf(sql, run, key, from + values.length),
  };
}

function endOf(sql: Sql, run: number, key: number, count: number): string {
  const last = sql.get<Omit<End, 'count'>>(
    'SELECT CAST(p.step AS TEXT) AS step, CAST(p.at AS TEXT) AS at, p.value, p.is_nan AS isNan FROM points p WHERE p.run = ? AND p.key = ? ORDER BY p.step DESC, p.at DESC, p.value DESC, p.is_nan DESC LIMIT 1',
    run,
    key,
  );
  // As text, because JSON has no infinite numbers.
  return last ? [count, last.step, last.at, String(last.value), last.isNan].join(' ') : '';
}

function readEnd(text: string | undefined): End | null {
  const [count, step, at, value, isNan] = (text ?? '').split(' ');
  return count && step && at && value && isNan
    ? { count: Number(count), step, at, value: Number(value), isNan: Number(isNan) }
    : null;
}

/** Null means NaN. */
function floats(numbers: readonly (number | null)[]): Float64Array {
  const all = new Float64Array(numbers.length);
  for (let i = 0; i < all.length; i++) all[i] = numbers[i] ?? Number.NaN;
  return all;
}

function pack(numbers: Float64Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}
