import type { Kept } from '../model.ts';
import { readSettings } from './settings.ts';
import { fieldsOf, textsOf } from './shapes.ts';

/** What was kept over a reload, by this version or an earlier one: taken where it has the right shape. */
export function readPersistedState(given: unknown): Kept {
  const kept = fieldsOf(given);
  const text = (name: string): string | null => {
    const value = kept.get(name);
    return typeof value === 'string' ? value : null;
  };
  return {
    ...readSettings(given),
    view: text('view'),
    recentFilters: textsOf(kept.get('recentFilters')),
    selected: textsOf(kept.get('selected')),
    open: text('open'),
    comparing: kept.get('comparing') === true,
    panels: kept.get('panels') ?? null,
  };
}
