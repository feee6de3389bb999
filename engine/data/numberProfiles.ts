import type { Histogram, NumberProfile } from '../../protocol/dataProfile.ts';
import type { Basics, ReadColumn } from './columnBasics.ts';
import type { Database } from './database.ts';
import { evenGrid, gridQuantiles, readGrid, tailGrid, type Bins, type Grid } from './grid.ts';
import { doubleLiteral } from './quote.ts';

const binCount = 20;
const sampleRows = 10_000;

/** Quantiles and bins of a column, counted over all values. */
interface CountedNumbers {
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
    const [low, high] = [basics[i]?.row[`v${i}_min`], basics[i]?.row[`v${i}_max`]];
    return column.numeric && typeof low === 'number' && typeof high === 'number'
      ? [{ column, i, low, high, bins: binsBetween(low, high, column.type === 'integer') }]
      : [];
  });
  const found: (CountedNumbers | null)[] = columns.map(() => null);
  if (wanted.length === 0) return found;
  const asked = wanted.map(
    ({ i, bins }) =>
      `quantile_cont(v${i}, [${shares.join(', ')}]) AS q${i}, CAST(to_json(histogram(CASE WHEN v${i} IS NOT NULL THEN ${bins.count === 1 ? '0' : `least(${bins.count - 1}, CAST(floor((v${i} - ${doubleLiteral(bins.low)}) / ${doubleLiteral(bins.width)}) AS INTEGER))`} END)) AS VARCHAR) AS h${i}`,
  );
  const [row = {}] = await db.rows(
    `SELECT ${asked.join(', ')} FROM (SELECT ${wanted.map(({ column, i }) => `CASE WHEN ${column.filled} AND isfinite(${column.value}) THEN ${column.value} END AS v${i}`).join(', ')} FROM ${source})`,
  );
  for (const { i, bins } of wanted) {
    const counts = Object.entries(JSON.parse(String(row[`h${i}`] ?? '{}')) as Record<string, number>);
    found[i] = {
      quantiles: (row[`q${i}`] as number[]).map(Number),
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
): Promise<(Grid | null)[]> {
  const grids = columns.map(({ numeric }, i): Grid | null | 'tail' => {
    const { row = {} } = basics[i] ?? {};
    if (!numeric || typeof row[`v${i}_min`] !== 'number') return null;
    return (
      evenGrid({
        min: Number(row[`v${i}_min`]),
        max: Number(row[`v${i}_max`]),
        mean: Number(row[`v${i}_mean`]),
        std: Number(row[`v${i}_std`]),
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
    return tailGrid(quartiles, Number(basics[i]?.row[`v${i}_std`] ?? 0));
  });
}

const shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

export async function profileNumbers(
  db: Database,
  values: string,
  row: Record<string, unknown>,
  i: number,
  counted: CountedNumbers | null,
  grid: Grid | null,
  whole: boolean,
): Promise<NumberProfile | null> {
  const [min, max] = [row[`v${i}_min`], row[`v${i}_max`]];
  if (typeof min !== 'number' || typeof max !== 'number') return null;
  const number = (part: string) => Number(row[`v${i}_${part}`] ?? 0);
  const base = {
    min,
    max,
    mean: number('mean'),
    std: number('std'),
    zeros: number('zeros'),
    negative: number('negative'),
    infinite: Number(row[`c${i}`]) - number('finite'),
  };
  const { quantiles, histogram } = counted ?? (await estimateNumbers(db, values, min, max, grid, whole));
  const [q01 = min, q05 = min, q25 = min, median = min, q75 = min, q95 = min, q99 = max] = quantiles;
  const wide = max - min > 5 * (q99 - q01) && q99 > q01;
  return {
    ...base,
    q05,
    q25,
    median,
    q75,
    q95,
    histogram,
    core: wide ? await histogramOf(db, values, q01, q99, whole) : null,
  };
}

/** Reads quantiles and bins from the cells of a grid, in one pass. */
async function estimateNumbers(
  db: Database,
  values: string,
  min: number,
  max: number,
  grid: Grid | null,
  whole: boolean,
): Promise<CountedNumbers> {
  const bins = binsBetween(min, max, whole);
  const cells = await readGrid(db, values, grid ?? { centre: min, scale: 1, tail: true }, bins);
  return { histogram: histogramFrom(bins, cells.bins, cells.counts), quantiles: gridQuantiles(cells, shares) };
}

/**
 * Returns bins between two bounds. Bins of whole numbers contain the same number of integers each; otherwise equal
 * frequencies would look unequal. Returns one bin when the width overflows, or when no number is between the bounds.
 */
function binsBetween(low: number, high: number, whole: boolean): BinPlan {
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

interface BinPlan extends Bins {
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

function histogramFrom(bins: BinPlan, at: ArrayLike<number>, n: ArrayLike<number>): Histogram {
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
