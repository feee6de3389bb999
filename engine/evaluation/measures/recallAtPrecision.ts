import { incompleteBeta } from '../../statistics/betaTail.ts';
import { binomialInterval } from '../../statistics/binomialInterval.ts';
import type { Interval } from '../intervals.ts';
import type { Ranking } from '../ranking.ts';
import type { BinaryRows, Measure } from './measure.ts';

export const recallAtPrecision: Measure = {
  name: 'recall_at_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Largest recall at which precision is at least `min_precision`.',
  source: 'scikit-learn precision_recall_curve',
  needs: 'min_precision',
  behind: 'positives',
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

/**
 * The recall where the interval of the precision is above the wanted one, and where it reaches it: a threshold may
 * reach the precision by chance. The resamples add that the threshold varies.
 */
function intervalOfRecall({ ranking, minPrecision }: BinaryRows, confidence: number): Interval | null {
  const found = new Uint32Array(ranking.groupEnds.length);
  let positives = 0;
  for (const [group, end] of ranking.groupEnds.entries()) {
    for (let k = ranking.groupEnds[group - 1] ?? 0; k < end; k++)
      positives += ranking.labels[ranking.order[k] ?? 0] ?? 0;
    found[group] = positives;
  }
  if (positives === 0) return null;
  const tail = (1 - confidence) / 2;
  // The largest recall whose precision has an interval above the wanted one, by the exact test of the wanted one.
  const most = (holds: (right: number, decided: number) => boolean) =>
    found.findLast((right, group) => {
      const decided = ranking.groupEnds[group] ?? 0;
      const away =
        (right / decided - minPrecision) / Math.sqrt((minPrecision * (1 - minPrecision) + 1 / decided) / decided);
      return away > -farAway && holds(right, decided);
    }) ?? 0;
  const sure = most(
    (right, decided) =>
      right > 0 && right / decided >= minPrecision && incompleteBeta(minPrecision, right, decided - right + 1) <= tail,
  );
  const possible = most(
    (right, decided) => right === decided || incompleteBeta(minPrecision, right + 1, decided - right) <= 1 - tail,
  );
  return {
    low: sure === 0 ? 0 : binomialInterval(sure, positives, confidence).low,
    high: binomialInterval(possible, positives, confidence).high,
  };
}

/** Standard errors below the wanted precision from which on no exact test is needed. */
const farAway = 12;
