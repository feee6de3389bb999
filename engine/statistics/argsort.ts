/** With fewer values a comparison sort is faster than counting digits. */
const fewest = 2000;
/** More values are first parted, so that each part is sorted inside of the processor's cache. */
const mostAtOnce = 1 << 16;
/** The parts, and the sampled values that tell where each begins. */
const [parts, perPart] = [1024, 8];
const digitBits = 11;
const buckets = 1 << digitBits;

/**
 * The order of numbers from small to large, as row numbers; equal ones keep their order, and −0 equals 0. NaN is not
 * allowed. Large arrays are parted by value and each part is sorted by its digits, in linear time.
 */
export function argsort(values: Float64Array): Uint32Array {
  const n = values.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (isSorted(values)) return order;
  if (n <= mostAtOnce) return sortRows(values, order);
  const ends = splitters(values);
  const part = new Uint16Array(n);
  const starts = new Uint32Array(parts + 1);
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    part[i] = low;
    starts[low + 1] = (starts[low + 1] as number) + 1;
  }
  for (let p = 1; p <= parts; p++) starts[p] = (starts[p] as number) + (starts[p - 1] as number);
  const next = starts.slice();
  for (let i = 0; i < n; i++) {
    const p = part[i] as number;
    const at = next[p] as number;
    next[p] = at + 1;
    order[at] = i;
  }
  for (let p = 0; p < parts; p++) {
    const rows = order.subarray(starts[p], starts[p + 1]);
    const own = new Float64Array(rows.length);
    for (let k = 0; k < rows.length; k++) own[k] = values[rows[k] as number] as number;
    if (!isSorted(own)) rows.set(sortRows(own, rows.slice()));
  }
  return order;
}

function isSorted(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[i - 1] as number)) return false;
  return true;
}

/** Values evenly taken, sorted: each part has about as many rows, but for equal values. */
function splitters(values: Float64Array): Float64Array {
  const size = parts * perPart;
  const sample = Float64Array.from({ length: size }, (_, k) => values[Math.floor((k * values.length) / size)] ?? 0);
  sample.sort();
  return Float64Array.from({ length: parts - 1 }, (_, p) => sample[(p + 1) * perPart] ?? 0);
}

/** Sorts rows by the values at the same places. */
function sortRows(values: Float64Array, rows: Uint32Array): Uint32Array {
  const n = values.length;
  if (n < fewest) {
    const places = Uint32Array.from({ length: n }, (_, i) => i);
    return places.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0)).map((place) => rows[place] ?? 0);
  }
  const copy = new Float64Array(n);
  // Adding 0 turns −0 into 0.
  for (let i = 0; i < n; i++) copy[i] = (values[i] ?? 0) + 0;
  const words = new Uint32Array(copy.buffer);
  let from: Keys = { low: new Uint32Array(n), high: new Uint32Array(n), order: rows };
  // The bits are turned so that their order is that of the numbers.
  for (let i = 0; i < n; i++) {
    const [low, high] = [words[2 * i] ?? 0, words[2 * i + 1] ?? 0];
    const isNegative = high >>> 31 === 1;
    from.low[i] = isNegative ? ~low : low;
    from.high[i] = isNegative ? ~high : high ^ 0x80000000;
  }
  let to: Keys = { low: new Uint32Array(n), high: new Uint32Array(n), order: new Uint32Array(n) };
  for (const word of ['low', 'high'] as const)
    for (let shift = 0; shift < 32; shift += digitBits) {
      const digits = from[word];
      const starts = new Uint32Array(buckets + 1);
      for (let i = 0; i < n; i++) {
        const bucket = (((digits[i] ?? 0) >>> shift) & (buckets - 1)) + 1;
        starts[bucket] = (starts[bucket] ?? 0) + 1;
      }
      if (starts.includes(n)) continue;
      for (let b = 1; b <= buckets; b++) starts[b] = (starts[b] ?? 0) + (starts[b - 1] ?? 0);
      scatter(from, to, digits, shift, starts);
      [from, to] = [to, from];
    }
  return from.order;
}

interface Keys {
  low: Uint32Array;
  high: Uint32Array;
  order: Uint32Array;
}

function scatter(from: Keys, to: Keys, digits: Uint32Array, shift: number, starts: Uint32Array): void {
  const { low, high, order } = from;
  for (let i = 0; i < order.length; i++) {
    const bucket = ((digits[i] ?? 0) >>> shift) & (buckets - 1);
    const at = starts[bucket] ?? 0;
    starts[bucket] = at + 1;
    to.low[at] = low[i] ?? 0;
    to.high[at] = high[i] ?? 0;
    to.order[at] = order[i] ?? 0;
  }
}
