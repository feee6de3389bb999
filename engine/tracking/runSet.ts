/** A set of runs: 1 at the row number of each member. The sets of one moment have the same length, a multiple of 4. */
export type RunSet = Uint8Array<ArrayBuffer>;

/** An empty set for row numbers up to `most`. */
export function emptySet(most: number): RunSet {
  return new Uint8Array(4 * (Math.floor(most / 4) + 1));
}

export function setOf(like: RunSet, runs: readonly number[]): RunSet {
  const set = new Uint8Array(like.length);
  // A run beyond the end was written later; setting outside a typed array has no effect.
  for (let i = 0; i < runs.length; i++) set[runs[i] ?? 0] = 1;
  return set;
}

export function both(a: RunSet, b: RunSet): RunSet {
  const [set, x, y] = [new Uint32Array(a.length / 4), words(a), words(b)];
  for (let i = 0; i < set.length; i++) set[i] = (x[i] ?? 0) & (y[i] ?? 0);
  return bytes(set);
}

export function either(a: RunSet, b: RunSet): RunSet {
  const [set, x, y] = [new Uint32Array(a.length / 4), words(a), words(b)];
  for (let i = 0; i < set.length; i++) set[i] = (x[i] ?? 0) | (y[i] ?? 0);
  return bytes(set);
}

/** Members of `a` that are not in `b`. */
export function without(a: RunSet, b: RunSet): RunSet {
  const [set, x, y] = [new Uint32Array(a.length / 4), words(a), words(b)];
  for (let i = 0; i < set.length; i++) set[i] = (x[i] ?? 0) & ~(y[i] ?? 0);
  return bytes(set);
}

export function sizeOf(set: RunSet): number {
  const four = words(set);
  let size = 0;
  // The highest byte of the product is the sum of the four bytes.
  for (let i = 0; i < four.length; i++) size += Math.imul(four[i] ?? 0, 0x01010101) >>> 24;
  return size;
}

/** The row numbers in ascending order. */
export function runsIn(set: RunSet): number[] {
  const runs: number[] = [];
  for (let i = set.indexOf(1); i >= 0; i = set.indexOf(1, i + 1)) runs.push(i);
  return runs;
}

/** Four runs at a time: fast even before the code is compiled, for the first filter of a process. */
function words(set: RunSet): Uint32Array<ArrayBuffer> {
  return new Uint32Array(set.buffer, set.byteOffset, set.length / 4);
}

function bytes(set: Uint32Array<ArrayBuffer>): RunSet {
  return new Uint8Array(set.buffer);
}
