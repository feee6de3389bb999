import type { Interval } from './intervals.ts';

/** A bound as a project declares it. */
export interface GateBound {
  min?: number | undefined;
  max?: number | undefined;
  at_confidence?: number | undefined;
}

/** What a gate compares with its bound, or the reason why there is nothing to compare. */
export type Measured =
  | {
      kind: 'value';
      value: number;
      /** At the confidence of the gate; null when no interval is computed for this metric. */
      interval: Interval | null;
      /** Rows behind the value; null when not known. */
      n: number | null;
      /** The version that a difference is taken from. */
      against?: number | undefined;
      /** For people: the terms of the comparison. */
      note?: string | undefined;
    }
  | {
      kind: 'no_value' | 'too_few_rows' | 'no_champion' | 'champion_not_comparable';
      n: number | null;
      note: string;
    };

/**
 * How a gate went:
 * - `passed`, `failed`: a value was compared with the bound.
 * - `no_value`: the metric could not be computed. The gate fails.
 * - `too_few_rows`: fewer than 10 rows are behind the value, and no interval says how little they show. The gate fails.
 * - `no_champion`: no version is the champion yet, so a difference to it does not apply. The gate passes.
 * - `champion_not_comparable`: the champion cannot predict these rows, so the difference does not apply. The gate
 *   passes.
 */
export type GateKind = 'passed' | 'failed' | Exclude<Measured['kind'], 'value'>;

/** The outcome of a gate, as it is stored with a run and in a validation report. */
export interface GateOutcome {
  /** As written, such as `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion`. */
  gate: string;
  kind: GateKind;
  passed: boolean;
  min: number | null;
  max: number | null;
  value: number | null;
  /** The end of the confidence interval that was compared, when `at_confidence` is given and there is an interval. */
  bound: number | null;
  atConfidence: number | null;
  /** Rows behind the value. */
  n: number | null;
  /** The version that the value is a difference from. */
  against?: number | undefined;
  /** For people: why there is no value, why the value was compared and not the interval, or at which rule. */
  note: string;
}

/** Compares a value with a bound. With `at_confidence` the worse end of the interval is compared. */
export function judgeGate(gate: string, bound: GateBound, measured: Measured): GateOutcome {
  const { min = null, max = null, at_confidence: atConfidence = null } = bound;
  const base = { gate, min, max, atConfidence, n: measured.n };
  if (measured.kind !== 'value') {
    const { kind, note } = measured;
    return {
      ...base,
      kind,
      passed: kind === 'no_champion' || kind === 'champion_not_comparable',
      value: null,
      bound: null,
      note,
    };
  }
  const { value, interval, against, note = '' } = measured;
  const compared = atConfidence === null ? null : interval;
  const { low, high } = compared ?? { low: value, high: value };
  const passed = (min === null || low >= min) && (max === null || high <= max);
  // Of two bounds the one that was broken is shown.
  const end = min === null || (low >= min && max !== null && high > max) ? high : low;
  return {
    ...base,
    kind: passed ? 'passed' : 'failed',
    passed,
    value,
    bound: compared ? end : null,
    against,
    note:
      atConfidence !== null && compared === null
        ? 'no interval is computed for this metric; the value itself was compared'
        : note,
  };
}

/** The parts of an outcome that its description needs; messages of the views have them too. */
type Described = Pick<GateOutcome, 'gate' | 'min' | 'max' | 'value' | 'bound' | 'atConfidence' | 'note'>;

/** Describes an outcome in messages: `pr_auc 0.78 < 0.80`. */
export function describeGate(result: Described): string {
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
