import type { Task } from '../predictions.ts';

/** Counts of one class against the rest in one group; of a binary model the positive class. */
export interface ClassTally {
  n: number;
  /** Rows that are decided as the class. */
  selected: number;
  /** Rows of the class. */
  positives: number;
  /** Rows of the class that are decided as it. */
  right: number;
}

/** A share of rows: those that count, and those that could. */
export type ShareOf = (tally: ClassTally) => readonly [part: number, whole: number];

/** Shares of decisions. Each has the rows that it is a share of, for messages. */
export const shares = {
  selectionRate: { of: ({ selected, n }) => [selected, n], rows: 'rows' },
  tpr: { of: ({ right, positives }) => [right, positives], rows: 'positives' },
  fpr: { of: ({ selected, right, n, positives }) => [selected - right, n - positives], rows: 'negatives' },
  fnr: { of: ({ right, positives }) => [positives - right, positives], rows: 'positives' },
  precision: { of: ({ right, selected }) => [right, selected], rows: 'positive decisions' },
  falseDiscoveryRate: { of: ({ right, selected }) => [selected - right, selected], rows: 'positive decisions' },
  falseOmissionRate: {
    of: ({ right, positives, n, selected }) => [positives - right, n - selected],
    rows: 'negative decisions',
  },
  baseRate: { of: ({ positives, n }) => [positives, n], rows: 'rows' },
} as const satisfies Record<string, { of: ShareOf; rows: string }>;

/** A share of one class against the rest. */
export type ShareRate = keyof typeof shares;

/** Means of a number of each row. */
export type MeanRate =
  'accuracy' | 'calibration' | 'logLoss' | 'meanPrediction' | 'meanError' | 'absoluteError' | 'squaredError';

/** A number of each group that a fairness measure compares. */
export type Rate = ShareRate | MeanRate;

/** Means of each task; the shares are those of a classification. */
export const meanRates: Record<Task, readonly MeanRate[]> = {
  binary: ['accuracy', 'calibration', 'logLoss'],
  multiclass: ['accuracy', 'logLoss'],
  multilabel: [],
  ranking: [],
  regression: ['meanPrediction', 'meanError', 'absoluteError', 'squaredError'],
};

export function isShare(rate: Rate): rate is ShareRate {
  return Object.hasOwn(shares, rate);
}

/** The rows that a rate is about, for messages. */
export function rowsOf(rate: Rate): string {
  return isShare(rate) ? shares[rate].rows : 'rows';
}
