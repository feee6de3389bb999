import type { Predictions } from './predictions.ts';

/** The numbers of the rows of each query; rows without a query, relevance or score are left out. */
export function queriesOf(truth: Float64Array, { values, queries }: Predictions): Uint32Array[] {
  const codes = queries ?? new Int32Array(truth.length);
  let size = 0;
  for (const code of codes) if (code >= size) size = code + 1;
  const counts = new Uint32Array(size);
  const isKnown = (i: number) =>
    (codes[i] ?? -1) >= 0 && !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN);
  for (let i = 0; i < codes.length; i++) if (isKnown(i)) counts[codes[i] ?? 0] = (counts[codes[i] ?? 0] ?? 0) + 1;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(size);
  for (let i = 0; i < codes.length; i++) {
    if (!isKnown(i)) continue;
    const code = codes[i] ?? 0;
    const at = filled[code] ?? 0;
    const own = rows[code];
    if (own) own[at] = i;
    filled[code] = at + 1;
  }
  // A slice has the rows of some queries only.
  return rows.filter((own) => own.length > 0);
}
