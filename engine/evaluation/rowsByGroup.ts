import type { Groups } from './groups.ts';

/** The rows of each group that has any, most rows first; code −1 are the rows without a group. */
export function rowsByGroup({ names, codes }: Groups): { code: number; rows: Uint32Array }[] {
  const counts = new Uint32Array(names.length + 1);
  for (let i = 0; i < codes.length; i++) {
    const at = (codes[i] as number) + 1;
    counts[at] = (counts[at] as number) + 1;
  }
  const lists = Array.from(counts, (n) => new Uint32Array(n));
  const filled = new Uint32Array(counts.length);
  for (let i = 0; i < codes.length; i++) {
    const at = (codes[i] as number) + 1;
    const list = lists[at];
    if (list) list[filled[at] as number] = i;
    filled[at] = (filled[at] as number) + 1;
  }
  return lists
    .map((rows, at) => ({ code: at - 1, rows }))
    .filter(({ rows }) => rows.length > 0)
    .toSorted((a, b) => b.rows.length - a.rows.length);
}
