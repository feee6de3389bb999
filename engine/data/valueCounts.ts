import type { Histogram, NumberProfile } from '../../protocol/dataProfile.ts';
import type { Basics, ReadColumn } from './columnBasics.ts';
import type { Database } from './database.ts';
import { unitOf, type DistinctAndSpread } from './distinctAndSpread.ts';
import {
  binsBetween,
  coreOf,
  histogramFrom,
  numberProfile,
  quantilesFrom,
  ranksOf,
  type BinPlan,
} from './numberProfiles.ts';
import { quoteIdentifier } from './quote.ts';

/** Different values, about, up to which a column is counted value by value. */
export const mostCounted = 200_000;

/** The profile of a column of numbers or times with few different values, from one pass that counts each of them. */
export async function profileByCounts(
  db: Database,
  source: string,
  column: ReadColumn,
  { row }: Basics,
  i: number,
): Promise<{ distinct: number; numbers: NumberProfile | null }> {
  const counted = `SELECT ${quoteIdentifier(column.name)}, count(*)::DOUBLE AS _lw_count FROM ${source} WHERE ${column.filled} GROUP BY 1`;
  const { columns, rows } = await db.table(
    `SELECT ${column.value} AS _lw_value, _lw_count FROM (${counted}) ORDER BY _lw_value`,
  );
  const numbersOf = (name: string) => (columns[name]?.kind === 'number' ? columns[name].values : new Float64Array());
  const [all, allCounts] = [numbersOf('_lw_value'), numbersOf('_lw_count')];
  // Infinite values are at the ends.
  let [from, to] = [0, rows];
  while (from < to && !Number.isFinite(all[from])) from++;
  while (to > from && !Number.isFinite(all[to - 1])) to--;
  const [values, counts] = [all.subarray(from, to), allCounts.subarray(from, to)];
  const { type } = column;
  const [min = 0, max = 0] = [values[0], values.at(-1)];
  const quantiles = quantilesOf(values, counts);
  const core = coreOf(quantiles, min, max);
  const numbers = numberProfile(
    row,
    `${i}`,
    spreadOf(values, counts, row, i, rows),
    { quantiles, histogram: histogramOf(values, counts, binsBetween(min, max, type === 'integer'), min, max) },
    core && histogramOf(values, counts, binsBetween(core.low, core.high, type === 'integer'), core.low, core.high),
  );
  return { distinct: rows, numbers };
}

function quantilesOf(values: Float64Array, counts: Float64Array): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const known = new Map<number, number>();
  let [at, upTo] = [0, counts[0] ?? 0];
  for (const rank of ranksOf(total).toSorted((a, b) => a - b)) {
    while (rank >= upTo && at < values.length) upTo += counts[++at] ?? 0;
    known.set(rank, values[at] ?? Number.NaN);
  }
  return quantilesFrom(total, known);
}

function histogramOf(values: Float64Array, counts: Float64Array, bins: BinPlan, low: number, high: number): Histogram {
  const [at, n]: [number[], number[]] = [[], []];
  for (const [i, value] of values.entries()) {
    if (value < low || value > high) continue;
    at.push(bins.count === 1 ? 0 : Math.floor((value - bins.low) / bins.width));
    n.push(counts[i] ?? 0);
  }
  return histogramFrom(bins, at, n);
}

/** Mean and standard deviation, as `readDistinctAndSpread` computes them. */
function spreadOf(
  values: Float64Array,
  counts: Float64Array,
  row: Record<string, unknown>,
  i: number,
  distinct: number,
): DistinctAndSpread {
  const unit = unitOf(row, i);
  if (!unit) return { distinct, exact: true, mean: 0, std: 0 };
  const { offset, scale, shift } = unit;
  const x = values.map((value) => (shift === 0 ? (value - offset) / scale : value / scale - shift));
  const total = counts.reduce((sum, n) => sum + n, 0);
  const mean = x.reduce((sum, one, j) => sum + one * (counts[j] ?? 0), 0) / total;
  const squares = x.reduce((sum, one, j) => sum + (one - mean) ** 2 * (counts[j] ?? 0), 0);
  const std = total > 1 ? Math.sqrt(squares / (total - 1)) * scale : 0;
  return { distinct, exact: true, mean: unit.back(mean), std };
}
