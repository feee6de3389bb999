import type { Groups } from '../groups.ts';

/** A rate of a group that a fairness measure compares. */
export type Rate = 'selectionRate' | 'tpr' | 'fpr';

export interface GroupRates {
  group: string;
  n: number;
  positives: number;
  selectionRate: number;
  /** True positive rate; 0 for a group without positives, as fairlearn (sklearn's zero division) gives it. */
  tpr: number;
  /** False positive rate; 0 for a group without negatives. */
  fpr: number;
}

/** The rows that a rate is a share of: all, the positives or the negatives. */
export function rowsBehind({ n, positives }: GroupRates, rate: Rate): number {
  return { selectionRate: n, tpr: positives, fpr: n - positives }[rate];
}

/**
 * Rates of a binary decision by group, sorted by name. Rows with a NaN label or no group are left out, and so are
 * groups without rows.
 */
export function groupRates(
  labels: ArrayLike<number>,
  decisions: ArrayLike<number>,
  { names, codes }: Groups,
): GroupRates[] {
  const counts = names.map((group) => ({ group, n: 0, selected: 0, positives: 0, tp: 0, fp: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN;
    const count = counts[codes[i] ?? -1];
    if (Number.isNaN(label) || count === undefined) continue;
    const selected = decisions[i] === 1 ? 1 : 0;
    count.n++;
    count.selected += selected;
    if (label === 1) {
      count.positives++;
      count.tp += selected;
    } else count.fp += selected;
  }
  return counts
    .filter(({ n }) => n > 0)
    .toSorted((a, b) => (a.group < b.group ? -1 : 1))
    .map(({ group, n, selected, positives, tp, fp }) => ({
      group,
      n,
      positives,
      selectionRate: selected / n,
      tpr: positives === 0 ? 0 : tp / positives,
      fpr: n === positives ? 0 : fp / (n - positives),
    }));
}
