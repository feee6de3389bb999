import { aucInterval } from '../statistics/aucInterval.ts';
import type { Interval } from './intervals.ts';
import { jaccardOf, labelShares, microShare, type LabelCounts, type LabelShare } from './labelCounts.ts';
import { meanInterval, type Limits } from './recoveredInterval.ts';
import { f1Interval, shareInterval } from './shareInterval.ts';

type IntervalOfLabels = (counts: LabelCounts, confidence: number) => Interval | null;

/** With fewer rows of a side the form of the scores is not known well enough for a variance from it. */
const fewestOfSide = 30;

/** The interval of the mean over labels of a share; a label whose denominator is 0 stays at 0. */
export function macroLabelInterval(share: LabelShare | 'f1', isWeighted = false): IntervalOfLabels {
  return (counts, confidence) => {
    const parts = labelShares(counts, share === 'f1' ? jaccardOf : share).map(([part, whole, squares]): Limits => {
      if (whole === 0) return { value: 0, low: 0, high: 0 };
      const found = (share === 'f1' ? f1Interval : shareInterval)(part, whole, confidence, squares);
      const value = share === 'f1' ? (2 * part) / (part + whole) : part / whole;
      return { value, ...(found ?? { low: 0, high: 1 }) };
    });
    const weights = isWeighted ? [...counts.labelled] : undefined;
    return parts.length === 0 || weights?.every((weight) => weight === 0) ? null : meanInterval(parts, weights);
  };
}

/** The interval of the share of the sums over labels, as if the labels of a row were independent. */
export function microLabelInterval(share: LabelShare | 'f1'): IntervalOfLabels {
  return (counts, confidence) => {
    const [part, whole, squares] = microShare(counts, share === 'f1' ? jaccardOf : share);
    return (share === 'f1' ? f1Interval : shareInterval)(part, whole, confidence, squares);
  };
}

/** The interval of the mean area under the ROC curves, as if the labels were independent; null where one has no area. */
export function macroAreaInterval(counts: LabelCounts, confidence: number): Interval | null {
  const parts = counts.rocAreas().flatMap((value, l) => {
    const found = value === null ? null : areaInterval(value, sidesOf(counts, [l]), confidence);
    return value === null || !found ? [] : [{ value, ...found }];
  });
  return parts.length === 0 || parts.length < counts.labelled.length ? null : meanInterval(parts);
}

/** The interval of the area of all pairs of row and label. */
export function microAreaInterval(counts: LabelCounts, confidence: number): Interval | null {
  const value = counts.micro.rocArea();
  return value === null ? null : areaInterval(value, sidesOf(counts, [...counts.labelled.keys()]), confidence);
}

/** The interval of the mean average precision, each as a share of the rows of its label; null where a label has none. */
export function macroPrecisionInterval(counts: LabelCounts, confidence: number): Interval | null {
  const parts = counts.prAreas().flatMap((value, l) => {
    const [weight, squares] = [counts.labelled[l] ?? 0, counts.squares.labelled[l] ?? 0];
    const found = shareInterval(value * weight, weight, confidence, squares);
    return found ? [{ value, ...found }] : [];
  });
  return parts.length === 0 || parts.length < counts.labelled.length ? null : meanInterval(parts);
}

export function microPrecisionInterval(counts: LabelCounts, confidence: number): Interval | null {
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const weight = sum(counts.labelled);
  return shareInterval(counts.micro.prArea() * weight, weight, confidence, sum(counts.squares.labelled));
}

export function areaInterval(area: number, [trues, others]: [number, number], confidence: number): Interval | null {
  const rarer = Math.min(trues, others);
  return rarer < fewestOfSide
    ? shareInterval(area * rarer, rarer, confidence)
    : aucInterval(area, [trues, others], confidence);
}

/** The numbers of equal rows for which labels are true, and of those for which they are not. */
export function sidesOf({ n, labelled, squares }: LabelCounts, labels: readonly number[]): [number, number] {
  const sides: [number, number] = [0, 0];
  for (const l of labels) {
    const [own, ofOwn] = [labelled[l] ?? 0, squares.labelled[l] ?? 0];
    const [rest, ofRest] = [n - own, squares.n - ofOwn];
    sides[0] += ofOwn > 0 ? own ** 2 / ofOwn : 0;
    sides[1] += ofRest > 0 ? rest ** 2 / ofRest : 0;
  }
  return sides;
}
