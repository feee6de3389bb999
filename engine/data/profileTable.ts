import type * as told from '../../protocol/dataProfile.ts';
import type { Histogram, NumberProfile } from '../../protocol/dataProfile.ts';
import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { evenGrid, gridQuantiles, readGrid, tailGrid, type Bins, type Grid } from './grid.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { doubleLiteral, quoteIdentifier, quoteLiteral } from './quote.ts';

export type { NumberProfile } from '../../protocol/dataProfile.ts';
export type ColumnProfile = told.ColumnProfile & { type: FieldType };

export interface ProfileOptions {
  /** Only these columns. */
  columns?: readonly string[];
  /** Tables with more rows get estimates of quantiles and of how many values are distinct. Default 200,000. */
  exactRows?: number;
  onProgress?: (done: number, columns: number) => void;
}

const binCount = 20;
const sampleRows = 10_000;
/** Estimates of distinct values up to this are counted in any table. */
const countable = 1000;
/** Texts with more distinct values than this, in a large table, are not grouped to find the most frequent. */
const groupable = 20_000;

/** SQL for a column: its value as a number for numbers and times, where it has one, and whether it has one. */
interface ReadColumn extends SourceColumn {
  numeric: boolean;
  value: string;
  filled: string;
}

/** Numbers of a first pass, the same for all columns. */
interface Basics {
  rows: number;
  filled: number;
  distinct: number;
  row: Record<string, unknown>;
}

/**
 * Profiles every column of a FROM-able expression. Large tables are read a few times in parallel and never held: their
 * quantiles come from a grid (within 1/256 of the standard deviation; with a heavy tail, of the distance of the
 * quartiles, and far out of the way from the median). Throws DataError when it cannot be read.
 */
export async function profileTable(
  db: Database,
  source: string,
  options: ProfileOptions = {},
): Promise<ColumnProfile[]> {
  const columns = (await columnsOf(db, source))
    .filter(({ name }) => options.columns?.includes(name) ?? true)
    .map(readColumn);
  const profiles: ColumnProfile[] = [];
  const tell = () => options.onProgress?.(profiles.length, columns.length);
  if (columns.length <= portionColumns) await profileColumns(db, source, columns, options, profiles, tell);
  else {
    // A statement over a table of thousands of columns takes long to plan, whatever it reads; parts of the table are
    // taken out first.
    for (let from = 0; from < columns.length; from += portionColumns) {
      const portion = columns.slice(from, from + portionColumns);
      const part = `loopwright_part_${++parts}`;
      await db.run(
        `CREATE TEMP TABLE ${part} AS SELECT ${portion.map(({ name }) => quoteIdentifier(name)).join(', ')} FROM ${source}`,
      );
      await profileColumns(db, part, portion, options, profiles, tell);
      await db.run(`DROP TABLE ${part}`);
    }
  }
  return profiles;
}

let parts = 0;
const portionColumns = 100;

async function profileColumns(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  options: ProfileOptions,
  profiles: ColumnProfile[],
  tell: () => void,
): Promise<void> {
  const basics = await readBasics(db, source, columns);
  const rows = basics[0]?.rows ?? 0;
  const exact = rows <= (options.exactRows ?? 200_000);
  const distinct = await countDistinct(db, source, columns, basics, exact);
  const counted = exact ? await countNumbers(db, source, columns, basics) : [];
  const grids = exact ? [] : await gridsFor(db, source, columns, basics);
  for (const [i, column] of columns.entries()) {
    const { filled = 0, row = {}, distinct: estimate = 0 } = basics[i] ?? {};
    const base = {
      name: column.name,
      type: column.type,
      rows,
      missing: rows - filled,
      distinct: distinct[i] ?? Math.min(estimate, filled),
      exact: exact || distinct[i] !== undefined,
    };
    const values = `(SELECT ${column.value} AS v FROM ${source} WHERE ${column.filled})`;
    if (column.numeric)
      profiles.push({
        ...base,
        exact,
        top: null,
        lengths: null,
        numbers: await profileNumbers(
          db,
          values,
          row,
          i,
          counted[i] ?? null,
          grids[i] ?? null,
          column.type === 'integer',
        ),
      });
    else {
      const lengths =
        typeof row[`v${i}_min`] === 'number'
          ? { min: Number(row[`v${i}_min`]), mean: Number(row[`v${i}_mean`]), max: Number(row[`v${i}_max`]) }
          : null;
      profiles.push({
        ...base,
        numbers: null,
        top: await topValues(db, source, column, !exact && base.distinct > groupable),
        lengths,
      });
    }
    tell();
  }
}

function readColumn(column: SourceColumn): ReadColumn {
  const name = quoteIdentifier(column.name);
  const numeric = column.type === 'number' || column.type === 'integer' || column.type === 'datetime';
  const value =
    column.type === 'datetime'
      ? `epoch_ms(CAST(${name} AS TIMESTAMP))::DOUBLE`
      : numeric
        ? `${name}::DOUBLE`
        : `CAST(${name} AS VARCHAR)`;
  const filled =
    column.sqlType === 'DOUBLE' || column.sqlType === 'FLOAT'
      ? `(${name} IS NOT NULL AND NOT isnan(${name}))`
      : `(${name} IS NOT NULL)`;
  return { ...column, numeric, value, filled };
}

/** One pass: counts, bounds and moments of all columns. */
async function readBasics(db: Database, source: string, columns: readonly ReadColumn[]): Promise<Basics[]> {
  // Aggregates over CASE are several times as fast as aggregates with FILTER.
  const inner = columns.flatMap(({ name, numeric, value, filled, type }, i) => {
    const kept = [`CASE WHEN ${filled} THEN ${quoteIdentifier(name)} END AS o${i}`];
    if (numeric) return [...kept, `CASE WHEN ${filled} AND isfinite(${value}) THEN ${value} END AS v${i}`];
    return type === 'string' ? [...kept, `length(${value})::DOUBLE AS v${i}`] : kept;
  });
  const told = columns.flatMap(({ numeric, type }, i) => {
    const counts = [`count(o${i}) AS c${i}`, `approx_count_distinct(o${i}) AS d${i}`];
    if (!numeric && type !== 'string') return counts;
    const bounds = [`min(v${i}) AS v${i}_min`, `avg(v${i}) AS v${i}_mean`, `max(v${i}) AS v${i}_max`];
    if (!numeric) return [...counts, ...bounds];
    return [
      ...counts,
      ...bounds,
      `stddev_samp(CASE WHEN abs(v${i}) < 1e150 THEN v${i} END) AS v${i}_std`,
      `count(v${i}) AS v${i}_finite`,
      `sum((v${i} = 0)::INTEGER) AS v${i}_zeros`,
      `sum((v${i} < 0)::INTEGER) AS v${i}_negative`,
    ];
  });
  const [row = {}] = await db.rows(
    `SELECT ${['count(*) AS n', ...told].join(', ')} FROM (SELECT ${inner.join(', ') || '1'} FROM ${source})`,
  );
  return columns.map((_, i) => ({
    rows: Number(row['n']),
    filled: Number(row[`c${i}`]),
    distinct: Number(row[`d${i}`]),
    row,
  }));
}

/** The exact number of distinct values where it is worth counting, else undefined. */
async function countDistinct(
  db: Database,
  source: string,
  columns: readonly ReadColumn[],
  basics: readonly Basics[],
  exact: boolean,
): Promise<(number | undefined)[]> {
  const counted: (number | undefined)[] = columns.map(() => undefined);
  const wanted = columns.flatMap((column, i) =>
    exact || (basics[i]?.distinct ?? 0) <= countable ? [{ column, i }] : [],
  );
  if (wanted.length === 0) return counted;
  // count(DISTINCT) takes longer to set up than a small table to gather.
  const small = (basics[0]?.rows ?? 0) <= 20_000;
  const [row = {}] = await db.rows(
    `SELECT ${wanted.map(({ i }) => (small ? `len(list_distinct(list(o${i}))) AS d${i}` : `count(DISTINCT o${i}) AS d${i}`)).join(', ')} FROM (SELECT ${wanted.map(({ column, i }) => `CASE WHEN ${column.filled} THEN ${quoteIdentifier(column.name)} END AS o${i}`).join(', ')} FROM ${source})`,
  );
  for (const { i } of wanted) counted[i] = Number(row[`d${i}`] ?? 0);
  return counted;
}

/** The quantiles and the bins of a column, counted over all its values. */
interface CountedNumbers {
  quantiles: number[];
  histogram: Histogram;
}

/** All columns in one statement. */
async function countNumbers(
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
 * A grid for each column of numbers. Heavy tails ask for the quartiles of a sample of rows, always the same; they only
 * say where the grid is fine.
 */
async function gridsFor(
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

async function profileNumbers(
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

/** Quantiles and bins from the cells of a grid, in one pass. */
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
 * Bins between two bounds. Those of whole numbers hold as many each, or equal values would seem to be rarer where a bin
 * has one fewer. Far enough apart the width overflows, and so near together that no number lies between it vanishes:
 * then there is one.
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
  /** The last edge. */
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

async function topValues(
  db: Database,
  source: string,
  { value, filled, sqlType }: ReadColumn,
  many: boolean,
): Promise<{ value: string; count: number }[]> {
  const text = sqlType === 'VARCHAR' ? value : `(${value})`;
  let where = filled;
  if (many) {
    const [row] = await db.rows(`SELECT approx_top_k(${text}, 10) FILTER (${filled}) AS top FROM ${source}`);
    const candidates = Array.isArray(row?.['top'])
      ? (row['top'] as unknown[]).filter((item) => item !== null).map((item) => quoteLiteral(String(item)))
      : [];
    if (candidates.length === 0) return [];
    where = `${filled} AND ${text} IN (${candidates.join(', ')})`;
  }
  const top = await db.rows(
    `SELECT ${text} AS value, count(*) AS count FROM ${source} WHERE ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
  );
  return top.map((row) => ({ value: String(row['value']), count: Number(row['count']) }));
}
