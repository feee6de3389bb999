import { argsort } from '../statistics/argsort.ts';
import { aucInterval } from '../statistics/aucInterval.ts';
import { logitInterval } from '../statistics/logitInterval.ts';
import type { ClassCounts } from './classCounts.ts';
import type { Interval } from './intervals.ts';
import { meanInterval, type Limits } from './recoveredInterval.ts';
import { shareInterval } from './shareInterval.ts';
import { union } from './union.ts';

/** With fewer rows of a class the form of its scores is not known well enough for a variance from it. */
const fewestOfClass = 30;

/** The area under the ROC curve of a class against the others, and what each row adds to its error. */
interface ClassArea {
  area: number;
  /** By row: its weight times the distance of its placement from the area, over the weight of its side (DeLong 1988). */
  influence: Float64Array;
}

const known = new WeakMap<ClassCounts, readonly ClassArea[] | null>();

/**
 * The areas under the ROC curves of each class against the others, by the class's probability; ties count half. Null
 * where the predictions have no probabilities, or a class has no row: then the mean over the classes is not defined.
 */
export function areasByClass(counts: ClassCounts): number[] | null {
  return areasOf(counts)?.map(({ area }) => area) ?? null;
}

function areasOf(counts: ClassCounts): readonly ClassArea[] | null {
  const found = known.get(counts);
  if (found !== undefined) return found;
  const { rows, weights, labelled, n } = counts;
  const isDefined = rows.probabilities.length > 1 && n > 0 && labelled.every((weight) => weight > 0 && weight < n);
  const areas = isDefined
    ? rows.probabilities.map((column, c) => areaOf(column, rows.labels, c, { weights, positives: labelled[c] ?? 0, n }))
    : null;
  known.set(counts, areas);
  return areas;
}

function areaOf(
  column: Float64Array,
  labels: Int32Array,
  c: number,
  { weights, positives, n }: { weights: ArrayLike<number> | undefined; positives: number; n: number },
): ClassArea {
  const order = argsort(column);
  const influence = new Float64Array(column.length);
  const negatives = n - positives;
  let [below, found, area] = [0, 0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = column[order[start] ?? 0];
    let [p, q] = [0, 0];
    for (; end < order.length && column[order[end] ?? 0] === value; end++) {
      const row = order[end] ?? 0;
      const weight = weights ? (weights[row] ?? 0) : 1;
      if (labels[row] === c) p += weight;
      else q += weight;
    }
    area += p * (below + q / 2);
    for (let k = start; k < end; k++) {
      const row = order[k] ?? 0;
      influence[row] = labels[row] === c ? (below + q / 2) / negatives : (positives - found - p / 2) / positives;
    }
    below += q;
    found += p;
  }
  area /= positives * negatives;
  for (let i = 0; i < influence.length; i++) {
    const weight = weights ? (weights[i] ?? 0) : 1;
    influence[i] = (weight * ((influence[i] ?? 0) - area)) / (labels[i] === c ? positives : negatives);
  }
  return { area, influence };
}

/**
 * The interval of a mean of the areas of the classes, each with a weight: that of its variance over the rows (DeLong
 * 1988) on the scale of logits, spanning that of areas as if they were independent, which does not vanish at 1.
 */
export function areasInterval(counts: ClassCounts, confidence: number, weights: ArrayLike<number>): Interval | null {
  const areas = areasOf(counts);
  if (!areas) return null;
  const { squares, labelled, n } = counts;
  const weightOf = Array.from(weights);
  const total = weightOf.reduce((a, b) => a + b, 0);
  const limits = areas.map(({ area: value }, c): Limits => {
    const of = labelled[c] ?? 0;
    const positives = of ** 2 / (squares.labelled[c] ?? of);
    const negatives = (n - of) ** 2 / (squares.n - (squares.labelled[c] ?? 0));
    const rarer = Math.min(positives, negatives);
    const found =
      rarer < fewestOfClass
        ? shareInterval(value * rarer, rarer, confidence)
        : aucInterval(value, [positives, negatives], confidence);
    return { value, ...(found ?? { low: 0, high: 1 }) };
  });
  const mean = limits.reduce((sum, { value }, c) => sum + (weightOf[c] ?? 0) * value, 0) / total;
  let variance = 0;
  for (let i = 0; i < counts.rows.labels.length; i++) {
    let sum = 0;
    for (const [c, { influence }] of areas.entries()) sum += ((weightOf[c] ?? 0) / total) * (influence[i] ?? 0);
    variance += sum * sum;
  }
  return union(meanInterval(limits, weightOf), logitInterval(mean, Math.sqrt(variance), confidence));
}
