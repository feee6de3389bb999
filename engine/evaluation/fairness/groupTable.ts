import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import { studentInterval } from '../../statistics/studentInterval.ts';
import type { Groups } from '../groups.ts';
import type { Interval } from '../intervals.ts';
import type { FairnessInput } from './fairnessInput.ts';
import { isShare, shares, type ClassTally, type MeanRate, type Rate } from './rates.ts';

/** A rate of one group, or of all. */
export interface GroupRate {
  value: number;
  /** The rows that the rate is a share or a mean of. */
  behind: number;
  limits(confidence: number): Interval;
  /** The rate of the other rows, where `overall` is that of all. */
  restOf(overall: GroupRate): GroupRate;
  /** The sums that the rate is computed from; they add up over groups. */
  sums: readonly number[];
}

/** The rates of the groups of one attribute, of which each has a row. */
export interface GroupTable {
  /** In the order of their names. */
  groups: { group: string; n: number; positives: number }[];
  classes: number;
  rates: readonly Rate[];
  /** A rate of a group by its place in `groups`, or of the rows of all groups (−1). */
  rate(rate: Rate, group: number, ofClass?: number): GroupRate;
}

/**
 * Counts the rows of each group in one pass. A share of no rows is 0, as fairlearn has it by scikit-learn's zero
 * division. Rows without a group are left out, as fairlearn wants them to be.
 */
export function groupTable(input: FairnessInput, { names, codes }: Groups): GroupTable {
  const { classes, truth, decided, means, rows, task } = input;
  const all = names.length;
  const known = countShares(input, codes, all);
  const sums = new Map([...means].map(([rate, values]) => [rate, sumMeans(values, codes, all)]));
  const sizes = decided || classes > 0 ? known.n : firstCounts(sums, all);
  const order = names
    .map((group, code) => ({ group, code, n: sizes[code] ?? 0 }))
    .filter(({ n }) => n > 0)
    .toSorted((a, b) => (a.group < b.group ? -1 : 1));
  const shown = truth.length === rows && classes > 0 ? (Object.keys(shares) as Rate[]) : [];
  const rates = [...shown.filter((rate) => decided || rate === 'baseRate'), ...means.keys()];
  const totalOf = (list: Float64Array, at: (code: number) => number) => {
    let sum = 0;
    for (let code = 0; code < all; code++) sum += list[at(code)] ?? 0;
    return sum;
  };
  const tallyOf = (code: number | null, c: number): ClassTally => {
    const read = (list: Float64Array) =>
      code === null ? totalOf(list, (each) => each * classes + c) : (list[code * classes + c] ?? 0);
    return {
      n: code === null ? totalOf(known.n, (each) => each) : (known.n[code] ?? 0),
      selected: read(known.selected),
      positives: read(known.positives),
      right: read(known.right),
    };
  };
  const meanOf = (rate: MeanRate, code: number | null): GroupRate => {
    const found = sums.get(rate) ?? new Float64Array(3 * all);
    const read = (part: number) =>
      code === null ? totalOf(found, (each) => 3 * each + part) : (found[3 * code + part] ?? 0);
    return rate === 'accuracy' ? shareRate(read(1), read(0)) : meanRate(read(0), read(1), read(2));
  };
  const kept = new Map<Rate, (GroupRate | undefined)[]>();
  return {
    groups: order.map(({ group, n, code }) => ({
      group,
      n,
      positives: task === 'binary' ? tallyOf(code, 0).positives : 0,
    })),
    classes,
    rates,
    rate: (rate, group, ofClass = 0) => {
      // The counts of 200 classes are too many to keep.
      const known = classes <= 1 ? kept.get(rate)?.[group + 1] : undefined;
      if (known) return known;
      const code = group === -1 ? null : (order[group]?.code ?? 0);
      const made = isShare(rate) ? shareRate(...shares[rate].of(tallyOf(code, ofClass))) : meanOf(rate, code);
      const list = kept.get(rate) ?? [];
      if (classes <= 1) kept.set(rate, list);
      list[group + 1] = made;
      return made;
    },
  };
}

interface ShareCounts {
  n: Float64Array;
  selected: Float64Array;
  positives: Float64Array;
  right: Float64Array;
}

function countShares({ truth, decided, classes }: FairnessInput, codes: Groups['codes'], groups: number): ShareCounts {
  const n = new Float64Array(groups);
  const [selected, positives, right] = [0, 1, 2].map(() => new Float64Array(groups * classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  // A binary model has only class 1 counted, at place 0.
  const first = classes === 1 ? 1 : 0;
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i] as number;
    const answer = decided ? (decided[i] as number) : label;
    if (label < 0 || answer < 0) continue;
    const group = codes[i] as number;
    if (group < 0) continue;
    const at = group * classes - first;
    n[group] = (n[group] as number) + 1;
    if (label >= first) positives[at + label] = (positives[at + label] as number) + 1;
    if (answer >= first) selected[at + answer] = (selected[at + answer] as number) + 1;
    if (answer === label && label >= first) right[at + label] = (right[at + label] as number) + 1;
  }
  return { n, selected, positives, right };
}

/** Of each group three numbers: rows, the sum, and the sum of squares. */
function sumMeans(values: Float64Array, codes: Groups['codes'], groups: number): Float64Array {
  const sums = new Float64Array(3 * groups);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const code = codes[i] as number;
    if (code < 0) continue;
    const at = 3 * code;
    sums[at] = (sums[at] as number) + 1;
    sums[at + 1] = (sums[at + 1] as number) + value;
    sums[at + 2] = (sums[at + 2] as number) + value * value;
  }
  return sums;
}

function firstCounts(sums: ReadonlyMap<MeanRate, Float64Array>, groups: number): Float64Array {
  const [first] = sums.values();
  return Float64Array.from({ length: groups }, (_, code) => first?.[3 * code] ?? 0);
}

function shareRate(part: number, whole: number): GroupRate {
  return {
    value: whole === 0 ? 0 : part / whole,
    behind: whole,
    limits: (confidence) => wilsonInterval(part, whole, confidence),
    restOf: ({ sums: [all = 0, rows = 0] }) => shareRate(all - part, rows - whole),
    sums: [part, whole],
  };
}

function meanRate(n: number, sum: number, squares: number): GroupRate {
  const mean = n === 0 ? 0 : sum / n;
  const error = n < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(Math.max(0, squares - sum * mean) / (n - 1) / n);
  return {
    value: mean,
    behind: n,
    limits: (confidence) => studentInterval(mean, error, n - 1, confidence),
    restOf: ({ sums: [rows = 0, all = 0, allSquares = 0] }) => meanRate(rows - n, all - sum, allSquares - squares),
    sums: [n, sum, squares],
  };
}
