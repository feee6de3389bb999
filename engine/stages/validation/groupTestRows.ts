import type { GroupedRows } from '../../evaluation/slices.ts';
import { columnsOfGroupings, groupingColumns, groupingName, type Grouping } from '../../evaluation/grouping.ts';
import { crossGroups, type Groups } from '../../evaluation/groups.ts';

export type { GroupedRows };

/** The groups of each grouping, once; a grouping of a column that was not read is left out. */
export function groupTestRows(
  groupings: readonly Grouping[],
  columns: ReadonlyMap<string, Groups>,
): ReadonlyMap<string, GroupedRows> {
  const found = new Map<string, GroupedRows>();
  for (const grouping of groupings) {
    const [a, b] = groupingColumns(grouping).map((column) => columns.get(column));
    const groups = a && b ? crossGroups(a, b) : a;
    if (groups && columnsOfGroupings([grouping]).every((column) => columns.has(column)))
      found.set(groupingName(grouping), { grouping, groups });
  }
  return found;
}
