import { incompleteBeta } from '../../statistics/betaTail.ts';
import { classSizes, type BinaryRows } from '../binaryRows.ts';
import type { Interval } from '../intervals.ts';
import type { Ranking } from '../ranking.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

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
function intervalOfRecall(rows: BinaryRows, confidence: number): Interval | null {
  const { ranking, minPrecision, weights, squares } = rows;
  const groups = ranking.groupEnds.length;
  // The positives found down to each group, and the rows decided as positive, as rows of equal weight.
  const found = new Float64Array(groups);
  const right = new Float64Array(groups);
  const decided = new Float64Array(groups);
  let [positives, seen, squared] = [0, 0, 0];
  for (const [group, end] of ranking.groupEnds.entries()) {
    for (let k = ranking.groupEnds[group - 1] ?? 0; k < end; k++) {
      const row = ranking.order[k] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      seen += weight;
      squared += squares ? (squares[row] ?? 0) : weight;
      if (ranking.labels[row] === 1) positives += weight;
    }
    const each = squared > 0 ? seen / squared : 1;
    found[group] = positives;
    right[group] = positives * each;
    decided[group] = seen * each;
  }
  if (positives === 0) return null;
  const tail = (1 - confidence) / 2;
  // The largest recall whose precision has an interval above the wanted one, by the exact test of the wanted one.
  const most = (holds: (right: number, decided: number) => boolean) => {
    for (let group = groups - 1; group >= 0; group--) {
      const [rightly, all] = [right[group] ?? 0, decided[group] ?? 0];
      const away = (rightly / all - minPrecision) / Math.sqrt((minPrecision * (1 - minPrecision) + 1 / all) / all);
      if (away > -farAway && holds(rightly, all)) return found[group] ?? 0;
    }
    return 0;
  };
  const sure = most(
    (rightly, all) =>
      rightly > 0 && rightly / all >= minPrecision && incompleteBeta(minPrecision, rightly, all - rightly + 1) <= tail,
  );
  const possible = most(
    (rightly, all) => rightly >= all || incompleteBeta(minPrecision, rightly + 1, all - rightly) <= 1 - tail,
  );
  const { weight, squares: squaresOf } = classSizes(rows)[0];
  return {
    low: sure === 0 ? 0 : (shareInterval(sure, weight, confidence, squaresOf)?.low ?? 0),
    high: shareInterval(possible, weight, confidence, squaresOf)?.high ?? 1,
  };
}

/** Standard errors below the wanted precision from which on no exact test is needed. */
const farAway = 12;
