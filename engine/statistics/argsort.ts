/** With fewer values a comparison sort is faster than counting digits. */
const fewest = 2000;
const digitBits = 11;
const buckets = 1 << digitBits;

/**
 * The order of numbers from small to large, as row numbers; equal ones keep their order, and −0 equals 0. NaN is not
 * allowed. Large arrays are sorted by their digits, in linear time.
 */
export function argsort(values: Float64Array): Uint32Array {
  const n = values.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  if (n < fewest) return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const copy = new Float64Array(n);
  // Adding 0 turns −0 into 0.
  for (let i = 0; i < n; i++) copy[i] = (values[i] ?? 0) + 0;
  const words = new Uint32Array(copy.buffer);
  let from = { low: new Uint32Array(n), high: new Uint32Array(n), order };
  // The bits are turned so that their order is that of the numbers.
  for (let i = 0; i < n; i++) {
    const [low, high] = [words[2 * i] ?? 0, words[2 * i + 1] ?? 0];
    const isNegative = high >>> 31 === 1;
    from.low[i] = isNegative ? ~low : low;
    from.high[i] = isNegative ? ~high : high ^ 0x80000000;
  }
  let to = { low: new Uint32Array(n), high: new Uint32Array(n), order: new Uint32Array(n) };
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
