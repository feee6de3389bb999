/** The values that a forest splits on: numbers scaled to 0…1, or codes from 0 to `count` − 1; one value a row. */
export type Feature = { kind: 'number'; values: Float64Array } | { kind: 'category'; codes: Int32Array; count: number };

/** A param as a feature, with how it was read. */
export interface EncodedParam {
  feature: Feature;
  kind: 'number' | 'category';
  /** Its values are far apart, so its logarithm was taken. */
  log: boolean;
  distinct: number;
  /** The values as numbers, before any scale; null for categories. */
  numbers: Float64Array | null;
}

/**
 * The ratio of the largest to the smallest value from which on a positive param may have a logarithmic scale: two
 * decades.
 */
const logRatio = 100;

/**
 * Values of a param, one a run, as a feature; or the reason why it cannot be used, as the end of a sentence. Numbers
 * where every value is one, else categories.
 */
export function encodeParam(values: readonly (number | string)[]): EncodedParam | string {
  const distinct = new Set(values).size;
  if (distinct < 2) return 'has one value in all runs';
  if (values.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return encodeNumbers(Float64Array.from(values, Number), distinct);
  // Where nearly every run has a value of its own, as with names and paths, no two runs can be compared.
  if (distinct > values.length / 2)
    return `has ${distinct} different values, not all of them numbers, in ${values.length} runs: too few runs of each`;
  const places = new Map(
    [...new Set(values.map(String))].toSorted((a, b) => (a < b ? -1 : 1)).map((text, place) => [text, place]),
  );
  return {
    feature: {
      kind: 'category',
      codes: Int32Array.from(values, (value) => places.get(String(value)) ?? 0),
      count: places.size,
    },
    kind: 'category',
    log: false,
    distinct,
    numbers: null,
  };
}

function encodeNumbers(numbers: Float64Array, distinct: number): EncodedParam {
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const log = low > 0 && high / low >= logRatio && isLog(numbers, low, high);
  const values = log
    ? numbers.map((value) => shareOf(Math.log(value), Math.log(low), Math.log(high)))
    : numbers.map((value) => shareOf(value, low, high));
  return { feature: { kind: 'number', values }, kind: 'number', log, distinct, numbers };
}

/**
 * Whether the values are spread more evenly over their logarithms. Half of the values drawn from 0 to 1 are above 0.5,
 * however small the smallest happens to be.
 */
function isLog(numbers: Float64Array, low: number, high: number): boolean {
  const median = numbers.toSorted()[Math.floor((numbers.length - 1) / 2)] ?? low;
  return (
    Math.abs(shareOf(Math.log(median), Math.log(low), Math.log(high)) - 0.5) <
    Math.abs(shareOf(median, low, high) - 0.5)
  );
}

/**
 * The position of a value between both ends, from 0 to 1. Computed by halves, so that the difference does not overflow.
 */
function shareOf(value: number, from: number, to: number): number {
  return (value / 2 - from / 2) / (to / 2 - from / 2);
}
