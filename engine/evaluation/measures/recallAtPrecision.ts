import { binomialInterval } from '../../statistics/binomialInterval.ts';
import type { Interval } from '../intervals.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Ranking } from '../ranking.ts';
import type { BinaryRows, Measure } from './measure.ts';

export const recallAtPrecision: Measure = {
  name: 'recall_at_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Largest recall at which precision is at least `min_precision`.',
  source: 'scikit-learn precision_recall_curve',
  needs: 'min_precision',
  interval: { binary: intervalOfRecall, spansResamples: true },
  binary: ({ ranking, weights, minPrecision }) => bestRecall(ranking, minPrecision, weights)?.recall ?? null,
};

/**
 * Largest recall at which precision is at least `minimum`, with the threshold (score ≥ threshold is positive). Null
 * without a positive; recall 0 and an infinite threshold where no threshold reaches the precision.
 */
export function bestRecall(
  ranking: Ranking,
  minimum: number,
  weights?: ArrayLike<number>,
): { recall: number; threshold: number } | null {
  let found = 0;
  let seen = 0;
  let best = { found: 0, threshold: Number.POSITIVE_INFINITY };
  let start = 0;
  for (const end of ranking.groupEnds) {
    for (let k = start; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      seen += weight;
      if (ranking.labels[row] === 1) found += weight;
    }
    // The lowest threshold with this recall is kept out: the first that reaches it has the better precision.
    if (seen > 0 && found / seen >= minimum && found > best.found)
      best = { found, threshold: ranking.scores[ranking.order[end - 1] ?? 0] ?? 0 };
    start = end;
  }
  return found === 0 ? null : { recall: best.found / found, threshold: best.threshold };
}

/** With fewer positives a threshold may reach the precision by chance. */
const fewestPositives = 30;

/**
 * A share of the positives; the resamples add that the threshold varies. Of few positives, the recall where the
 * interval of the precision is above the wanted one, and where it reaches it.
 */
function intervalOfRecall({ ranking, minPrecision }: BinaryRows, confidence: number): Interval | null {
  const positives = ranking.labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0) return null;
  if (positives >= fewestPositives)
    return shareInterval((bestRecall(ranking, minPrecision)?.recall ?? 0) * positives, positives, confidence);
  let [found, sure, possible] = [0, 0, 0];
  let start = 0;
  for (const end of ranking.groupEnds) {
    for (let k = start; k < end; k++) found += ranking.labels[ranking.order[k] ?? 0] ?? 0;
    const precision = binomialInterval(found, end, confidence);
    if (precision.low >= minPrecision) sure = found;
    if (precision.high >= minPrecision) possible = found;
    start = end;
  }
  return {
    low: sure === 0 ? 0 : binomialInterval(sure, positives, confidence).low,
    high: binomialInterval(possible, positives, confidence).high,
  };
}
