import type { GateResult } from '../../protocol/runs.ts';
import { parseMetric } from './metricName.ts';
import type { Interval } from './intervals.ts';

/** A bound as a project declares it. */
export interface GateBound {
  min?: number | undefined;
  max?: number | undefined;
  at_confidence?: number | undefined;
}

export interface Measured {
  value: number | null;
  /** At the gate's confidence; null when no interval is computed for this metric. */
  interval: Interval | null;
  n: number | null;
  /** Why there is no value. */
  note: string;
  /** The version that a difference is taken from. */
  against?: number;
}

/** Holds a measured value against a bound. With `at_confidence` the end of the interval that is worse is compared. */
export function judgeGate(gate: string, bound: GateBound, measured: Measured): GateResult {
  const { min = null, max = null, at_confidence: atConfidence = null } = bound;
  const base = {
    gate,
    min,
    max,
    atConfidence,
    n: measured.n,
    value: measured.value,
    ...(measured.against === undefined ? {} : { against: measured.against }),
  };
  if (measured.value === null) {
    const noChampion = parseMetric(gate)?.champion === true && measured.note === noChampionNote;
    return { ...base, bound: null, passed: noChampion, note: measured.note || 'the metric could not be computed' };
  }
  const useInterval = atConfidence !== null && measured.interval !== null;
  const low = useInterval ? (measured.interval?.low ?? measured.value) : measured.value;
  const high = useInterval ? (measured.interval?.high ?? measured.value) : measured.value;
  const passed = (min === null || low >= min) && (max === null || high <= max);
  const note =
    atConfidence !== null && !useInterval
      ? 'no interval is computed for this metric; the value itself was compared'
      : '';
  // Of two bounds the one that was broken is shown.
  const end = min === null || (low >= min && max !== null && high > max) ? high : low;
  return { ...base, bound: useInterval ? end : null, passed, note };
}

export const noChampionNote = 'there is no champion yet to compare with';

/** `pr_auc 0.78 < 0.80`, for messages. */
export function describeGate(result: GateResult): string {
  if (result.value === null) return `${result.gate}: ${result.note}`;
  const shown = (value: number) => Number(value.toPrecision(4));
  const compared = result.bound ?? result.value;
  const at =
    result.bound === null
      ? ''
      : ` at ${Math.round((result.atConfidence ?? 0) * 100)} % confidence (value ${shown(result.value)})`;
  if (result.min !== null && compared < result.min) return `${result.gate} ${shown(compared)} < ${result.min}${at}`;
  if (result.max !== null && compared > result.max) return `${result.gate} ${shown(compared)} > ${result.max}${at}`;
  return `${result.gate} ${shown(compared)}`;
}
