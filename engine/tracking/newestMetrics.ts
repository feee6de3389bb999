import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { Store } from '../store/store.ts';
import type { LoggedMetric } from './rankMetrics.ts';
import { findKey } from './writeRun.ts';

const newest = 100;

/** The metrics that the newest runs logged, of one experiment or of all with null. */
export function newestMetrics({ sql }: Pick<Store, 'sql'>, experiment: string | null): LoggedMetric[] {
  const where = experiment === null ? '' : ' AND experiment = ?';
  return sql.all<LoggedMetric>(
    `WITH q AS MATERIALIZED (
       SELECT id FROM runs WHERE deleted_at IS NULL AND archived = 0${where}
       ORDER BY started_at DESC, run_id LIMIT ${newest}
     )
     SELECT k.key, g.n AS runs
     FROM (SELECT l.key, count(*) AS n FROM q CROSS JOIN latest l ON l.run = q.id GROUP BY l.key) g
     JOIN metric_keys k ON k.id = g.key`,
    ...(experiment === null ? [] : [experiment]),
  );
}

const looksThrough = 2000;

/**
 * The best value of a metric among the finished and refused runs of an experiment; null when there is none, or when the
 * experiment has too many runs to read.
 */
export function bestValue(
  { sql }: Pick<Store, 'sql'>,
  experiment: string,
  { name, direction }: PrimaryMetric,
): number | null {
  const key = findKey({ sql }, name);
  if (key === null) return null;
  const found = sql.get<{ best: number | null; n: number }>(
    `WITH q AS MATERIALIZED (
       SELECT id, status FROM runs WHERE experiment = ? AND deleted_at IS NULL AND archived = 0
       ORDER BY started_at DESC, run_id LIMIT ${looksThrough + 1}
     )
     SELECT (
       SELECT ${direction === 'minimize' ? 'min' : 'max'}(l.value)
       FROM q CROSS JOIN latest l ON l.run = q.id AND l.key = ?
       WHERE q.status IN ('finished', 'refused') AND l.is_nan = 0 AND abs(l.value) < 9e999
     ) AS best, (SELECT count(*) FROM q) AS n`,
    experiment,
    key,
  );
  return found && found.n <= looksThrough ? found.best : null;
}
