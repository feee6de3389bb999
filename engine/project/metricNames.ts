import { isLowerBetter } from '../../protocol/metricDirection.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { TrainStage } from './schema/trainStage.ts';

export type Task = 'binary' | 'multiclass' | 'regression';

const byTask: Record<Task, readonly string[]> = {
  binary: [
    'pr_auc',
    'roc_auc',
    'recall_at_precision',
    'accuracy',
    'balanced_accuracy',
    'precision',
    'recall',
    'f1',
    'log_loss',
    'brier',
    'ece',
  ],
  multiclass: ['accuracy', 'balanced_accuracy', 'macro_precision', 'macro_recall', 'macro_f1', 'log_loss'],
  regression: ['rmse', 'mae', 'r2'],
};
const everyTask = ['latency_p50_ms', 'latency_p95_ms', 'model_bytes'];
export const fairnessMeasures = [
  'demographic_parity_difference',
  'demographic_parity_ratio',
  'equalized_odds_difference',
  'equal_opportunity_difference',
] as const;

/** One line on each metric, for hovers and the reference. */
export const metricDocs: Record<string, string> = {
  pr_auc:
    'Average precision: the area under precision over recall, by steps, as scikit-learn computes it. 0 to 1, larger is better.',
  roc_auc: 'Area under the ROC curve. 0.5 is chance, larger is better.',
  recall_at_precision: 'Largest recall at which precision is at least `min_precision`. Larger is better.',
  accuracy: 'Share of right decisions. Larger is better.',
  balanced_accuracy: 'Mean recall over the classes. Larger is better.',
  precision: 'Share of positive decisions that are right. Larger is better.',
  recall: 'Share of positives that are found. Larger is better.',
  f1: 'Harmonic mean of precision and recall. Larger is better.',
  macro_precision: 'Mean precision over the classes. Larger is better.',
  macro_recall: 'Mean recall over the classes. Larger is better.',
  macro_f1: 'Mean F1 over the classes. Larger is better.',
  log_loss: 'Mean negative log-likelihood, natural logarithm. Smaller is better.',
  brier: 'Mean squared difference of score and outcome. Smaller is better.',
  ece: 'Expected calibration error over ten equal-count bins. Smaller is better.',
  rmse: 'Root of the mean squared error, in units of the target. Smaller is better.',
  mae: 'Mean absolute error, in units of the target. Smaller is better.',
  r2: 'Share of variance explained. Larger is better.',
  latency_p50_ms: 'Median time of one prediction, in milliseconds. Smaller is better.',
  latency_p95_ms: '95th percentile of the time of one prediction, in milliseconds. Smaller is better.',
  model_bytes: 'Size of the saved model, in bytes. Smaller is better.',
  demographic_parity_difference: 'Largest difference of selection rates between groups. Smaller is better.',
  demographic_parity_ratio: 'Smallest over largest selection rate of the groups. Larger is better.',
  equalized_odds_difference:
    'Larger of the differences of true and false positive rates between groups. Smaller is better.',
  equal_opportunity_difference: 'Largest difference of true positive rates between groups. Smaller is better.',
  error_rate: 'Share of requests that failed. Smaller is better.',
};

/** Metrics for which a smaller value is better. */
export function smallerIsBetter(metric: string): boolean {
  return metricDocs[parseMetric(metric)?.name ?? metric]?.includes('Smaller is better') ?? isLowerBetter(metric);
}

/** The metrics that validation computes; with no task known, those of any. */
export function metricsFor(task: Task | null, fairness = false): string[] {
  if (fairness) return [...fairnessMeasures];
  return [...new Set([...(task ? byTask[task] : Object.values(byTask).flat()), ...everyTask])];
}

/** The metrics that usually stand for a model of a task, the first before the others. */
export function usualMetrics(task: Task): readonly string[] {
  return { binary: ['pr_auc', 'roc_auc'], multiclass: ['macro_f1', 'accuracy'], regression: ['rmse', 'mae'] }[task];
}

/** `name`, `name[attribute]` and `name@champion`, taken apart; null when it is none of these. */
export function parseMetric(text: string): { name: string; attribute: string | null; champion: boolean } | null {
  const match = /^([a-z][a-z0-9_]*)(?:\[([^\]]+)\])?(@champion)?$/.exec(text);
  return match ? { name: match[1] ?? '', attribute: match[2] ?? null, champion: match[3] !== undefined } : null;
}

/** What stands after `@` in a metric when it is not `champion`; null when nothing wrong does. */
export function wrongAlias(text: string): string | null {
  const alias = /^[a-z][a-z0-9_]*(?:\[[^\]]+\])?@(\w*)$/.exec(text)?.[1];
  return alias === undefined || alias === 'champion' ? null : alias;
}

const shares = [
  'pr_auc',
  'roc_auc',
  'recall_at_precision',
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'f1',
  'macro_precision',
  'macro_recall',
  'macro_f1',
  'brier',
  'ece',
  'error_rate',
  'missing',
  ...fairnessMeasures,
];
const fromZero = ['log_loss', 'rmse', 'mae', 'latency_p50_ms', 'latency_p95_ms', 'model_bytes'];

/**
 * The smallest and largest value that a metric can have; of `name@champion` those of the difference. Null for a metric
 * that is not known.
 */
export function metricRange(text: string): [min: number, max: number] | null {
  const metric = parseMetric(text);
  const range = metric && rangeOf(metric.name);
  if (!range || !metric.champion) return range;
  return [range[0] - range[1], range[1] - range[0]];
}

function rangeOf(name: string): [number, number] | null {
  if (shares.includes(name)) return [0, 1];
  if (fromZero.includes(name)) return [0, Number.POSITIVE_INFINITY];
  return name === 'r2' ? [Number.NEGATIVE_INFINITY, 1] : null;
}

/** What a train stage learns, from the type and categories of its target; null when the schema does not tell. */
export function taskOf(stage: TrainStage, schema: DatasetSchema | null): Task | null {
  if (stage.with.model === 'linear') return 'regression';
  const target = schema?.fields.find((field) =>
    stage.with.target === undefined ? field.loopwright?.role === 'target' : field.name === stage.with.target,
  );
  if (!target) return null;
  if (target.type === 'boolean' || target.loopwright?.positive !== undefined) return 'binary';
  const classes = target.categories?.length ?? target.constraints?.enum?.length;
  if (classes !== undefined) return classes === 2 ? 'binary' : 'multiclass';
  if (target.type === 'string') return 'multiclass';
  return target.type === 'number' || target.type === 'integer' ? 'regression' : null;
}
