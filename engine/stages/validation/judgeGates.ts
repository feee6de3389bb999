import { thresholdText } from '../../../words/threshold.ts';
import { fairnessName } from '../../evaluation/fairness/fairness.ts';
import { judgeGate, type GateBound, type GateOutcome, type Measured } from '../../evaluation/gates.ts';
import type { Estimate } from '../../evaluation/intervals.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import { metricNeeds, metricsFor } from '../../evaluation/metrics.ts';
import type { Task } from '../../evaluation/predictions.ts';
import type { ThresholdChoice } from '../../evaluation/threshold.ts';
import { defaultConfidence, type Evaluation } from './evaluateRows.ts';
import type { Champion } from './validationSubject.ts';

export interface JudgeRequest {
  gates: Readonly<Record<string, GateBound>>;
  task: Task;
  /** Test rows. */
  rows: number;
  evaluation: Evaluation;
  /** All metrics, those of speed and size among them. */
  performance: Readonly<Record<string, Estimate>>;
  champion: Champion;
  /** The thresholds of both models; null when one of them is not binary or there is no champion. */
  thresholds: Record<'own' | 'champion', { threshold: number | null; choice: ThresholdChoice }> | null;
}

/** Compares the metrics of a validation with the bounds of its gates. */
export function judgeGates(request: JudgeRequest): GateOutcome[] {
  return Object.entries(request.gates).map(([gate, bound]) => judgeGate(gate, bound, measure(request, gate, bound)));
}

function measure(request: JudgeRequest, gate: string, { at_confidence: asked }: GateBound): Measured {
  const { task, rows, evaluation, performance, champion, thresholds } = request;
  const metric = parseMetric(gate);
  const name = metric?.name ?? gate;
  const interval = evaluation.intervalOf(gate, asked ?? defaultConfidence);
  if (metric?.attribute) {
    const row = evaluation.fairness.find(
      ({ measure: measured, attribute }) => fairnessName(measured, attribute) === gate,
    );
    return row
      ? { kind: 'value', value: row.value, interval, n: rows }
      : { kind: 'no_value', n: rows, note: `\`${metric.attribute}\` gave no groups` };
  }
  if (metric?.champion) {
    if (champion.kind !== 'comparable') return { kind: champion.kind, n: null, note: champion.note };
    const value = evaluation.differences?.[name] ?? null;
    return value === null
      ? { kind: 'no_value', n: rows, note: 'the metric could not be computed' }
      : {
          kind: 'value',
          value,
          interval,
          n: rows,
          against: champion.version.version,
          note: comparedAt(name, thresholds),
        };
  }
  const estimate = performance[name];
  return estimate
    ? { kind: 'value', value: estimate.value, interval, n: estimate.n }
    : {
        kind: 'no_value',
        n: rows,
        note: !metricsFor(task).includes(name)
          ? `it is no metric of a ${task} model`
          : task === 'binary'
            ? 'the test rows hold only one class'
            : 'there are not enough test rows',
      };
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
