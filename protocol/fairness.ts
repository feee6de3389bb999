import type { Estimate } from './estimate.ts';

/** A number of each group that fairness measures compare. */
export type FairnessRate =
  | 'selectionRate'
  | 'tpr'
  | 'fpr'
  | 'fnr'
  | 'precision'
  | 'falseDiscoveryRate'
  | 'falseOmissionRate'
  | 'baseRate'
  | 'accuracy'
  | 'calibration'
  | 'ece'
  | 'logLoss'
  | 'meanPrediction'
  | 'meanError'
  | 'absoluteError'
  | 'squaredError';

/** The rates of the groups of one attribute. */
export interface FairnessGroups {
  attribute: string;
  /** Groups that have a row, and those that have fewer than 10 rows. */
  number: number;
  tooFew: number;
  overall: FairnessGroup;
  /** The largest groups. */
  groups: FairnessGroup[];
}

export interface FairnessGroup {
  group: string;
  n: number;
  /** A rate with fewer than 10 rows behind it is null. */
  rates: Partial<Record<FairnessRate, Estimate | null>>;
}

/** The groups of the test rows beside those of the people whom the model is for. */
export interface Representation {
  attribute: string;
  n: number;
  groups: {
    group: string;
    n: number;
    share: number;
    declared: number | null;
    low: number | null;
    high: number | null;
  }[];
  test: { statistic: number; df: number; pValue: number } | null;
  absent: string[];
}

export interface FairnessRow {
  attribute: string;
  /** fairlearn's name, such as `equal_opportunity_difference`. */
  measure: string;
  value: number;
  /** The interval of the value, null when none was computed. */
  low: number | null;
  high: number | null;
  /** Confidence of the interval, such as 0.95. */
  confidence: number | null;
  /** The rates that the measure compares, by group; empty where a measure before it has them. */
  rates: {
    rate: FairnessRate;
    groups: { group: string; n: number; value: number | null; tooFew?: true }[];
  }[];
  /** The parts of which the worst counts, such as both halves of equalised odds. */
  parts?: { rate: FairnessRate; value: number; low: number | null; high: number | null }[] | undefined;
  /** The groups that differ most; `to` is null where a group is compared with all rows. */
  between?: { rate: FairnessRate; ofClass: number | null; from: string; to: string | null } | undefined;
  /** Groups that are compared; fewer than two give no verdict. */
  compared?: number | undefined;
  warnings: string[];
}
