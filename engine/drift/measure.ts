import type { CategoryPair, NumberPair } from '../statistics/pairs.ts';
import type { NumpyType } from '../statistics/numpyBins.ts';

/** A column of both sides, without the values that a profile leaves out. */
export type ColumnData =
  | { type: 'numeric'; pair: NumberPair; numpy: NumpyType }
  | { type: 'categorical'; pair: CategoryPair }
  | { type: 'text'; reference: readonly string[]; current: readonly string[] };

/** The result of a measure. The profile judges `value`. */
export interface Measured {
  value: number | null;
  pValue: number | null;
  effect: number | null;
  /** Mean of the value at these sizes when nothing has changed. */
  chance?: number | null;
  bins?: string;
  seed?: number;
  /** The verdict of the measure, when it does not follow from comparing the value with the threshold. */
  drifted?: boolean;
  note?: string;
}

/** A measure as a profile offers it. */
export interface Measure {
  /** Name with its convention. */
  name: string;
  /** The name that the tool prints. */
  displayName: string;
  /** Other names that a person may use. */
  aliases: readonly string[];
  types: readonly ColumnData['type'][];
  threshold: number | null;
  /** A value that compares so with the threshold has drifted. */
  compare: '>=' | '>' | '<' | '<=';
  /** Whether the judged value is a p-value. */
  judgesP: boolean;
  /** Throws an Error with the reason when the measure refuses the data. */
  measure(data: ColumnData, threshold: number | null): Measured;
}

/** Whether a value has drifted; NaN has not. */
export function isDrifted(compare: Measure['compare'], value: number, threshold: number): boolean {
  if (compare === '>=') return value >= threshold;
  if (compare === '>') return value > threshold;
  return compare === '<' ? value < threshold : value <= threshold;
}

/** A measure of numbers. */
export function ofNumbers(
  name: string,
  displayName: string,
  rule: Pick<Measure, 'threshold' | 'compare'> & { aliases?: readonly string[] },
  work: (pair: NumberPair, numpy: NumpyType) => Measured,
): Measure {
  const measure = (data: ColumnData) => (data.type === 'numeric' ? work(data.pair, data.numpy) : refuse());
  return { name, displayName, aliases: [], judgesP: isTest(rule.compare), ...rule, types: ['numeric'], measure };
}

/** A measure of categories. */
export function ofCategories(
  name: string,
  displayName: string,
  rule: Pick<Measure, 'threshold' | 'compare'> & { aliases?: readonly string[] },
  work: (pair: CategoryPair) => Measured,
): Measure {
  const measure = (data: ColumnData) => (data.type === 'categorical' ? work(data.pair) : refuse());
  return { name, displayName, aliases: [], judgesP: isTest(rule.compare), ...rule, types: ['categorical'], measure };
}

function isTest(compare: Measure['compare']): boolean {
  return compare === '<' || compare === '<=';
}

function refuse(): never {
  throw new Error('the measure does not apply to this type of column');
}
