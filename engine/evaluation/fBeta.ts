import type { Confusion } from './confusion.ts';
import { decisionInterval } from './decisionInterval.ts';
import type { BinaryRows } from './binaryRows.ts';
import type { Measure } from './measures/measure.ts';

/** (1 + β²)·tp / ((1 + β²)·tp + β²·fn + fp); null without a positive in truth or decisions. */
export function fBetaOf({ tp, fp, fn }: Confusion, beta: number): number | null {
  const weight = beta * beta;
  const whole = (1 + weight) * tp + weight * fn + fp;
  return whole === 0 ? null : ((1 + weight) * tp) / whole;
}

/** A measure that weighs the recall β times as much as the precision. */
export function fBetaMeasure(
  described: Pick<Measure, 'name' | 'docs' | 'parameter'>,
  betaOf: (rows: BinaryRows) => number,
): Measure {
  return {
    ...described,
    direction: 'larger',
    range: [0, 1],
    source: 'scikit-learn fbeta_score',
    needs: 'threshold',
    behind: 'positives',
    undefinedWhen: 'no row is positive, in truth or by decision',
    interval: {
      binary: (rows, confidence) => decisionInterval(rows, confidence, (shares) => fBetaOf(shares, betaOf(rows))),
    },
    binary: (rows) => fBetaOf(rows.confusion, betaOf(rows)),
  };
}
