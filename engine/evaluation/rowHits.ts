import type { Measure } from './measures/measure.ts';

/** The decisions of all rows of a test: 1 is right, NaN is a row that the metric is not about. */
export interface RowHits {
  right: Float64Array;
  /** The group of each row, of whose shares the metric is the mean. */
  groups: ArrayLike<number>;
}

/** Which rows are decided rightly; null for a metric that is no share of rows. */
export function rowHits(
  over: Measure['shareOf'],
  labels: Float64Array,
  decided: (row: number) => number,
): RowHits | null {
  if (over === undefined) return null;
  const right = labels.map((label, i) => {
    const own = decided(i);
    const isAbout = label >= 0 && !Number.isNaN(own) && (over !== 'positives' || label === 1);
    return isAbout ? Number(own === label) : Number.NaN;
  });
  return { right, groups: over === 'classes' ? labels : new Uint8Array(labels.length) };
}
