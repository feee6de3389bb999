import type { RunOrder, RunQuery } from '../../../protocol/runs.ts';
import { plainLayout, readLayout } from '../columns/layout.ts';
import type { Layout } from '../columns/layout.ts';
import { fieldsOf, listOf } from './shapes.ts';

export type Which = NonNullable<RunQuery['which']>;

/** Content and layout of the table: the part of the state that a saved view contains. */
export interface Settings {
  /** The expression as typed; empty for none. */
  filter: string;
  /** Words that must all appear. */
  search: string;
  experiment: string | null;
  which: Which;
  /** Empty: newest first. */
  order: RunOrder[];
  /** `params.key`, `tags.key`, `experiment` or `status`; null for a flat table. */
  group: string | null;
  layout: Layout;
}

/** The settings in the persisted state. */
export function settingsOf({ filter, search, experiment, which, order, group, layout }: Settings): Settings {
  return { filter, search, experiment, which, order, group, layout };
}

export const plainSettings: Settings = {
  filter: '',
  search: '',
  experiment: null,
  which: 'active',
  order: [],
  group: null,
  layout: plainLayout,
};
export const whichNames: Record<Which, string> = {
  active: 'In use',
  archived: 'Archived',
  deleted: 'Deleted',
  all: 'In use and archived',
};

/** Settings from the store or an earlier version; invalid values are replaced by defaults. */
export function readSettings(given: unknown): Settings {
  const persisted = fieldsOf(given);
  const which = persisted.get('which');
  return {
    filter: textOr(persisted.get('filter'), ''),
    search: textOr(persisted.get('search'), ''),
    experiment: textOr(persisted.get('experiment'), null),
    which: isWhich(which) ? which : 'active',
    order: listOf(persisted.get('order')).flatMap((one): RunOrder[] => {
      const column = fieldsOf(one).get('column');
      return typeof column === 'string' ? [{ column, descending: fieldsOf(one).get('descending') === true }] : [];
    }),
    group: textOr(persisted.get('group'), null),
    layout: readLayout(persisted.get('layout')),
  };
}

/** True for equal settings, regardless of the order of keys. */
export function sameSettings(left: Settings, right: Settings): boolean {
  return canonical(left) === canonical(right);
}

/**
 * The query for the engine; `filter` replaces that of the settings. The filter is sent as typed, because errors refer
 * to its characters.
 */
export function queryOf(settings: Settings, filter = settings.filter): RunQuery {
  const search = settings.search.trim();
  return {
    ...(settings.experiment === null ? {} : { experiment: settings.experiment }),
    ...(filter.trim() === '' ? {} : { filter }),
    ...(search === '' ? {} : { search }),
    ...(settings.which === 'active' ? {} : { which: settings.which }),
    ...(settings.order.length === 0 ? {} : { order: settings.order }),
  };
}

export function isNarrowed({ filter, search, experiment, which }: Settings): boolean {
  return filter.trim() !== '' || search.trim() !== '' || experiment !== null || which !== 'active';
}

function textOr<T>(given: unknown, otherwise: T): string | T {
  return typeof given === 'string' ? given : otherwise;
}

function isWhich(given: unknown): given is Which {
  return typeof given === 'string' && given in whichNames;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The query without the order. */
export function aboutRuns(settings: Settings): RunQuery {
  const { order: _order, ...query } = queryOf(settings);
  return query;
}
