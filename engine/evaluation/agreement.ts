import type { ClassCounts } from './classCounts.ts';
import type { Confusion } from './confusion.ts';
import type { Interval } from './intervals.ts';
import { shareInterval } from './shareInterval.ts';

/** The shares of rows from which measures of agreement follow. */
interface Agreement {
  /** Share of rows decided rightly. */
  observed: number;
  /** The same by chance, for the shares of the classes in truth and decisions. */
  expected: number;
  /** Σ of squared shares of the classes in truth, and in decisions. */
  truth: number;
  decided: number;
}

/** Cohen's kappa: how far the agreement is above chance. Null where chance alone agrees on all rows. */
export function kappaOf({ observed, expected }: Agreement): number | null {
  return 1 - expected < 1e-15 ? null : (observed - expected) / (1 - expected);
}

/** Matthews' correlation of truth and decisions, of any number of classes (Gorodkin 2004). Null where one is constant. */
export function correlationOf({ observed, expected, truth, decided }: Agreement): number | null {
  const spread = (1 - truth) * (1 - decided);
  return spread < 1e-15 ? null : (observed - expected) / Math.sqrt(spread);
}

/** The agreement of a binary decision; null without rows. */
export function binaryAgreement({ tp, fp, fn, tn }: Confusion): Agreement | null {
  const n = tp + fp + fn + tn;
  return n === 0 ? null : agreementOf([tp, tn], [tp + fn, fp + tn], [tp + fp, fn + tn], n);
}

/** The agreement of several classes; null without rows. */
export function classAgreement({ n, right, labelled, predicted }: ClassCounts): Agreement | null {
  return n === 0 ? null : agreementOf(right, labelled, predicted, n);
}

/**
 * The interval of a measure of agreement of several classes: where the share of right decisions is at the ends of its
 * own, with the classes as often as they are. Resamples add what they vary.
 */
export function agreementInterval(
  counts: ClassCounts,
  confidence: number,
  value: (agreement: Agreement) => number | null,
): Interval | null {
  const agreement = classAgreement(counts);
  const right = counts.right.reduce((a, b) => a + b, 0);
  const share = shareInterval(right, counts.n, confidence, counts.squares.n);
  if (!agreement || !share) return null;
  const low = value({ ...agreement, observed: share.low });
  const high = value({ ...agreement, observed: share.high });
  return low === null || high === null ? null : { low, high };
}

function agreementOf(
  right: ArrayLike<number>,
  labelled: ArrayLike<number>,
  predicted: ArrayLike<number>,
  n: number,
): Agreement {
  const sums = { observed: 0, expected: 0, truth: 0, decided: 0 };
  for (let c = 0; c < labelled.length; c++) {
    const [label, decision] = [(labelled[c] ?? 0) / n, (predicted[c] ?? 0) / n];
    sums.observed += (right[c] ?? 0) / n;
    sums.expected += label * decision;
    sums.truth += label * label;
    sums.decided += decision * decision;
  }
  return sums;
}
