import type { Store } from '../store/store.ts';
import { retrainingCount } from '../tracking/events.ts';

/** When the last retraining that made a version was started, by the clock that started it; null for never. */
export function lastRetrained(store: Pick<Store, 'sql'>): number | null {
  return retrainingCount(store).lastAt;
}
