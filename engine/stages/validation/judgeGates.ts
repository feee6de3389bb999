import { thresholdText } from '../../../words/threshold.ts';
import { fewestRows } from '../../evaluation/fewestRows.ts';
import { judgeGate, type GateBound, type GateOutcome, type Measured } from '../../evaluation/gates.ts';
import type { Estimate } from '../../evaluation/intervals.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import { measureNamed, metricNeeds, metricsFor, modelMeasures } from '../../evaluation/metrics.ts';
import type { sliceMeasurer } from '../../evaluation/sliceGates.ts';
import type { Task } from '../../evaluation/predictions.ts';
import type { ThresholdChoice } from '../../evaluation/threshold.ts';
import { defaultConfidence, type Evaluation } from './evaluateRows.ts';
import type { robustnessMeasurer } from './robustness/robustnessGates.ts';
import type { Champion } from './validationSubject.ts';

export interface JudgeRequest {
  gates: Readonly<Record<string, GateBound>>;
  task: Task;
  evaluation: Evaluation;
  /** All metrics, those of speed and size among them. */
  performance: Readonly<Record<string, Estimate>>;
  /** Measures a metric of one slice, or of the worst of a grouping; null for any other name. */
  measureSlice?: ReturnType<typeof sliceMeasurer> | undefined;
  /** Measures what changed rows do to the model; null for any other name. */
  measureChanged?: ReturnType<typeof robustnessMeasurer> | undefined;
  champion: Champion;
  /** The thresholds of both models; null when one of them is not binary or there is no champion. */
  thresholds: Record<'own' | 'champion', { threshold: number | null; choice: ThresholdChoice }> | null;
}

/** Compares the metrics of a validation with the bounds of its gates. */
export function judgeGates(request: JudgeRequest): GateOutcome[] {
  return Object.entries(request.gates).map(([gate, bound]) => judgeGate(gate, bound, measure(request, gate, bound)));
}

function measure(request: JudgeRequest, gate: string, { at_confidence: asked }: GateBound): Measured {
  const { task, evaluation, performance, champion, thresholds } = request;
  const { n } = evaluation;
  const metric = parseMetric(gate);
  const name = metric?.name ?? gate;
  const interval = evaluation.intervalOf(gate, asked ?? defaultConfidence);
  const confidence = { confidence: asked ?? defaultConfidence, isAsked: asked !== undefined };
  const named =
    request.measureChanged?.(gate, confidence) ??
    evaluation.measureFairness(gate, confidence) ??
    request.measureSlice?.(gate, confidence);
  if (named) return named;
  const isJudgedByInterval = asked !== undefined && interval !== null;
  if (metric?.attribute && !metric.champion)
    return { kind: 'no_value', n, note: `\`${metric.attribute}\` gave no groups` };
  if (metric?.champion) {
    if (champion.kind !== 'comparable') return { kind: champion.kind, n: null, note: champion.note };
    const value = evaluation.differences?.[name] ?? null;
    if (value === null) return { kind: 'no_value', n, note: 'the metric could not be computed' };
    const few = tooFew(task, evaluation, name);
    if (few) return few;
    if (asked !== undefined && interval === null)
      return { kind: 'too_few_rows', n, note: 'the test rows do not show how far the difference may be from this one' };
    const against = champion.version.version;
    return { kind: 'value', value, interval, n, against, note: comparedAt(name, thresholds) };
  }
  const estimate = performance[name];
  if (estimate) {
    const isOfModel = modelMeasures.some((measured) => measured.name === name);
    const few = isOfModel ? null : tooFew(task, evaluation, name);
    const isOneClass = evaluation.rowsBehind(name) === 0;
    if (few && (isOneClass || !isJudgedByInterval)) return few;
    return { kind: 'value', value: estimate.value, interval, n: estimate.n };
  }
  return {
    kind: 'no_value',
    n,
    note: !metricsFor(task).includes(name)
      ? `it is no metric of a ${task} model`
      : (evaluation.undefinedMetrics[name] ??
        (task === 'binary' ? 'the test rows hold only one class' : 'there are not enough test rows')),
  };
}

const kinds = {
  positives: 'positive rows',
  negatives: 'negative rows',
  rarer: 'rows of the rarer class',
  decided: 'positive decisions',
  all: 'rows',
};

/** The refusal of a metric that too few test rows are behind; null when there are enough. */
function tooFew(task: Task, { n, rowsBehind }: Evaluation, name: string): Measured | null {
  const behind = rowsBehind(name);
  if (behind >= fewestRows) return null;
  const of =
    task === 'ranking' ? 'queries' : task === 'binary' ? kinds[measureNamed(name)?.behind ?? 'all'] : kinds.all;
  const note =
    behind === 0 && (task === 'binary' || task === 'multiclass') && n > 0
      ? 'the test rows hold only one class'
      : `${behind} ${of} are behind it; a value needs ${fewestRows}, or a gate \`at_confidence\``;
  return { kind: 'too_few_rows', n, note };
}

/** The rule at which a metric of decisions compares two models; empty for any other metric. */
function comparedAt(name: string, thresholds: JudgeRequest['thresholds']): string {
  if (!thresholds || metricNeeds(name) !== 'threshold') return '';
  const { own, champion } = thresholds;
  const at = `${shown(own.threshold)}, the champion's ${shown(champion.threshold)}`;
  return own.choice.kind === 'decided' || champion.choice.kind === 'decided'
    ? `threshold ${at}: a model that decides by itself keeps its decisions`
    : `both thresholds by one rule, ${thresholdText(own.choice)}: ${at}`;
}

function shown(threshold: number | null): string {
  return threshold === null ? 'none' : String(Number(threshold.toPrecision(4)));
}
