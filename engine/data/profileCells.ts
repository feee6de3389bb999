import type { Histogram } from '../../protocol/dataProfile.ts';
import { isOrdered, rangeOf, readColumn, type Basics, type ColumnProfile, type ReadColumn } from './columnBasics.ts';
import { cellsTable, type Cells } from './cells.ts';
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
  type CountedNumbers,
} from './numberProfiles.ts';

/**
 * Profiles columns by their cells: the same figures as `profileTable`, in a few statements for all columns. For tables of
 * few rows, whose distinct values are counted one by one.
 */
export async function profileCells(db: Database, cells: Cells): Promise<ColumnProfile[]> {
  const { columns, type, sqlType, table } = cells;
  const read = readColumn({ name: 'v', type, sqlType });
  const basics = await basicsOf(db, cells, read);
  if (!read.numeric) {
    const levels = await levelsOf(db, table, read);
    return columns.map(({ c, name }, i) => {
      const { rows = 0, filled = 0, row = {} } = basics[i] ?? {};
      const lengths =
        typeof row['v_min'] === 'number'
          ? { min: Number(row['v_min']), mean: Number(row['v_mean']), max: Number(row['v_max']) }
          : null;
      const { distinct, top } = levels.get(c) ?? { distinct: 0, top: [] };
      const range = rangeOf(row['v_first'], row['v_last']);
      return { name, type, rows, missing: rows - filled, distinct, top, exact: true, numbers: null, lengths, ...range };
    });
  }
  const spreads = await spreadsOf(db, cells, read, basics);
  const counted = await countedOf(db, cells, read, basics);
  const cores = await coresOf(db, cells, read, counted);
  return columns.map(({ c, name }, i) => {
    const { rows = 0, filled = 0, row = {} } = basics[i] ?? {};
    const spread = spreads.get(c) ?? null;
    return {
      name,
      type,
      rows,
      missing: rows - filled,
      distinct: spread?.distinct ?? 0,
      exact: true,
      top: null,
      lengths: null,
      numbers: numberProfile(row, '', spread, counted.get(c) ?? null, cores.get(c) ?? null),
    };
  });
}

async function basicsOf(db: Database, { columns, table }: Cells, read: ReadColumn): Promise<Basics[]> {
  const { numeric, type, value, filled } = read;
  const measured = numeric
    ? `CASE WHEN ${filled} AND isfinite(${value}) THEN ${value} END`
    : type === 'string'
      ? `length(${value})::DOUBLE`
      : null;
  const asked = [
    'count(*) AS n',
    'count(o) AS c_filled',
    ...(isOrdered(type) ? ['CAST(min(t) AS VARCHAR) AS v_first', 'CAST(max(t) AS VARCHAR) AS v_last'] : []),
    ...(measured === null ? [] : ['min(v) AS v_min', 'avg(v) AS v_mean', 'max(v) AS v_max']),
    ...(numeric
      ? ['count(v) AS v_finite', 'sum((v = 0)::INTEGER) AS v_zeros', 'sum((v < 0)::INTEGER) AS v_negative']
      : []),
  ];
  const rows = await db.rows(
    `SELECT c, ${asked.join(', ')} FROM (SELECT c, ${filled} OR NULL AS o, ${measured ?? 'NULL'} AS v${isOrdered(type) ? `, CASE WHEN ${filled} THEN v END AS t` : ''} FROM ${table}) GROUP BY c`,
  );
  const byColumn = new Map(rows.map((row) => [Number(row['c']), row]));
  return columns.map(({ c }) => {
    const row = byColumn.get(c) ?? {};
    const filledRows = Number(row['c_filled'] ?? 0);
    return { rows: Number(row['n'] ?? 0), filled: filledRows, distinct: 0, row: { ...row, c: filledRows } };
  });
}

/** Distinct values, mean and standard deviation, in units of the largest distance from the mean. */
async function spreadsOf(
  db: Database,
  { columns, table }: Cells,
  { value, filled }: ReadColumn,
  basics: readonly Basics[],
): Promise<Map<number, DistinctAndSpread>> {
  const units = columns.map(({ c }, i) => ({ c, unit: unitOf(basics[i]?.row ?? {}, '') }));
  const found = new Map<number, DistinctAndSpread>();
  await withNumbers(
    db,
    ['offset', 'scale', 'shift'],
    units.flatMap(({ c, unit }) => (unit ? [[c, unit.offset, unit.scale, unit.shift]] : [])),
    async (numbers) => {
      const asked = `count(DISTINCT o) AS d, avg(x) AS m, stddev_samp(x) AS s`;
      const x = `CASE WHEN ${filled} AND isfinite(${value}) THEN (${value} - "offset") / scale - shift END`;
      for (const row of await db.rows(
        `SELECT c, ${asked} FROM (SELECT cell.c AS c, CASE WHEN ${filled} THEN v END AS o, ${x} AS x FROM ${table} cell LEFT JOIN ${numbers} n ON n.c = cell.c) GROUP BY c`,
      )) {
        const c = Number(row['c']);
        found.set(c, {
          distinct: Number(row['d']),
          exact: true,
          mean: Number(row['m'] ?? 0),
          std: Number(row['s'] ?? 0),
        });
      }
    },
  );
  for (const { c, unit } of units) {
    const spread = found.get(c);
    if (!spread) continue;
    spread.mean = unit ? unit.back(spread.mean) : 0;
    spread.std = unit ? spread.std * unit.scale : 0;
  }
  return found;
}

/** Quantiles and bins of each column with finite values. */
async function countedOf(
  db: Database,
  { columns, table, type }: Cells,
  { value, filled }: ReadColumn,
  basics: readonly Basics[],
): Promise<Map<number, CountedNumbers>> {
  const plans = columns.flatMap(({ c }, i) => {
    const { row = {} } = basics[i] ?? {};
    const [low, high] = [row['v_min'], row['v_max']];
    return typeof low === 'number' && typeof high === 'number'
      ? [{ c, count: Number(row['v_finite']), bins: binsBetween(low, high, type === 'integer') }]
      : [];
  });
  const ranks = [...new Set(plans.map(({ count }) => count))].map(
    (count) =>
      `(${count}, [${ranksOf(count)
        .map((rank) => rank + 1)
        .join(', ')}])`,
  );
  const quantiles = new Map<number, unknown[]>();
  if (plans.length > 0)
    for (const row of await db.rows(
      `SELECT c, list_select(sorted, ranks) AS q FROM (SELECT c, list(v ORDER BY v) AS sorted FROM (SELECT c, ${value} AS v FROM ${table} WHERE ${filled}) WHERE isfinite(v) GROUP BY c) JOIN (VALUES ${ranks.join(', ')}) AS wanted(n, ranks) ON len(sorted) = n`,
    ))
      quantiles.set(Number(row['c']), row['q'] as unknown[]);
  const histograms = await histogramsOf(
    db,
    table,
    `${filled} AND isfinite(${value})`,
    value,
    plans.map(({ c, bins }) => ({ c, bins })),
  );
  return new Map(
    plans.map(({ c, count, bins }) => {
      const sorted = quantiles.get(c) ?? [];
      const values = new Map(ranksOf(count).map((rank, at) => [rank, Number(sorted[at])]));
      return [
        c,
        { quantiles: quantilesFrom(count, values), histogram: histograms.get(c) ?? histogramFrom(bins, [], []) },
      ];
    }),
  );
}

async function coresOf(
  db: Database,
  { columns, table, type }: Cells,
  { value, filled }: ReadColumn,
  counted: ReadonlyMap<number, CountedNumbers>,
): Promise<Map<number, Histogram>> {
  const plans = columns.flatMap(({ c }) => {
    const { quantiles, histogram } = counted.get(c) ?? {};
    const [low, high] = [histogram?.edges[0], histogram?.edges.at(-1)];
    const core = quantiles && low !== undefined && high !== undefined ? coreOf(quantiles, low, high) : null;
    return core ? [{ c, bins: binsBetween(core.low, core.high, type === 'integer'), ...core }] : [];
  });
  return histogramsOf(db, table, `${filled} AND ${value} BETWEEN low AND high`, value, plans);
}

/** Histograms of some columns, over the cells that a condition is true for. */
async function histogramsOf(
  db: Database,
  table: string,
  condition: string,
  value: string,
  plans: readonly { c: number; bins: BinPlan; high?: number }[],
): Promise<Map<number, Histogram>> {
  const found = new Map<number, { at: number[]; n: number[] }>();
  await withNumbers(
    db,
    ['low', 'high', 'width', 'bins'],
    plans.map(({ c, bins: { low, width, count, end }, high = end }) => [c, low, high, width, count]),
    async (numbers) => {
      const bin = `CASE WHEN bins = 1 THEN 0 ELSE least(bins - 1, floor((${value} - low) / width)) END`;
      const { columns, rows } = await db.table(
        `SELECT cell.c::DOUBLE AS c, ${bin} AS bin, count(*)::DOUBLE AS n FROM ${table} cell JOIN ${numbers} n ON n.c = cell.c WHERE ${condition} GROUP BY ALL`,
      );
      const numbersOf = (name: string) => (columns[name]?.kind === 'number' ? columns[name].values : []);
      const [c, at, n] = [numbersOf('c'), numbersOf('bin'), numbersOf('n')];
      for (let i = 0; i < rows; i++) {
        const own = found.get(c[i] ?? 0) ?? { at: [], n: [] };
        own.at.push(at[i] ?? 0);
        own.n.push(n[i] ?? 0);
        found.set(c[i] ?? 0, own);
      }
    },
  );
  return new Map(plans.map(({ c, bins }) => [c, histogramFrom(bins, found.get(c)?.at ?? [], found.get(c)?.n ?? [])]));
}

/** Calls a function with a table of numbers by column c. */
async function withNumbers(
  db: Database,
  names: readonly string[],
  rows: readonly (readonly number[])[],
  work: (table: string) => Promise<void>,
): Promise<void> {
  const table = cellsTable();
  const columns = [
    { name: 'c', kind: 'integer' as const },
    ...names.map((name) => ({ name, kind: 'number' as const })),
  ];
  await db.create(table, columns);
  try {
    if (rows.length > 0)
      await db.append(
        table,
        columns,
        columns.map((_, at) => rows.map((row) => row[at] ?? null)),
      );
    await work(table);
  } finally {
    await db.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** Counts the distinct values of each column, and the ten most frequent of them. */
async function levelsOf(
  db: Database,
  table: string,
  { filled }: ReadColumn,
): Promise<Map<number, { distinct: number; top: { value: string; count: number }[] }>> {
  const rows = await db.rows(
    `SELECT c, value, n, levels FROM (SELECT c, CAST(v AS VARCHAR) AS value, n, count(*) OVER (PARTITION BY c) AS levels, row_number() OVER (PARTITION BY c ORDER BY n DESC, CAST(v AS VARCHAR)) AS place FROM (SELECT c, v, count(*) AS n FROM ${table} WHERE ${filled} GROUP BY c, v)) WHERE place <= 10 ORDER BY c, place`,
  );
  const found = new Map<number, { distinct: number; top: { value: string; count: number }[] }>();
  for (const { c, value, n, levels } of rows) {
    const own = found.get(Number(c)) ?? { distinct: Number(levels), top: [] };
    own.top.push({ value: String(value), count: Number(n) });
    found.set(Number(c), own);
  }
  return found;
}
