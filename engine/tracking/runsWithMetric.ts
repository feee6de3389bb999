import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

/** A run with a value of a metric, and its inputs. */
export interface RunWithMetric {
  /** Its row number in the tables. */
  id: number;
  runId: string;
  value: number;
  seed: number | null;
  commit: string | null;
  /** Hash of the uncommitted changes. */
  patch: string | null;
  /** Hash of the list of packages. */
  packages: string | null;
  /** Epoch milliseconds. */
  asOf: number | null;
}

/** The newest ended runs with a finite value of a metric. */
export function runsWithMetric({ sql }: Pick<Store, 'sql'>, metric: string, limit: number): RunWithMetric[] {
  const key = findKey({ sql }, metric);
  if (key === null) return [];
  return sql.all<RunWithMetric>(
    `SELECT r.id, r.run_id AS runId, l.value, r.seed, r.commit_hash AS "commit", r.code ->> '$.patch' AS patch,
       r.environment ->> '$.packages' AS packages, r.as_of AS asOf
     FROM latest l JOIN runs r ON r.id = l.run
     WHERE l.key = ? AND l.is_nan = 0 AND abs(l.value) < 1e308 AND r.deleted_at IS NULL AND r.status <> 'running'
     ORDER BY r.started_at DESC LIMIT ?`,
    key,
    limit,
  );
}
