import { durationMs } from '../base/duration.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';

/**
 * The time that production has reached, epoch milliseconds: now while predictions arrive; where the newest is older
 * than two windows, as after a replay, the end of the newest window. A retraining that took today for such data would
 * find none.
 */
export function productionClock({ sql }: Pick<Store, 'sql'>, config: ProjectConfig, now = Date.now()): number {
  const newest =
    sql.get<{ at: number | null }>(
      'SELECT max(at) AS at FROM (SELECT max(at) AS at FROM predictions UNION ALL SELECT max(to_at) FROM prediction_files)',
    )?.at ?? null;
  const longest = Math.max(
    86_400_000,
    ...Object.values(config.monitors ?? {}).map((monitor) => durationMs(monitor.window.every)),
  );
  if (newest === null || now - newest <= 2 * longest) return now;
  return Math.max(newest, sql.get<{ end: number | null }>('SELECT max(end) AS end FROM windows')?.end ?? newest);
}
