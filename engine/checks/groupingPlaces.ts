import type { Grouping } from '../evaluation/grouping.ts';

/** A column in a list of groupings. */
export interface GroupingPlace {
  column: string;
  /** Where it is written in the list. */
  at: readonly number[];
  /** Whether it is an item of its own, not one of two. */
  isWhole: boolean;
}

/** The columns of a list of groupings. */
export function placesOf(groupings: readonly Grouping[]): GroupingPlace[] {
  return groupings.flatMap((grouping, i): GroupingPlace[] =>
    typeof grouping === 'string'
      ? [{ column: grouping, at: [i], isWhole: true }]
      : grouping.map((column, j) => ({ column, at: [i, j], isWhole: false })),
  );
}
