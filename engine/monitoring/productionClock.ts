import { durationMs } from '../base/duration.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { predictionSpan } from '../serving/predictionLog.ts';
import type { Store } from '../store/store.ts';
import { lastWindowEnd } from './windows.ts';

/**
 * The time that production has reached, epoch milliseconds. While predictions arrive it is now. When the newest is
 * older than two windows, as after a replay, it is the end of the newest window: a retraining as of today would find no
 * data.
 */
export function productionClock(store: Pick<Store, 'sql'>, config: ProjectConfig, now = Date.now()): number {
  const newest = predictionSpan(store)?.last ?? lastWindowEnd(store);
  const longest = Math.max(
    86_400_000,
    ...Object.values(config.monitors ?? {}).map((monitor) => durationMs(monitor.window.every)),
  );
  if (newest === null || now - newest <= 2 * longest) return now;
  return Math.max(newest, lastWindowEnd(store) ?? newest);
}
