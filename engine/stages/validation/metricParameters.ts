import { WorkError } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { defaultRankingK, type Costs, type MetricParameters } from '../../evaluation/metricParameters.ts';
import type { PredictorMeta } from '../../models/predictor.ts';
import type { Validation } from '../../project/schema/validateStage.ts';

/** The parameters of metrics that a validation declares. Throws WorkError where costs name a class that there is not. */
export function metricParameters(inputs: Validation, meta: Pick<PredictorMeta, 'task' | 'classes'>): MetricParameters {
  const { beta, top_k: topK, at_k, top_share: topShare, quantile } = inputs;
  const { relevant_from: relevantFrom, gain, queries_without_relevant: withoutRelevant } = inputs;
  const atK = at_k ?? (meta.task === 'ranking' ? defaultRankingK : undefined);
  const ofRanking = meta.task === 'ranking' ? { relevantFrom, gain, withoutRelevant } : {};
  return { ...ofRanking, beta, topK, atK, topShare, quantile, costs: costsOf(inputs.costs, meta) };
}

function costsOf(
  costs: Validation['costs'],
  { task, classes }: Pick<PredictorMeta, 'task' | 'classes'>,
): Costs | undefined {
  if (costs === undefined || (task !== 'binary' && task !== 'multiclass')) return undefined;
  if (typeof costs['false_positive'] === 'number') {
    if (task !== 'binary')
      throw problem(
        `\`costs\` are those of a binary model, and this one has ${classes.length} classes. Write them by true and decided class: \`{ ${classes[0] ?? 'a'}: { ${classes[1] ?? 'b'}: 1 } }\`.`,
      );
    const of = (key: string) => {
      const value = (costs as Record<string, unknown>)[key];
      return typeof value === 'number' ? value : 0;
    };
    return [
      [of('true_negative'), of('false_positive')],
      [of('false_negative'), of('true_positive')],
    ];
  }
  const matrix = classes.map(() => classes.map(() => 0));
  const indexOf = (name: string) => {
    const index = classes.indexOf(name);
    if (index < 0)
      throw problem(
        `\`costs\` names the class \`${name}\`, which the target does not have; it has ${classes.slice(0, 20).join(', ')}.${suggestion(name, classes)}`,
      );
    return index;
  };
  for (const [truth, byDecided] of Object.entries(costs as Record<string, Record<string, number>>)) {
    const row = matrix[indexOf(truth)];
    for (const [decided, cost] of Object.entries(byDecided)) if (row) row[indexOf(decided)] = cost;
  }
  return matrix;
}

function problem(message: string): WorkError {
  return new WorkError(message, { place: { file: 'loopwright.yaml' } });
}
