import type { RunOrder, RunQuery } from '../../../protocol/runs.ts';
import { plainLayout, readLayout } from '../columns/layout.ts';
import type { Layout } from '../columns/layout.ts';
import { fieldsOf, listOf } from './shapes.ts';

export type Which = NonNullable<RunQuery['which']>;

/** What the table shows and how: the part of the state that a saved view holds. */
export interface Settings {
  /** The expression as typed; empty for none. */
  filter: string;
  /** Free words that must all appear. */
  search: string;
  experiment: string | null;
  which: Which;
  /** Empty: newest first. */
  order: RunOrder[];
  /** `params.key`, `tags.key`, `experiment` or `status`; null for one flat table. */
  group: string | null;
  layout: Layout;
}

/** The settings among what a view keeps. */
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

/** Settings from what a store or an earlier version kept: what does not fit is as it is without settings. */
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

/** The same settings, whatever order their keys stand in. */
export function sameSettings(left: Settings, right: Settings): boolean {
  return canonical(left) === canonical(right);
}

/**
 * What the engine is asked for; `filter` stands in for the settings' own. It goes as it was typed: a problem names
 * characters of it.
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

/** Which runs the table is about, in whatever order. */
export function aboutRuns(settings: Settings): RunQuery {
  const { order: _order, ...query } = queryOf(settings);
  return query;
}
