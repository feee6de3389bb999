import { isLowerBetter } from '../../protocol/metricDirection.ts';
import { fairnessMeasures } from './fairness/fairnessMeasures.ts';
import { measures } from './measures.ts';
import type { Measure, MetricDescription } from './measures/measure.ts';
import { latencyP50, latencyP95, modelBytes, predictP50, predictP95 } from './measures/modelMeasures.ts';
import { robustnessMeasures } from './measures/robustnessMeasures.ts';
import { parseMetric } from './metricName.ts';
import type { Task } from './predictions.ts';

/** Metrics of a saved model, whatever its task. */
export const modelMeasures: readonly MetricDescription[] = [latencyP50, latencyP95, predictP50, predictP95, modelBytes];

/** The share of requests that failed: a monitor computes it, validation does not. */
const errorRate: MetricDescription = {
  name: 'error_rate',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Share of requests that failed.',
  source: 'measured: the prediction log',
};

const described = new Map<string, MetricDescription>(
  [...measures, ...modelMeasures, ...fairnessMeasures, ...robustnessMeasures, errorRate].map((metric) => [
    metric.name,
    metric,
  ]),
);

/** The metric of a name, without attribute and alias; undefined when it is not known. */
export function metricOf(name: string): MetricDescription | undefined {
  return described.get(name);
}

/** A few sentences on a metric, for hovers, completion and the reference; undefined when it is not known. */
export function metricDocs(name: string): string | undefined {
  const metric = metricOf(name);
  return metric && `${metric.docs} ${metric.direction === 'larger' ? 'Larger' : 'Smaller'} is better.`;
}

/** Whether a smaller value of a metric is better; that of an unknown metric is guessed from its name. */
export function smallerIsBetter(metric: string): boolean {
  const known = metricOf(parseMetric(metric)?.name ?? metric);
  return known ? known.direction === 'smaller' : isLowerBetter(metric);
}

/** The names of the metrics that validation computes from predictions; without a task, those of any. */
export function predictionMetrics(task: Task | null): string[] {
  return measures.filter((measure) => task === null || measure[task] !== undefined).map(({ name }) => name);
}

/** The names of all metrics that validation gives without an attribute; without a task, those of any. */
export function metricsFor(task: Task | null): string[] {
  return [...predictionMetrics(task), ...modelMeasures.map(({ name }) => name)];
}

/** The names of the fairness measures. */
export const fairnessNames: readonly string[] = fairnessMeasures.map(({ name }) => name);

/** Whether validation gives an interval with a metric. */
export function hasInterval(name: string): boolean {
  return (
    fairnessNames.includes(name) ||
    robustnessMeasures.some((measure) => measure.name === name && measure.range[1] === 1) ||
    measures.some((measure) => measure.name === name && measure.resampled !== false)
  );
}

/** The further input of a metric besides truth and predictions; undefined when it has none. */
export function metricNeeds(name: string): Measure['needs'] {
  return measureNamed(name)?.needs;
}

/** The metric of predictions of a name; undefined when there is none. */
export function measureNamed(name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}

/** The metrics that usually stand for a model of a task, the best first. */
export function usualMetrics(task: Task): readonly string[] {
  return {
    binary: ['pr_auc', 'roc_auc'],
    multiclass: ['macro_f1', 'accuracy'],
    multilabel: ['micro_f1', 'macro_pr_auc'],
    regression: ['rmse', 'mae'],
    ranking: ['ndcg_at_k', 'ndcg'],
  }[task];
}

/**
 * The smallest and largest value that a metric can have, or `missing[column]` of a monitor; of `name@champion` and
 * `name{test}@clean` those of the difference. Null for a metric that is not known.
 */
export function metricRange(text: string): readonly [min: number, max: number] | null {
  const metric = parseMetric(text);
  if (!metric) return null;
  const range = metric.name === 'missing' ? ([0, 1] as const) : (metricOf(metric.name)?.range ?? null);
  if (!range || !(metric.champion || metric.clean)) return range;
  return [range[0] - range[1], range[1] - range[0]];
}
