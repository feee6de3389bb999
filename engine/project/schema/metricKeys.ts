import { Type } from 'typebox';
import type { MetricParameters } from '../../evaluation/metricParameters.ts';
import type { Task } from '../../evaluation/predictions.ts';
import { closed } from './fields.ts';

const cost = (of: string) => Type.Number({ description: `Cost of one ${of}, in any unit; a gain is negative.` });

const BinaryCosts = Type.Object(
  {
    false_positive: cost('false positive'),
    false_negative: cost('false negative'),
    true_positive: Type.Optional(cost('true positive')),
    true_negative: Type.Optional(cost('true negative')),
  },
  { ...closed, description: 'Costs of the decisions of a binary model. Right decisions cost 0 by default.' },
);

const ClassCosts = Type.Record(
  Type.String(),
  Type.Record(Type.String(), Type.Number({ description: 'Cost of a row of the true class that is decided so.' })),
  { description: 'Costs by true class and decided class: `{ cat: { dog: 3 } }`. A pair that is not named costs 0.' },
);

/** The keys of a validation that metrics read. */
export const metricKeys = {
  sample_weight: Type.Optional(
    Type.String({
      format: 'column',
      description:
        'Column of numbers from 0 that say how much each row counts: every metric, interval and threshold is weighted, as by `sample_weight` of scikit-learn. A row of weight 0 is left out.',
    }),
  ),
  beta: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'How much more recall counts than precision in `f_beta`.' }),
  ),
  top_k: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Classes that `top_k_accuracy` looks among. Default 2.' }),
  ),
  at_k: Type.Optional(
    Type.Integer({
      minimum: 1,
      description:
        'Rows with the highest scores that `precision_at_k` and `recall_at_k` look at; of a ranking, rows of each query, default 10.',
    }),
  ),
  top_share: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the rows with the highest scores that `lift` looks at. Default 0.1.',
    }),
  ),
  quantile: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'The quantile that the predictions are of, for `quantile_loss`.',
    }),
  ),
  relevant_from: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description:
        'Of a ranking: a row is relevant from this relevance on, for all metrics but NDCG. Default: above 0.',
    }),
  ),
  gain: Type.Optional(
    Type.Enum(['linear', 'exponential'], {
      description:
        'Of a ranking: what a relevance gains in NDCG. linear: itself, as in scikit-learn and trec_eval. exponential: 2^relevance − 1, as in LightGBM and XGBoost. Default linear.',
    }),
  ),
  queries_without_relevant: Type.Optional(
    Type.Enum(['zero', 'one', 'skip'], {
      description:
        'Of a ranking: what a query without a relevant row counts. zero: 0, as in scikit-learn and trec_eval. one: 1, as in LightGBM and XGBoost. skip: it is left out. Default zero.',
    }),
  ),
  costs: Type.Optional(
    Type.Union([BinaryCosts, ClassCosts], {
      description:
        'What decisions cost, for the metric `cost` and the rule `threshold: lowest_cost`: `{ false_positive: 1, false_negative: 20 }`, or by true and decided class, `{ cat: { dog: 3 } }`.',
    }),
  ),
};

/** The key of each parameter that a metric may need. */
export const parameterKeys = {
  beta: 'beta',
  topK: 'top_k',
  atK: 'at_k',
  topShare: 'top_share',
  quantile: 'quantile',
  costs: 'costs',
  relevantFrom: 'relevant_from',
  gain: 'gain',
  withoutRelevant: 'queries_without_relevant',
} as const satisfies Record<keyof MetricParameters, keyof typeof metricKeys>;

const targetTasks = ['binary', 'multiclass', 'regression'] as const;

/** The tasks that read a key. */
export const keyTasks = {
  threshold: ['binary', 'multilabel'],
  min_precision: ['binary'],
  beta: ['binary'],
  top_share: ['binary'],
  at_k: ['binary', 'ranking'],
  relevant_from: ['ranking'],
  gain: ['ranking'],
  queries_without_relevant: ['ranking'],
  top_k: ['multiclass'],
  quantile: ['regression'],
  costs: ['binary', 'multiclass'],
  fairness: targetTasks,
  importance: targetTasks,
  find_slices: targetTasks,
} as const satisfies Record<string, readonly Task[]>;
