import { quantileOfRanks, quantileRanks } from '../statistics/quantile.ts';
import type { Database } from './database.ts';
import { cellSql, type Grid, type GridCells } from './grid.ts';

/** Values of a range, all between `low` and `high`; `below` values are smaller. */
interface Range {
  low: number;
  high: number;
  count: number;
  below: number;
  cells: number[];
}

/**
 * Returns the quantiles of the finite values of column `v` of a FROM expression, by linear interpolation between two of
 * them (type 7: the default of numpy and R). The cells of a grid over the values show which cells contain a quantile;
 * the values of these cells are counted one by one, so the result is exact. NaN without values.
 */
export async function quantilesOf(
  db: Database,
  values: string,
  grid: Grid,
  cells: GridCells,
  shares: readonly number[],
): Promise<number[]> {
  const ranges = rangesOf(cells);
  const last = ranges.at(-1);
  const total = last ? last.below + last.count : 0;
  if (total === 0) return shares.map(() => Number.NaN);
  const ranks = new Set(shares.flatMap((share) => quantileRanks(total, share)));
  const known = await valuesAt(db, values, grid, ranges, [...ranks]);
  return shares.map((share) => quantileOfRanks(total, share, (rank) => known.get(rank)));
}

/** Joins cells that overlap, which rounding of the cell function can cause at a boundary. */
function rangesOf({ cells, counts, lows, highs }: GridCells): Range[] {
  const ranges: Range[] = [];
  let below = 0;
  for (const [i, count] of counts.entries()) {
    const [low, high, cell, before] = [lows[i] ?? 0, highs[i] ?? 0, cells[i] ?? 0, ranges.at(-1)];
    // A cell that spans two bins of the histogram is listed twice.
    if (before && (low <= before.high || before.cells.at(-1) === cell)) {
      before.low = Math.min(before.low, low);
      before.high = Math.max(before.high, high);
      before.count += count;
      before.cells.push(cell);
    } else ranges.push({ low, high, count, below, cells: [cell] });
    below += count;
  }
  return ranges;
}

/** Returns the values with these ranks in ascending order, counted from 0. */
async function valuesAt(
  db: Database,
  values: string,
  grid: Grid,
  ranges: readonly Range[],
  ranks: readonly number[],
): Promise<Map<number, number>> {
  const known = new Map<number, number>();
  const open = new Map<Range, number[]>();
  for (const rank of ranks) {
    const range = ranges.find(({ below, count }) => rank < below + count);
    if (!range) continue;
    if (rank === range.below || range.low === range.high) known.set(rank, range.low);
    else if (rank === range.below + range.count - 1) known.set(rank, range.high);
    else open.set(range, [...(open.get(range) ?? []), rank]);
  }
  if (open.size === 0) return known;
  const read = ranges.filter((range) => open.has(range));
  let before = 0;
  const wanted: { rank: number; place: number }[] = [];
  for (const range of read) {
    for (const rank of open.get(range) ?? []) wanted.push({ rank, place: before + rank - range.below });
    before += range.count;
  }
  const within = `${cellSql(grid)} IN (${read.flatMap((range) => range.cells).join(', ')})`;
  const hit = wanted.map(({ place }) => `(upto > ${place} AND upto - n <= ${place})`).join(' OR ');
  const rows = await db.rows(
    `SELECT v, (upto - n)::DOUBLE AS first, upto::DOUBLE AS upto FROM (SELECT v, n, sum(n) OVER (ORDER BY v) AS upto FROM (SELECT v, count(*) AS n FROM ${values} WHERE isfinite(v) AND ${within} GROUP BY v)) WHERE ${hit} ORDER BY v`,
  );
  for (const { rank, place } of wanted) {
    const row = rows.find(({ first, upto }) => Number(first) <= place && place < Number(upto));
    if (row) known.set(rank, Number(row['v']));
  }
  return known;
}
