import type { Store } from '../store/store.ts';
import { eventCount } from '../tracking/events.ts';

/** When retraining was last started, by the clock that started it; null for never. */
export function lastRetrained(store: Pick<Store, 'sql'>): number | null {
  return eventCount(store, 'retrained').lastAt;
}
