import type { DriftWindow, Expectation, ExpectationState, MeasuredValue } from '../../protocol/drift.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import { binomialInterval } from '../statistics/binomialInterval.ts';

/** Default of `window.min_rows`. */
export const fewestRows = 100;
/** Default of `labels.min`; docs/monitoring.md derives it. */
export const fewestLabels = 50;
/** Requests that the latency and the share of errors need; their intervals are exact for any number. */
const fewestRequests = 20;
/** Labels of the rarer class that a metric of both classes needs. */
const fewestOfClass = 10;
/** Labels that a metric without an interval needs: its value alone decides. */
const fewestWithoutInterval = 1000;
/** Metrics of a binary model that labels of one class are enough for. */
const ofAnyClass: ReadonlySet<string> = new Set(['accuracy', 'log_loss', 'brier', 'ece']);

/** The measurements of a window that its expectations are held against. */
export interface WindowMeasurements {
  rows: number;
  /** Rows that any version answered. */
  answered: number;
  errors: number;
  /** Realised performance by metric, with intervals. */
  performance: ReadonlyMap<string, MeasuredValue>;
  labelled: number;
  /** Labels of the rarer class of a binary target; null for other tasks. */
  rarerLabels: number | null;
  /** The 0.95 quantile of the latencies; null without latencies. */
  latency: MeasuredValue | null;
  values: DriftWindow['values'];
  /** Whether labels had their time to arrive. */
  labelsAreDue: boolean;
  /** Whether there are labels at all: a dataset of them, or true values beside the predictions. */
  hasLabels: boolean;
}

/**
 * Holds each expectation of a monitor against a window. It is broken only when the 95 % interval of the value is
 * outside the bound, so that at most 2.5 % of the windows of a model that is exactly at its bound break it.
 */
export function judgeExpectations(monitor: MonitorConfig, measured: WindowMeasurements): Expectation[] {
  return Object.entries(monitor.expect ?? {}).map(([metric, { min = null, max = null }]) => {
    const found = measure(metric, monitor, measured);
    const { value, low, high, n, of, needed, rarer } = found;
    return { metric, min, max, state: stateOf(found, { min, max }, measured), value, low, high, n, of, needed, rarer };
  });
}

type Found = Omit<Expectation, 'metric' | 'min' | 'max' | 'state'>;

function measure(metric: string, { window, labels }: MonitorConfig, measured: WindowMeasurements): Found {
  const { rows, answered, errors, values, latency, performance, labelled, rarerLabels } = measured;
  const minRows = window.min_rows ?? fewestRows;
  if (metric === 'latency_p95_ms') return { ...orNulls(latency), of: 'requests', needed: fewestRequests, rarer: null };
  if (metric === 'error_rate')
    return { ...shareOf(errors, answered + errors), of: 'requests', needed: fewestRequests, rarer: null };
  const column = /^missing\[(.+)\]$/.exec(metric)?.[1];
  if (column !== undefined) {
    const share = values.find((value) => value.column === column)?.missingCurrent ?? null;
    const found = share === null ? { ...orNulls(null), n: rows } : shareOf(Math.round(share * rows), rows);
    return { ...found, of: 'rows', needed: minRows, rarer: null };
  }
  const found = performance.get(metric) ?? null;
  const least = labels?.min ?? fewestLabels;
  return {
    ...orNulls(found),
    n: labelled,
    of: 'labels',
    needed: found !== null && found.low === null ? Math.max(least, fewestWithoutInterval) : least,
    rarer:
      rarerLabels === null || ofAnyClass.has(metric)
        ? null
        : { n: rarerLabels, needed: Math.min(least, fewestOfClass) },
  };
}

function stateOf(
  { value, low, high, n, of, needed, rarer }: Found,
  { min, max }: Pick<Expectation, 'min' | 'max'>,
  { labelsAreDue, hasLabels }: WindowMeasurements,
): ExpectationState {
  if (of === 'labels') {
    if (!hasLabels) return 'no value';
    if (!labelsAreDue) return 'waiting';
  }
  if (n < needed) return n === 0 && of !== 'labels' ? 'no value' : 'too few';
  if (rarer !== null && rarer.n < rarer.needed) return 'too few';
  if (value === null) return 'no value';
  const isBelow = (end: number | null) => min !== null && end !== null && end < min;
  const isAbove = (end: number | null) => max !== null && end !== null && end > max;
  if (!isBelow(value) && !isAbove(value)) return 'met';
  const hasInterval = low !== null || high !== null;
  return hasInterval && !isBelow(high) && !isAbove(low) ? 'uncertain' : 'broken';
}

function orNulls(found: MeasuredValue | null): Pick<Found, 'value' | 'low' | 'high' | 'n'> {
  return found ?? { value: null, low: null, high: null, n: 0 };
}

function shareOf(count: number, n: number): Pick<Found, 'value' | 'low' | 'high' | 'n'> {
  return n === 0 ? orNulls(null) : { value: count / n, ...binomialInterval(count, n), n };
}
