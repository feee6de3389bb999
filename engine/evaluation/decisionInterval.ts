import { betaDraw } from '../statistics/gammaDraw.ts';
import { quantile } from '../statistics/quantile.ts';
import { seededRandom } from '../statistics/random.ts';
import type { Confusion } from './confusion.ts';
import type { Interval } from './intervals.ts';

const draws = 4000;
/** The same counts give the same interval. */
const seed = 7;

/**
 * The interval of any function of the shares of a binary decision, from Jeffreys' posteriors of the share of positives,
 * the true positive rate and the false positive rate (Brown, Cai and DasGupta 2001 for one share). Unlike resamples it
 * has a width where no decision is wrong, and where a class has no row. Null where draws leave the function without a
 * value. `squared` are the counts of squared weights.
 */
export function decisionInterval(
  { confusion, squared }: { confusion: Confusion; squared: Confusion },
  confidence: number,
  value: (shares: Confusion) => number | null,
): Interval | null {
  const { tp, fp, fn, tn } = confusion;
  if (tp + fp + fn + tn === 0) return null;
  const random = seededRandom(seed);
  const share = (part: number, whole: number, squares: number) => {
    const each = squares > 0 ? whole / squares : 1;
    return () => betaDraw(random, part * each + 0.5, (whole - part) * each + 0.5);
  };
  const all = tp + fp + fn + tn;
  const prevalence = share(tp + fn, all, squared.tp + squared.fp + squared.fn + squared.tn);
  const recall = share(tp, tp + fn, squared.tp + squared.fn);
  const falls = share(fp, fp + tn, squared.fp + squared.tn);
  const values: number[] = [];
  for (let i = 0; i < draws; i++) {
    const [p, tpr, fpr] = [prevalence(), recall(), falls()];
    const found = value({ tp: p * tpr, fn: p * (1 - tpr), fp: (1 - p) * fpr, tn: (1 - p) * (1 - fpr) });
    if (found !== null && Number.isFinite(found)) values.push(found);
  }
  if (values.length < draws / 2) return null;
  const sorted = Float64Array.from(values).toSorted();
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}
