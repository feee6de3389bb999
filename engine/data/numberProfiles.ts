import type { Histogram, NumberProfile } from '../../protocol/dataProfile.ts';
import { quantileOfRanks, quantileRanks } from '../statistics/quantile.ts';
import type { Basics, ReadColumn } from './columnBasics.ts';
import type { Database } from './database.ts';
import type { DistinctAndSpread } from './distinctAndSpread.ts';
import { evenGrid, readGrid, tailGrid, type Bins, type Grid } from './grid.ts';
import { quantilesOf } from './gridQuantiles.ts';
import { doubleLiteral } from './quote.ts';

const binCount = 20;
const sampleRows = 10_000;

/** Quantiles and bins of a column, counted over all values. */
export interface CountedNumbers {
  quantiles: number[];
  histogram: Histogram;
}

/** Counts all columns in one statement. */
export async function countNumbers(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  basics: readonly Basics[],
): Promise<(CountedNumbers | null)[]> {
  const wanted = columns.flatMap((column, i) => {
    const { row = {} } = basics[i] ?? {};
    const [low, high, count] = [row[`v${i}_min`], row[`v${i}_max`], Number(row[`v${i}_finite`] ?? 0)];
    return column.numeric && typeof low === 'number' && typeof high === 'number'
      ? [{ column, i, low, high, count, bins: binsBetween(low, high, column.type === 'integer') }]
      : [];
  });
  const found: (CountedNumbers | null)[] = columns.map(() => null);
  if (wanted.length === 0) return found;
  const asked = wanted.map(
    ({ i, count, bins }) =>
      `quantile_disc(v${i}, [${ranksOf(count)
        .map((rank) => (rank + 0.5) / count)
        .join(
          ', ',
        )}]) AS q${i}, CAST(to_json(histogram(CASE WHEN v${i} IS NOT NULL THEN ${bins.count === 1 ? '0' : `least(${bins.count - 1}, CAST(floor((v${i} - ${doubleLiteral(bins.low)}) / ${doubleLiteral(bins.width)}) AS INTEGER))`} END)) AS VARCHAR) AS h${i}`,
  );
  const [row = {}] = await db.rows(
    `SELECT ${asked.join(', ')} FROM (SELECT ${wanted.map(({ column, i }) => `CASE WHEN ${column.filled} AND isfinite(${column.value}) THEN ${column.value} END AS v${i}`).join(', ')} FROM ${source})`,
  );
  for (const { i, count, bins } of wanted) {
    const counts = Object.entries(JSON.parse(String(row[`h${i}`] ?? '{}')) as Record<string, number>);
    const q = row[`q${i}`];
    const values = new Map(ranksOf(count).map((rank, at) => [rank, Array.isArray(q) ? Number(q[at]) : Number.NaN]));
    found[i] = {
      quantiles: quantilesFrom(count, values),
      histogram: histogramFrom(
        bins,
        counts.map(([bin]) => Number(bin)),
        counts.map(([, n]) => n),
      ),
    };
  }
  return found;
}

/**
 * Returns a grid for each numeric column. For heavy tails, the grid is based on the quartiles of a fixed sample of
 * rows; the sample only decides where the grid is fine.
 */
export async function gridsFor(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  basics: readonly Basics[],
  spreads: readonly (DistinctAndSpread | null)[],
): Promise<(Grid | null)[]> {
  const grids = columns.map(({ numeric }, i): Grid | null | 'tail' => {
    const { row = {} } = basics[i] ?? {};
    if (!numeric || typeof row[`v${i}_min`] !== 'number') return null;
    return (
      evenGrid({
        min: Number(row[`v${i}_min`]),
        max: Number(row[`v${i}_max`]),
        mean: spreads[i]?.mean ?? 0,
        std: spreads[i]?.std ?? 0,
      }) ?? 'tail'
    );
  });
  const tails = columns.flatMap((column, i) => (grids[i] === 'tail' ? [{ column, i }] : []));
  if (tails.length === 0) return grids.map((grid) => (grid === 'tail' ? null : grid));
  const read = tails
    .map(
      ({ column, i }) => `CASE WHEN ${column.filled} AND isfinite(${column.value}) THEN ${column.value} END AS v${i}`,
    )
    .join(', ');
  const [row = {}] = await db.rows(
    `SELECT ${tails.map(({ i }) => `quantile_cont(v${i}, [0.25, 0.5, 0.75]) AS q${i}`).join(', ')} FROM (SELECT ${read} FROM ${source} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (1))`,
  );
  return grids.map((grid, i) => {
    if (grid !== 'tail') return grid;
    const q = row[`q${i}`];
    const quartiles =
      Array.isArray(q) && q.length === 3 ? (q.map(Number) as [number, number, number]) : ([0, 0, 0] as const);
    return tailGrid(quartiles, spreads[i]?.std ?? 0);
  });
}

const shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** Quantiles of a profile, from the number of values and the values at their ranks. */
export function quantilesFrom(count: number, values: ReadonlyMap<number, number>): number[] {
  return shares.map((share) => quantileOfRanks(count, share, (rank) => values.get(rank)));
}

/** Ranks of the values that the quantiles lie between. */
export function ranksOf(count: number): number[] {
  return shares.flatMap((share) => quantileRanks(count, share));
}

export async function profileNumbers(
  db: Database,
  values: string,
  row: Record<string, unknown>,
  i: number,
  spread: DistinctAndSpread | null,
  counted: CountedNumbers | null,
  grid: Grid | null,
  whole: boolean,
): Promise<NumberProfile | null> {
  const [min, max] = [row[`v${i}_min`], row[`v${i}_max`]];
  if (typeof min !== 'number' || typeof max !== 'number') return null;
  const found = counted ?? (await countByGrid(db, values, min, max, grid, whole));
  const core = coreOf(found.quantiles, min, max);
  return numberProfile(
    row,
    `${i}`,
    spread,
    found,
    core ? await histogramOf(db, values, core.low, core.high, whole) : null,
  );
}

/** Returns the profile of column `i` of a row of counts and bounds; null without finite values. */
export function numberProfile(
  row: Record<string, unknown>,
  i: string,
  spread: DistinctAndSpread | null,
  counted: CountedNumbers | null,
  core: Histogram | null,
): NumberProfile | null {
  const [min, max] = [row[`v${i}_min`], row[`v${i}_max`]];
  if (typeof min !== 'number' || typeof max !== 'number' || !counted) return null;
  const number = (part: string) => Number(row[`v${i}_${part}`] ?? 0);
  const { quantiles, histogram } = counted;
  const [, q05 = min, q25 = min, median = min, q75 = min, q95 = min] = quantiles;
  return {
    min,
    max,
    mean: spread?.mean ?? 0,
    std: spread?.std ?? 0,
    zeros: number('zeros'),
    negative: number('negative'),
    infinite: Number(row[`c${i}`]) - number('finite'),
    q05,
    q25,
    median,
    q75,
    q95,
    histogram,
    core,
  };
}

/** Returns the bounds of the middle 98 % where all values are far wider; null elsewhere. */
export function coreOf(quantiles: readonly number[], min: number, max: number): { low: number; high: number } | null {
  const [low = min, high = max] = [quantiles[0], quantiles[6]];
  return max - min > 5 * (high - low) && high > low ? { low, high } : null;
}

/** Counts bins and quantiles by the cells of a grid, without sorting all values. */
async function countByGrid(
  db: Database,
  values: string,
  min: number,
  max: number,
  grid: Grid | null,
  whole: boolean,
): Promise<CountedNumbers> {
  const bins = binsBetween(min, max, whole);
  const used = grid ?? { centre: min, scale: 1, tail: true };
  const cells = await readGrid(db, values, used, bins);
  return {
    histogram: histogramFrom(bins, cells.bins, cells.counts),
    quantiles: await quantilesOf(db, values, used, cells, shares),
  };
}

/**
 * Returns bins between two bounds. Bins of whole numbers contain the same number of integers each; otherwise equal
 * frequencies would look unequal. Returns one bin when the width overflows, or when no number is between the bounds.
 */
export function binsBetween(low: number, high: number, whole: boolean): BinPlan {
  if (whole && high > low && high - low < 2 ** 53) {
    const width = Math.ceil((high - low + 1) / binCount);
    const count = Math.ceil((high - low + 1) / width);
    return { low, width, count, end: low + count * width };
  }
  const width = (high - low) / binCount;
  return {
    ...(width > 0 && Number.isFinite(width) ? { low, width, count: binCount } : { low, width: 1, count: 1 }),
    end: high,
  };
}

export interface BinPlan extends Bins {
  /** Last edge. */
  end: number;
}

async function histogramOf(
  db: Database,
  values: string,
  low: number,
  high: number,
  whole: boolean,
): Promise<Histogram> {
  const bins = binsBetween(low, high, whole);
  const bin =
    bins.count === 1 ? '0' : `CAST(floor((v - ${doubleLiteral(low)}) / ${doubleLiteral(bins.width)}) AS INTEGER)`;
  const { columns } = await db.table(
    `SELECT least(${bins.count - 1}, ${bin}) AS bin, count(*)::DOUBLE AS n FROM ${values} WHERE v BETWEEN ${doubleLiteral(low)} AND ${doubleLiteral(high)} GROUP BY 1`,
  );
  const [at, n] = [columns['bin'], columns['n']];
  return histogramFrom(bins, at?.kind === 'number' ? at.values : [], n?.kind === 'number' ? n.values : []);
}

export function histogramFrom(bins: BinPlan, at: ArrayLike<number>, n: ArrayLike<number>): Histogram {
  const counts = Array.from({ length: bins.count }, () => 0);
  for (let i = 0; i < at.length; i++) {
    const bin = Math.min(bins.count - 1, Math.max(0, at[i] ?? 0));
    counts[bin] = (counts[bin] ?? 0) + (n[i] ?? 0);
  }
  return {
    edges: Array.from({ length: bins.count + 1 }, (_, i) => (i === bins.count ? bins.end : bins.low + i * bins.width)),
    counts,
  };
}
