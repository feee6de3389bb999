import type { Database } from './database.ts';
import { doubleLiteral } from './quote.ts';

/**
 * A grid of cells for numbers: cell = ⌊x · 256⌋ with x = (v − centre) / scale. With a tail, x is the asinh of that:
 * near the centre a cell is scale/256 wide, far out 1/256 of the distance. Values of any magnitude then need few cells.
 */
export interface Grid {
  centre: number;
  scale: number;
  tail: boolean;
}

/** Statistics of each cell that contains values, in ascending order. */
export interface GridCells {
  cells: Float64Array;
  counts: Float64Array;
  lows: Float64Array;
  highs: Float64Array;
  /** Histogram bin of each cell. A cell that spans two bins is listed twice. */
  bins: Float64Array;
}

const cellsPerUnit = 256;
const farthest = 1e9;
/** Number of standard deviations beyond which a grid of even cells would be mostly empty. */
const mostDeviations = 64;

/**
 * Returns a grid of even cells of 1/256 of the standard deviation, when all values are within 64 standard deviations;
 * otherwise null.
 */
export function evenGrid({
  min,
  max,
  mean,
  std,
}: {
  min: number;
  max: number;
  mean: number;
  std: number;
}): Grid | null {
  const range = max - min;
  if (range === 0) return { centre: min, scale: 1, tail: false };
  return Number.isFinite(range) && std > 0 && range <= mostDeviations * std
    ? { centre: mean, scale: std, tail: false }
    : null;
}

/**
 * Returns a grid around the middle half of the values, from their median and interquartile range. Constant values have
 * scale 1.
 */
export function tailGrid(quartiles: readonly [number, number, number], spread: number): Grid {
  const [low, median, high] = quartiles;
  const scale = high - low > 0 ? high - low : spread > 0 ? spread : Math.max(1, Math.abs(median));
  return { centre: median, scale: Math.min(scale, Number.MAX_VALUE), tail: true };
}

/** Equal bins between two bounds. The last bin is closed. */
export interface Bins {
  low: number;
  width: number;
  count: number;
}

/** Counts the finite values of column `v` of a FROM expression by grid cell, and by bin in the same pass. */
export async function readGrid(db: Database, values: string, grid: Grid, bins?: Bins): Promise<GridCells> {
  const bin =
    bins && bins.count > 1
      ? `least(${bins.count - 1}, CAST(floor((v - ${doubleLiteral(bins.low)}) / ${doubleLiteral(bins.width)}) AS INTEGER))`
      : '0';
  const { columns } = await db.table(
    `SELECT ${cellSql(grid)} AS cell, ${bin} AS bin, count(*)::DOUBLE AS n, min(v) AS low, max(v) AS high FROM ${values} WHERE isfinite(v) GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const numbers = (name: string) => {
    const column = columns[name];
    return column?.kind === 'number' ? column.values : new Float64Array();
  };
  return {
    cells: numbers('cell'),
    counts: numbers('n'),
    lows: numbers('low'),
    highs: numbers('high'),
    bins: numbers('bin'),
  };
}

/**
 * Two tables on one grid: the mean of each cell that contains values and its count in each table, in ascending order.
 */
export interface SharedCells {
  values: Float64Array;
  reference: Float64Array;
  current: Float64Array;
}

/**
 * Counts the finite values of column `v` of two FROM expressions on a grid fitted to the first. Empty when the first
 * has no values.
 */
export async function readSharedGrid(db: Database, reference: string, current: string): Promise<SharedCells> {
  const finite = (values: string) => `(SELECT v FROM ${values} WHERE isfinite(v))`;
  const [row = {}] = await db.rows(
    `SELECT min(v) AS min, max(v) AS max, avg(v) AS mean, stddev_samp(CASE WHEN abs(v) < 1e150 THEN v END) AS std FROM ${finite(reference)}`,
  );
  const { min, max, mean } = row;
  if (typeof min !== 'number' || typeof max !== 'number' || typeof mean !== 'number')
    return { values: new Float64Array(), reference: new Float64Array(), current: new Float64Array() };
  const std = Number(row['std'] ?? 0);
  let grid = evenGrid({ min, max, mean, std });
  const [far = {}] = grid ? await db.rows(`SELECT min(v) AS min, max(v) AS max FROM ${finite(current)}`) : [];
  // Values of the current table can be so far out that even cells would be too many.
  if (
    !grid ||
    Math.max(Math.abs(Number(far['max'] ?? 0) - mean), Math.abs(Number(far['min'] ?? 0) - mean)) >
      mostDeviations * grid.scale
  ) {
    const [sample = {}] = await db.rows(
      `SELECT quantile_cont(v, [0.25, 0.5, 0.75]) AS q FROM (SELECT v FROM ${finite(reference)} USING SAMPLE reservoir(10000 ROWS) REPEATABLE (1))`,
    );
    grid = tailGrid(
      Array.isArray(sample['q']) ? (sample['q'].map(Number) as [number, number, number]) : [min, min, min],
      std,
    );
  }
  const cell = cellSql(grid);
  const side = (values: string, r: string, c: string) =>
    `SELECT ${cell} AS cell, ${r} AS r, ${c} AS c, sum(v) AS s FROM ${finite(values)} GROUP BY 1`;
  const { columns } = await db.table(
    `SELECT sum(s) / (sum(r) + sum(c)) AS v, sum(r)::DOUBLE AS r, sum(c)::DOUBLE AS c FROM (${side(reference, 'count(*)', '0')} UNION ALL ${side(current, '0', 'count(*)')}) GROUP BY cell ORDER BY cell`,
  );
  const numbers = (name: string) => {
    const column = columns[name];
    return column?.kind === 'number' ? column.values : new Float64Array();
  };
  return { values: numbers('v'), reference: numbers('r'), current: numbers('c') };
}

/** Returns SQL for the number of the cell that holds `v`. */
export function cellSql({ centre, scale, tail }: Grid): string {
  const x = `(v - ${doubleLiteral(centre)}) / ${doubleLiteral(Math.max(Number.MIN_VALUE, scale / (tail ? 1 : cellsPerUnit)))}`;
  // Distances beyond a double are infinite: their values share the outermost cell.
  return `floor(least(${farthest}, greatest(-${farthest}, ${tail ? `asinh(${x}) * ${cellsPerUnit}` : x})))::INTEGER`;
}
