import { moreRowsText } from '../../words/metrics.ts';
import type { GateKind, GateResult, Verdict } from '../../protocol/gates.ts';
import type { Interval } from './intervals.ts';
import { moreRowsNeeded } from './moreRowsNeeded.ts';

/** A bound as a project declares it. */
export interface GateBound {
  min?: number | undefined;
  max?: number | undefined;
  at_confidence?: number | undefined;
  undecidable?: 'refuse' | 'allow' | undefined;
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
      kind: Exclude<GateKind, 'passed' | 'failed' | 'undecidable'>;
      n: number | null;
      note: string;
    };

/** The outcome of a gate, as it is stored with a run and in a validation report. */
export type GateOutcome = GateResult;

/**
 * Compares a value with a bound. With `at_confidence` the interval is compared: it passes within the bounds, fails
 * beyond them, and is undecidable where it lies on both sides of one.
 */
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
  const kind = outcomeOf({ low, high }, min, max);
  // Of two bounds the one that was broken is shown.
  const isLow = min !== null && !(low >= min && max !== null && high > max);
  const isAllowed = kind === 'undecidable' && bound.undecidable === 'allow';
  return {
    ...base,
    kind,
    passed: kind === 'passed' || isAllowed,
    value,
    bound: compared ? (isLow ? low : high) : null,
    ...(compared && { otherEnd: isLow ? high : low }),
    ...(kind === 'undecidable' && {
      moreRows: measured.n === null ? null : moreRowsNeeded(value, { low, high }, { min, max }, measured.n),
    }),
    against,
    note: noteOf(note, atConfidence !== null && compared === null, isAllowed),
  };
}

function outcomeOf({ low, high }: Interval, min: number | null, max: number | null): GateKind {
  // An interval of NaN has no end within a bound, so it fails.
  if ((min === null || low >= min) && (max === null || high <= max)) return 'passed';
  const mayPass = (min === null || high >= min) && (max === null || low <= max);
  return mayPass ? 'undecidable' : 'failed';
}

function noteOf(note: string, lacksInterval: boolean, isAllowed: boolean): string {
  if (lacksInterval) return 'no interval is computed for this metric; the value itself was compared';
  if (!isAllowed) return note;
  return [note, 'the project allows it to be undecidable'].filter(Boolean).join('; ');
}

/** How many gates passed, and how many are undecidable. */
export function verdictOfGates(gates: readonly GateOutcome[]): Verdict {
  const undecidable = gates.filter(({ kind, passed }) => kind === 'undecidable' && !passed).length;
  return {
    passed: gates.filter(({ passed }) => passed).length,
    total: gates.length,
    ...(undecidable > 0 && { undecidable }),
  };
}

/** How a gate went, as the log of a stage says it. */
export function gateWord({ kind, passed }: Pick<GateOutcome, 'kind' | 'passed'>): string {
  return kind === 'undecidable' ? (passed ? 'undecidable, allowed' : 'UNDECIDABLE') : passed ? 'passed' : 'FAILED';
}

/** The parts of an outcome that its description needs; messages of the views have them too. */
type Described = Pick<GateOutcome, 'gate' | 'kind' | 'min' | 'max' | 'value' | 'bound' | 'atConfidence' | 'note'> &
  Partial<Pick<GateOutcome, 'otherEnd' | 'moreRows'>>;

/**
 * Describes an outcome in messages: `pr_auc 0.78 < 0.80`, or `pr_auc 0.81 (0.77 to 0.84 at 95 % confidence) may be below
 * 0.80; about 1,200 more rows would tell`.
 */
export function describeGate(result: Described): string {
  if (result.value === null) return `${result.gate}: ${result.note}`;
  if (result.kind === 'undecidable') return describeUndecidable(result, result.value);
  const compared = result.bound ?? result.value;
  const at =
    result.bound === null ? '' : ` at ${percent(result.atConfidence)} confidence (value ${shown(result.value)})`;
  if (result.min !== null && compared < result.min) return `${result.gate} ${shown(compared)} < ${result.min}${at}`;
  if (result.max !== null && compared > result.max) return `${result.gate} ${shown(compared)} > ${result.max}${at}`;
  return `${result.gate} ${shown(compared)}`;
}

function describeUndecidable({ gate, min, max, bound, otherEnd, atConfidence, moreRows }: Described, value: number) {
  const ends = [bound ?? value, otherEnd ?? value].toSorted((a, b) => a - b);
  const [low = value, high = value] = ends;
  const sides = [
    min !== null && low < min && `${value < min ? 'may be at least' : 'may be below'} ${min}`,
    max !== null && high > max && `${value > max ? 'may be at most' : 'may be above'} ${max}`,
  ].filter((side) => side !== false);
  return `${gate} ${shown(value)} (${shown(low)} to ${shown(high)} at ${percent(atConfidence)} confidence) ${sides.join(' and ')}; ${moreRowsText({ kind: 'undecidable', moreRows })}`;
}

const shown = (value: number): number => Number(value.toPrecision(4));
const percent = (confidence: number | null): string => `${Number(((confidence ?? 0) * 100).toPrecision(3))} %`;
