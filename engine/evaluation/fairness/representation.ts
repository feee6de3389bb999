import { chiSquareFit } from '../../statistics/chiSquare.ts';
import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import type { Groups } from '../groups.ts';

/** The groups of the test rows beside those of the people whom the model is for. */
export interface Representation {
  attribute: string;
  /** Rows with a group. */
  n: number;
  groups: {
    group: string;
    n: number;
    /** Share of the rows, and of the people; null where the project declares none. */
    share: number;
    declared: number | null;
    /** The 95 % interval of the share of the rows less the declared one; null without a declared one. */
    low: number | null;
    high: number | null;
  }[];
  /** Chi-square of the declared groups; null with fewer than two. */
  test: { statistic: number; df: number; pValue: number } | null;
  /** Declared groups that no row has. */
  absent: string[];
}

/** Compares the shares of groups with declared ones, which need not add up to 1. Null without a row that has a group. */
export function representation(
  attribute: string,
  { names, codes }: Groups,
  declared: Readonly<Record<string, number>>,
): Representation | null {
  const counts = new Float64Array(names.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (n === 0) return null;
  const people = Object.values(declared).reduce((sum, share) => sum + share, 0);
  const present = names.flatMap((group, code) => {
    const rows = counts[code] ?? 0;
    return rows === 0 ? [] : [{ group, rows }];
  });
  const all = [
    ...present,
    ...Object.keys(declared)
      .filter((group) => !present.some((one) => one.group === group))
      .map((group) => ({ group, rows: 0 })),
  ];
  const groups = all
    .toSorted((a, b) => b.rows - a.rows || (a.group < b.group ? -1 : 1))
    .map(({ group, rows }) => {
      const isDeclared = Object.hasOwn(declared, group) && people > 0;
      const share = isDeclared ? (declared[group] ?? 0) / people : null;
      const { low, high } = wilsonInterval(rows, n);
      return {
        group,
        n: rows,
        share: rows / n,
        declared: share,
        low: share === null ? null : low - share,
        high: share === null ? null : high - share,
      };
    });
  const compared = groups.filter((group) => group.declared !== null);
  const test = chiSquareFit(
    compared.map((group) => group.declared ?? 0),
    compared.map((group) => group.n),
  );
  return {
    attribute,
    n,
    groups,
    // An infinite statistic, of a group with a share of 0, is no number of JSON.
    test: test && { ...test, statistic: Math.min(test.statistic, Number.MAX_VALUE) },
    absent: compared.filter((group) => group.n === 0).map(({ group }) => group),
  };
}
