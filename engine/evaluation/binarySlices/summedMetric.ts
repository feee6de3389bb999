import { logitInterval } from '../../statistics/logitInterval.ts';
import { normalQuantile } from '../../statistics/normalQuantile.ts';
import { shareOf } from '../confusion.ts';
import type { Interval } from '../intervals.ts';
import { intervalOfArea } from '../measures/rocAuc.ts';
import { shareInterval } from '../shareInterval.ts';
import { equalRows } from '../tasks/keptRows.ts';
import { union } from '../union.ts';
import type { GroupSums, LossMoments, ValueWithError } from './sumGroups.ts';

/** A metric of a slice, from sums over its rows. */
export interface SummedMetric {
  value: number | null;
  /** The rows that the metric is about, of equal weight; 0 where one class has no row. */
  behind: number;
  /** Null where there is none; undefined where only resamples of the rows tell. */
  intervalAt: (confidence: number) => Interval | null | undefined;
}

/** With fewer rows, or fewer of a class, the distribution of a metric is not near enough to a normal one. */
const [fewestRows, fewestOfClass, fewestOfSide] = [2000, 100, 10];

/** A metric of a binary slice; null for a metric that sums do not give. */
export function summedMetric(name: string, sums: GroupSums): SummedMetric | null {
  const { positives, negatives, effective } = sums;
  const rarer = Math.min(positives.effective, negatives.effective);
  const isLarge = effective >= fewestRows && rarer >= fewestOfClass;
  const made = (value: number | null, rows: number, intervalAt: SummedMetric['intervalAt']): SummedMetric => ({
    value,
    behind: rarer === 0 ? 0 : Math.floor(rows + 1e-9),
    intervalAt: value === null ? () => null : intervalAt,
  });
  const share = sharesOf(sums)[name];
  if (share) {
    const { part, whole, squares } = share;
    return made(shareOf(part, whole), equalRows(whole, squares), (confidence) =>
      shareInterval(part, whole, confidence, squares),
    );
  }
  if (name === 'roc_auc') {
    const { area } = sums;
    return made(area?.value ?? null, rarer, (confidence) =>
      area && isLarge
        ? union(
            intervalOfArea(area.value, [positives.effective, negatives.effective], confidence),
            near(area, confidence),
          )
        : undefined,
    );
  }
  if (name === 'pr_auc') {
    const { precision } = sums;
    const { weight, squares } = positives;
    return made(precision?.value ?? null, positives.effective, (confidence) =>
      precision && isLarge
        ? union(shareInterval(precision.value * weight, weight, confidence, squares), near(precision, confidence))
        : undefined,
    );
  }
  const { loss } = sums;
  if (name !== 'log_loss' || (sums.n > 0 && !loss)) return null;
  return made(loss?.mean ?? null, effective, (confidence) =>
    loss && isLarge && Math.min(loss.right, loss.wrong) >= fewestOfSide
      ? lossInterval(loss, effective, confidence)
      : undefined,
  );
}

const near = ({ value, error }: ValueWithError, confidence: number) => logitInterval(value, error, confidence);

function sharesOf({ confusion, squared }: GroupSums): Record<string, { part: number; whole: number; squares: number }> {
  if (!confusion || !squared) return {};
  const { tp, fp, fn, tn } = confusion;
  return {
    recall: { part: tp, whole: tp + fn, squares: squared.tp + squared.fn },
    precision: { part: tp, whole: tp + fp, squares: squared.tp + squared.fp },
    accuracy: {
      part: tp + tn,
      whole: tp + fp + fn + tn,
      squares: squared.tp + squared.fp + squared.fn + squared.tn,
    },
  };
}

/** As the studentised bootstrap has it, the upper end has a fourth of the tail: rows show less of large losses. */
const tailOfLarge = 4;

/**
 * The interval of a mean of skewed losses: Student's statistic with the quantiles of its Edgeworth expansion (Hall
 * 1992), which the studentised bootstrap approaches. Undefined where the expansion does not hold.
 */
function lossInterval({ mean, error, skewness }: LossMoments, rows: number, confidence: number): Interval | undefined {
  const end = (tail: number, sign: 1 | -1) => {
    const z = normalQuantile(1 - tail);
    const shift = (skewness * (2 * z * z + 1)) / (6 * Math.sqrt(rows));
    return Math.abs(shift) > z / 2 ? undefined : mean + (sign * z + shift) * error;
  };
  const [low, high] = [end((1 - confidence) / 2, -1), end((1 - confidence) / 2 / tailOfLarge, 1)];
  return low === undefined || high === undefined ? undefined : { low: Math.max(0, low), high };
}
