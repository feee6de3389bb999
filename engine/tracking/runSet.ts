/** A set of runs: 1 at the row number of each run that is in it. The sets of one moment have the same length. */
export type RunSet = Uint8Array;

export function setOf(length: number, runs: readonly number[]): RunSet {
  const set = new Uint8Array(length);
  // A run beyond the end was written after the moment: outside of a typed array nothing is set.
  for (const run of runs) set[run] = 1;
  return set;
}

export function both(a: RunSet, b: RunSet): RunSet {
  const set = new Uint8Array(a.length);
  for (let i = 0; i < set.length; i++) set[i] = (a[i] ?? 0) & (b[i] ?? 0);
  return set;
}

export function either(a: RunSet, b: RunSet): RunSet {
  const set = new Uint8Array(a.length);
  for (let i = 0; i < set.length; i++) set[i] = (a[i] ?? 0) | (b[i] ?? 0);
  return set;
}

/** Those of `a` that are not in `b`. */
export function without(a: RunSet, b: RunSet): RunSet {
  const set = new Uint8Array(a.length);
  for (let i = 0; i < set.length; i++) set[i] = (a[i] ?? 0) & ~(b[i] ?? 0);
  return set;
}

export function sizeOf(set: RunSet): number {
  let size = 0;
  for (let i = 0; i < set.length; i++) size += set[i] ?? 0;
  return size;
}

/** The row numbers, rising. */
export function runsIn(set: RunSet): number[] {
  const runs: number[] = [];
  for (let i = 0; i < set.length; i++) if (set[i] === 1) runs.push(i);
  return runs;
}
