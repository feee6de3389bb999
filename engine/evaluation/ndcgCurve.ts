import type { CardPlots } from '../../protocol/cardPlots.ts';
import { studentInterval } from '../statistics/studentInterval.ts';
import { meanLoss, relativeMeanLoss } from './meanLoss.ts';
import type { MetricParameters } from './metricParameters.ts';
import type { Predictions } from './predictions.ts';
import { queriesOf } from './queries.ts';
import { rankQuery } from './rankedQuery.ts';
import { ndcgOf } from './tiedOrders.ts';
import { pick, product } from './weights.ts';

const largestK = 50;

/** NDCG at each k up to the longest query, with the 95 % interval of a mean over queries. */
export function ndcgCurve(
  truth: Float64Array,
  predictions: Predictions,
  { relevantFrom, gain = 'linear', withoutRelevant = 'zero' }: MetricParameters,
): CardPlots['ndcg'] {
  const { values, weights } = predictions;
  const rows = queriesOf(truth, predictions).filter((own) => weights === undefined || (weights[own[0] ?? 0] ?? 0) > 0);
  const all = rows.map((own) => ({
    weight: weights?.[own[0] ?? 0] ?? 1,
    query: rankQuery(pick(truth, own), pick(values, own), { relevantFrom: relevantFrom ?? null, gain }),
  }));
  const asked = withoutRelevant === 'skip' ? all.filter(({ query }) => query.relevant > 0) : all;
  const longest = asked.reduce((most, { query }) => Math.max(most, query.rows), 0);
  const byQuery = weights && Float64Array.from(asked, ({ weight }) => weight);
  return Array.from({ length: Math.min(largestK, longest) }, (_, i) => {
    const found = Float64Array.from(asked, ({ query }) =>
      query.relevant === 0 ? Number(withoutRelevant === 'one') : ndcgOf(query, i + 1),
    );
    const mean = (byQuery ? relativeMeanLoss(product(found, byQuery), byQuery) : meanLoss(found))();
    const value = mean?.mean ?? 0;
    const ends = mean && mean.error !== null ? studentInterval(value, mean.error, asked.length - 1) : null;
    return { k: i + 1, value, low: Math.max(0, ends?.low ?? value), high: Math.min(1, ends?.high ?? value) };
  });
}
