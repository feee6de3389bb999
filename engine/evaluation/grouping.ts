/** The columns that rows are grouped by: one, or the crossing of two. */
export type Grouping = string | readonly string[];

/** The columns of a grouping, in their order. */
export function groupingColumns(grouping: Grouping): readonly string[] {
  return typeof grouping === 'string' ? [grouping] : grouping;
}

/** The name of a grouping in reports and gates: `country`, or `country, device`. */
export function groupingName(grouping: Grouping): string {
  return groupingColumns(grouping).join(', ');
}

/** All columns that groupings name, each once. */
export function columnsOfGroupings(groupings: readonly Grouping[]): string[] {
  return [...new Set(groupings.flatMap((grouping) => [...groupingColumns(grouping)]))];
}
