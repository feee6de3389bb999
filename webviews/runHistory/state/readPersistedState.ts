import type { PersistedState } from '../model.ts';
import { readSettings } from './settings.ts';
import { fieldsOf, textsOf } from './shapes.ts';

/** The state persisted by this or an earlier version; only values of the right shape are used. */
export function readPersistedState(given: unknown): PersistedState {
  const persisted = fieldsOf(given);
  const text = (name: string): string | null => {
    const value = persisted.get(name);
    return typeof value === 'string' ? value : null;
  };
  return {
    ...readSettings(given),
    view: text('view'),
    recentFilters: textsOf(persisted.get('recentFilters')),
    selected: textsOf(persisted.get('selected')),
    open: text('open'),
    comparing: persisted.get('comparing') === true,
    panels: persisted.get('panels') ?? null,
  };
}
