import type { Ranking } from '../ranking.ts';
import type { Measure } from './measure.ts';

export const recallAtPrecision: Measure = {
  name: 'recall_at_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Largest recall at which precision is at least `min_precision`.',
  source: 'scikit-learn precision_recall_curve',
  needs: 'min_precision',
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
