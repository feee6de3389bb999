export interface GroupRates {
  group: string;
  n: number;
  selectionRate: number;
  /** True positive rate; 0 for a group without positives, as fairlearn (sklearn's zero division) gives it. */
  tpr: number;
  fpr: number;
  positives: number;
}

export interface FairnessMeasures {
  demographic_parity_difference: number;
  demographic_parity_ratio: number;
  equalized_odds_difference: number;
  equal_opportunity_difference: number;
}

/** Rates of a binary decision by group. Rows with a NaN label or a null group are left out. */
export function ratesByGroup(
  labels: ArrayLike<number>,
  decisions: ArrayLike<number>,
  groups: readonly (string | null)[],
): GroupRates[] {
  const counts = new Map<string, { n: number; selected: number; positives: number; tp: number; fp: number }>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN;
    const group = groups[i] ?? null;
    if (Number.isNaN(label) || group === null) continue;
    const count = counts.get(group) ?? { n: 0, selected: 0, positives: 0, tp: 0, fp: 0 };
    counts.set(group, count);
    const selected = decisions[i] === 1 ? 1 : 0;
    count.n++;
    count.selected += selected;
    if (label === 1) {
      count.positives++;
      count.tp += selected;
    } else count.fp += selected;
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, c]) => ({
      group,
      n: c.n,
      positives: c.positives,
      selectionRate: c.selected / c.n,
      tpr: c.positives === 0 ? 0 : c.tp / c.positives,
      fpr: c.n === c.positives ? 0 : c.fp / (c.n - c.positives),
    }));
}

/**
 * fairlearn's disparities: differences are largest minus smallest, the ratio smallest over largest (0/0 is 1 here, NaN
 * there). Null with no group.
 */
export function fairnessMeasures(rates: readonly GroupRates[]): FairnessMeasures | null {
  if (rates.length === 0) return null;
  const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
  const selection = rates.map((rate) => rate.selectionRate);
  const tpr = spread(rates.map((rate) => rate.tpr));
  return {
    demographic_parity_difference: spread(selection),
    demographic_parity_ratio: Math.max(...selection) === 0 ? 1 : Math.min(...selection) / Math.max(...selection),
    equalized_odds_difference: Math.max(tpr, spread(rates.map((rate) => rate.fpr))),
    equal_opportunity_difference: tpr,
  };
}
