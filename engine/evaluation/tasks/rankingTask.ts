import type { EvaluationOptions } from '../evaluationOptions.ts';
import type { Measure } from '../measures/measure.ts';
import { hasParameter } from '../measures/measure.ts';
import type { Predictions } from '../predictions.ts';
import type { QueryMeans, ValueOfQuery } from '../queryMeans.ts';
import { queriesOf } from '../queries.ts';
import { rankQuery, type RankedQuery } from '../rankedQuery.ts';
import type { TaskRows } from '../taskRows.ts';
import { effectiveRows, pick } from '../weights.ts';

/**
 * Rows of queries, each with a relevance and a score. Queries are what is counted, weighted and drawn; the weight of a
 * query is that of its first row.
 */
export function rankingTask(
  truth: Float64Array,
  predictions: Predictions,
  { parameters = {} }: EvaluationOptions,
): TaskRows<QueryMeans> {
  const { relevantFrom = null, gain = 'linear', withoutRelevant = 'zero' } = parameters;
  const { values, weights } = predictions;
  const groups = queriesOf(truth, predictions);
  const ranked = groups.map((rows): RankedQuery | null => {
    const isCounted = weights === undefined || (weights[rows[0] ?? 0] ?? 0) > 0;
    if (!isCounted || rows.length === 0) return null;
    const query = rankQuery(pick(truth, rows), pick(values, rows), { relevantFrom, gain });
    return withoutRelevant === 'skip' && query.relevant === 0 ? null : query;
  });
  const kept = Uint32Array.from([...ranked.keys()].filter((q) => ranked[q] !== null));
  const queries = ranked.filter((query) => query !== null);
  const own = weights && Float64Array.from(kept, (q) => weights[groups[q]?.[0] ?? 0] ?? 0);
  const known = new Map<ValueOfQuery, Float64Array>();
  const valuesOf = (of: ValueOfQuery) => {
    const found =
      known.get(of) ??
      Float64Array.from(queries, (query) =>
        query.relevant === 0 ? Number(withoutRelevant === 'one') : of(query, parameters),
      );
    known.set(of, found);
    return found;
  };
  const size = queries.length;
  const effective = own ? effectiveRows(own) : null;
  return {
    rowsGiven: groups.length,
    size,
    effective,
    weights: own,
    keep: (all) => (kept.length === groups.length ? all : pick(all, kept)),
    parameters,
    usuallyUndefinedWhen: 'no query is left to measure',
    formula: (measure: Measure) => (hasParameter(measure, parameters) ? measure.ranking : undefined),
    rows: (rowWeights) => ({ mean: (of) => meanOf(valuesOf(of), rowWeights) }),
    losses: ({ loss }) => loss?.ranking && valuesOf(loss.ranking).map((value) => 1 - value),
    interval: () => undefined,
    hits: () => null,
    behind: () => effective ?? size,
  };
}

function meanOf(values: Float64Array, weights: ArrayLike<number> | undefined): number | null {
  let [sum, all] = [0, 0];
  for (let q = 0; q < values.length; q++) {
    const weight = weights ? (weights[q] ?? 0) : 1;
    sum += weight * (values[q] ?? 0);
    all += weight;
  }
  return all === 0 ? null : sum / all;
}
