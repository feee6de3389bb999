import { checkCancelled } from '../../base/errors.ts';
import { prepareBoth, prepareMetrics, type EvaluationOptions, type Metrics } from '../../evaluation/evaluate.ts';
import {
  fairnessGroups,
  fairnessResults,
  fairnessRows,
  measureFairness,
  type FairnessGroups,
  type FairnessResult,
} from '../../evaluation/fairness/fairness.ts';
import { fairnessInput } from '../../evaluation/fairness/fairnessInput.ts';
import type { Measured } from '../../evaluation/gates.ts';
import { estimate, resample, type Estimate, type Interval, type Resampled } from '../../evaluation/intervals.ts';
import { groupingName } from '../../evaluation/grouping.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import type { AskedConfidence } from '../../evaluation/sliceGates.ts';
import { pairedInterval } from '../../evaluation/pairedInterval.ts';
import type { GroupedRows } from './groupTestRows.ts';
import type { ScoredRows } from './scoreRows.ts';

/** The metrics of the test rows, with everything that intervals and gates need. */
export interface Evaluation {
  /** Test rows with a true value and a prediction. */
  n: number;
  /** The rows that a metric is about, such as the positives for the recall. */
  rowsBehind: (name: string) => number;
  values: Metrics;
  /** The difference of each metric to the champion; null when there is none to compare with. */
  differences: Metrics | null;
  performance: Record<string, Estimate>;
  /** The metrics without a value, and when that is so, as half a sentence. */
  undefinedMetrics: Record<string, string>;
  fairness: FairnessResult[];
  fairnessGroups: FairnessGroups[];
  /** What a gate compares of a fairness measure; null for any other name. */
  measureFairness: (gate: string, asked: AskedConfidence) => Measured | null;
  /** The interval of a metric or of `metric@champion`; null where there is none. */
  intervalOf: (name: string, confidence: number) => Interval | null;
}

/** The confidence of intervals where nobody asks for another. */
export const defaultConfidence = 0.95;

export interface EvaluationRequest {
  test: ScoredRows;
  options: EvaluationOptions;
  championThreshold: number | null;
  /** Protected attributes. */
  attributes: readonly GroupedRows[];
  seed: number;
  signal: AbortSignal;
}

export function evaluateRows(request: EvaluationRequest): Evaluation {
  const { test, options, championThreshold, attributes, seed, signal } = request;
  const { truth, predictions, champion } = test;
  const own = { predictions, options };
  const [prepared, compared] = champion
    ? prepareBoth(truth, own, { predictions: champion, options: { ...options, threshold: championThreshold } })
    : [prepareMetrics(truth, predictions, options), null];
  const input = attributes.length === 0 ? null : fairnessInput(truth, predictions, options);
  const byAttribute = input
    ? attributes.map(({ grouping, groups }) => fairnessRows(groupingName(grouping), groups, input))
    : [];
  const differencesOf = (values: Metrics, champion: Metrics): Metrics =>
    Object.fromEntries(Object.keys(values).map((key) => [key, difference(values[key], champion[key])]));
  const values = prepared.values();
  const resampled = resample({ ...prepared.draws, seed }, (weights) => {
    checkCancelled(signal);
    const statistics = prepared.statistics(weights);
    const rival = compared?.statistics(weights);
    if (rival)
      for (const [key, value] of Object.entries(rival)) {
        statistics[ofChampion + key] = value;
        const gap = difference(statistics[key], value);
        if (gap !== null) statistics[ofDifference + key] = gap;
      }
    return statistics;
  });
  const comparison = compared && {
    own: { prepared, resampled },
    rival: { prepared: compared, resampled: partOf(resampled, ofChampion) },
    differences: partOf(resampled, ofDifference),
  };
  const performance: Record<string, Estimate> = {};
  for (const [key, value] of Object.entries(values))
    if (value !== null) {
      const share = prepared.largestShare(key);
      performance[key] = {
        ...estimate(value, prepared.n, prepared.intervalOf(key, resampled, defaultConfidence)),
        behind: prepared.rowsBehind(key),
        ...(prepared.effective !== null && { effective: prepared.effective }),
        ...(share !== null && { largestShare: share }),
      };
    }
  return {
    n: prepared.n,
    rowsBehind: prepared.rowsBehind,
    values,
    differences: compared ? differencesOf(values, compared.values()) : null,
    performance,
    undefinedMetrics: Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === null ? [[key, prepared.undefinedWhen(key)]] : [])),
    ),
    fairness: byAttribute.flatMap((attribute) => fairnessResults(attribute, defaultConfidence)),
    fairnessGroups: byAttribute.map((attribute) => fairnessGroups(attribute, defaultConfidence)),
    measureFairness: (gate, asked) => measureFairness(byAttribute, gate, asked),
    intervalOf: (name, confidence) => {
      const metric = parseMetric(name);
      return metric?.champion
        ? comparison && pairedInterval(comparison, metric.name, confidence)
        : prepared.intervalOf(name, resampled, confidence);
    },
  };
}

/** The keys of the champion's statistics, and of the differences to them, in the resamples that both models share. */
const ofChampion = 'champion: ';
const ofDifference = 'difference: ';

function partOf(resampled: Resampled, prefix: string): Resampled {
  return new Map(
    [...resampled].flatMap(([key, values]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), values]] : [])),
  );
}

function difference(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : a - b;
}
