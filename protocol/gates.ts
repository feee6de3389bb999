import type { Place } from './problem.ts';

/**
 * How a gate went:
 * - `passed`, `failed`: a value was compared with the bound, or at a confidence its interval.
 * - `undecidable`: at a confidence the interval lies on both sides of the bound. The gate does not pass, unless the
 *   project allows it.
 * - `no_value`: the metric could not be computed. The gate fails.
 * - `too_few_rows`: fewer than 10 rows are behind the value, and no interval says how little they show. The gate fails.
 * - `no_champion`: no version is the champion yet, so a difference to it does not apply. The gate passes.
 * - `champion_not_comparable`: the champion cannot predict these rows, so the difference does not apply. The gate
 *   passes.
 */
export type GateKind =
  'passed' | 'failed' | 'undecidable' | 'no_value' | 'too_few_rows' | 'no_champion' | 'champion_not_comparable';

/** A named bound that a metric must meet, and how it went, as it is stored with a run and in a validation report. */
export interface GateResult {
  /** As written, such as `pr_auc`, `equal_opportunity_difference[age_group]`, `pr_auc@champion`. */
  gate: string;
  kind: GateKind;
  /** True when the gate does not stand against a promotion. */
  passed: boolean;
  min: number | null;
  max: number | null;
  value: number | null;
  /** The end of the confidence interval that was compared, when `at_confidence` is given and there is an interval. */
  bound: number | null;
  /** The other end of that interval; absent in results of before the third outcome. */
  otherEnd?: number | undefined;
  atConfidence: number | null;
  /** Rows behind the value. */
  n: number | null;
  /**
   * Of an undecidable gate, about how many more rows would settle it; null when the value lies at the bound, which no
   * number of rows settles.
   */
  moreRows?: number | null | undefined;
  /** The version that the value is a difference from, for a gate such as `pr_auc@champion`. */
  against?: number | undefined;
  /** For people: why there is no value, why the value was compared and not the interval, or at which rule. */
  note: string;
}

/** How many gates of a validation passed. */
export interface Verdict {
  passed: number;
  total: number;
  /** The undecidable ones among those that did not pass; absent when there are none. */
  undecidable?: number | undefined;
}

/** The outcome of a gate in a run. */
export interface JudgedGate {
  stage: string;
  runId: string;
  runName: string;
  /** Epoch milliseconds. */
  startedAt: number;
  result: GateResult;
}

/** A gate as a test: what the project declares, and what its newest run says of it. */
export interface GateTest {
  stage: string;
  /** As written. */
  gate: string;
  /** The place of its key in the project file. */
  place: Place;
  /** `outdated`: what it was judged on has changed since. `missing`: it was never judged. Neither passes. */
  outcome: 'passed' | 'failed' | 'undecidable' | 'outdated' | 'missing';
  /** `at least 0.8 at 95 % confidence`. */
  expected: string;
  /** `0.783 (0.741 to 0.824)`; empty without a value. */
  actual: string;
  /** The reason of an outcome that is not `passed`; else how it went. */
  message: string;
  /** The newest run that judged it, then those before; at most 20. */
  history: JudgedGate[];
}

/** The test rows that speak against a gate, as a file of the store. */
export interface FailedRows {
  /** Relative to the project. */
  path: string;
  /** Rows in the file, the worst first. */
  rows: number;
  /** Rows that were looked at: those that the validation kept. */
  of: number;
  /** `decided wrongly`, `with the largest errors`. */
  which: string;
}

/** Which parts of a dataset the slices of the newest validation have tested. */
export interface SliceCoverage {
  /** The schema file, relative to the project. */
  file: string;
  parts: { place: Place; name: string; rows: number }[];
}
