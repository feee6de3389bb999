import type { CardLabel } from '../../protocol/cardPlots.ts';
import { areaInterval, sidesOf } from './labelIntervals.ts';
import { decideLabels, pickLabels } from './labelColumns.ts';
import { f1Of, jaccardOf, labelCounter, labelShares, precisionOf, recallOf } from './labelCounts.ts';
import { estimate, type Estimate } from './intervals.ts';
import type { Predictions } from './predictions.ts';
import { f1Interval, shareInterval } from './shareInterval.ts';
import { keepRows } from './tasks/keptRows.ts';
import { pick } from './weights.ts';

const confidence = 0.95;

/** How well each label is found, in the order of the labels. */
export function labelRows(
  truth: Float64Array,
  { values, labels, probabilities, weights }: Predictions,
  names: readonly string[],
  threshold: number | null,
): CardLabel[] {
  if (!labels) return [];
  const { kept, weights: own } = keepRows(
    truth.length,
    weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN),
  );
  const known = pickLabels(labels, kept);
  const scores = probabilities.length > 0 ? probabilities.map((column) => pick(column, kept)) : null;
  const decided = known.decided ?? (scores && threshold !== null ? decideLabels(scores, threshold) : null);
  const { counts } = labelCounter({ n: kept.length, truth: known.truth, decided, scores });
  const sums = counts(
    own,
    own?.map((weight) => weight * weight),
  );
  const [precision, recall, f1, either] = [precisionOf, recallOf, f1Of, jaccardOf].map((share) =>
    labelShares(sums, share),
  );
  const areas = scores ? sums.rocAreas() : [];
  return names.map((label, l): CardLabel => {
    const trues = known.truth[l]?.reduce((sum, flag) => sum + flag, 0) ?? 0;
    const share = (of: typeof precision): Estimate | null => {
      const [part = 0, whole = 0, squares] = of?.[l] ?? [];
      return decided && whole > 0
        ? estimate(part / whole, kept.length, shareInterval(part, whole, confidence, squares), confidence)
        : null;
    };
    const [both = 0, all = 0, squares] = either?.[l] ?? [];
    const [part = 0, whole = 0] = f1?.[l] ?? [];
    const area = areas[l] ?? null;
    return {
      label,
      n: trues,
      precision: share(precision),
      recall: share(recall),
      f1:
        decided && whole > 0
          ? estimate(part / whole, kept.length, f1Interval(both, all, confidence, squares), confidence)
          : null,
      rocAuc:
        area === null
          ? null
          : estimate(area, kept.length, areaInterval(area, sidesOf(sums, [l]), confidence), confidence),
    };
  });
}
