import { jensenShannon } from '../statistics/jensenShannon.ts';
import { wasserstein } from '../statistics/wasserstein.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';

/** How a column's values moved. Numbers of times are epoch milliseconds. */
export interface DistributionChange {
  name: string;
  rows: { before: number; after: number };
  /** Share of rows without a value, 0 to 1. */
  missing: { before: number; after: number };
  mean: { before: number; after: number } | null;
  /** Wasserstein distance over the standard deviation before, from 201 estimated quantiles a side; numbers and times. */
  wasserstein_std: number | null;
  /** Jensen-Shannon distance to base 2 over the 1,000 most frequent values and one for the rest; all else. */
  js_distance_2: number | null;
}

const points = 200;
const categories = 1000;

/** The distributions of the columns that two tables share, the most moved first. Counted by DuckDB; at most some thousand numbers reach JavaScript. */
export async function distributionChanges(db: Database, before: string, after: string): Promise<DistributionChange[]> {
  const now = await columnsOf(db, after);
  const common = (await columnsOf(db, before)).filter((column) => now.some(({ name, type }) => name === column.name && isNumeric(type) === isNumeric(column.type)));
  if (common.length === 0) return [];
  const [a, b] = [await sideOf(db, before, common), await sideOf(db, after, now.filter(({ name }) => common.some((column) => column.name === name)))];
  const changes: DistributionChange[] = [];
  for (const column of common) {
    const [x, y] = [a.get(column.name), b.get(column.name)];
    if (!x || !y) continue;
    const base = { name: column.name, rows: { before: x.rows, after: y.rows }, missing: { before: x.missing, after: y.missing } };
    if (isNumeric(column.type)) {
      const distance = wasserstein(x.quantiles, y.quantiles);
      changes.push({ ...base, mean: x.mean === null || y.mean === null ? null : { before: x.mean, after: y.mean }, wasserstein_std: distance === null ? null : over(distance, x.std), js_distance_2: null });
    } else changes.push({ ...base, mean: null, wasserstein_std: null, js_distance_2: await categoryDistance(db, before, after, column.name) });
  }
  return changes.toSorted((x, y) => moved(y) - moved(x));
}

/** How much a change is worth showing: its distance, or that values are missing that were not. */
export function moved({ wasserstein_std: w, js_distance_2: js, missing }: DistributionChange): number {
  return Math.max(w ?? 0, js ?? 0, Math.abs(missing.after - missing.before));
}

interface Side {
  rows: number;
  missing: number;
  mean: number | null;
  std: number;
  quantiles: number[];
}

async function sideOf(db: Database, source: string, columns: readonly SourceColumn[]): Promise<Map<string, Side>> {
  const shares = `[${Array.from({ length: points + 1 }, (_, i) => i / points).join(', ')}]`;
  const asked = columns.flatMap((column, i) => {
    const value = valueOf(column);
    const counted = `count(*) FILTER (${value} IS NOT NULL) AS n${i}`;
    return isNumeric(column.type) ? [counted, `avg(${value}) AS m${i}`, `max(abs(${value})) AS x${i}`, `approx_quantile(${value}, ${shares}) AS q${i}`, `min(${value}) AS l${i}, max(${value}) AS h${i}`] : [counted];
  });
  const [row = {}] = await db.rows(`SELECT count(*) AS n, ${asked.join(', ')} FROM ${source}`);
  const rows = Number(row['n']);
  return new Map(columns.map(({ name }, i): [string, Side] => {
    const found = Number(row[`n${i}`] ?? 0);
    const list = Array.isArray(row[`q${i}`]) ? (row[`q${i}`] as number[]).map(Number) : [];
    // The ends are known exactly; an estimate would miss them.
    const quantiles = list.map((value, at) => (at === 0 ? Number(row[`l${i}`]) : at === points ? Number(row[`h${i}`]) : value)).toSorted((x, y) => x - y);
    const mean = typeof row[`m${i}`] === 'number' ? Number(row[`m${i}`]) : null;
    return [name, { rows, missing: rows === 0 ? 0 : 1 - found / rows, mean, std: spread(quantiles), quantiles }];
  }));
}

/** The standard deviation that the quantiles tell: squares of far values overflow in SQL. */
function spread(sorted: readonly number[]): number {
  if (sorted.length === 0) return 0;
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  return Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2 / sorted.length, 0));
}

function over(distance: number, std: number): number {
  if (distance === 0) return 0;
  return distance / Math.max(std, 0.001);
}

function isNumeric(type: string): boolean {
  return type === 'integer' || type === 'number' || type === 'datetime';
}

/** The value of a number or time as a finite double, else NULL; of all else as text. */
function valueOf({ name, type }: SourceColumn): string {
  const column = quoteIdentifier(name);
  if (type === 'datetime') return `(CASE WHEN isfinite(${column}) THEN epoch_ms(CAST(${column} AS TIMESTAMP))::DOUBLE END)`;
  if (type === 'integer' || type === 'number') return `(CASE WHEN isfinite(${column}::DOUBLE) THEN ${column}::DOUBLE END)`;
  return `CAST(${column} AS VARCHAR)`;
}

async function categoryDistance(db: Database, before: string, after: string, name: string): Promise<number | null> {
  const column = `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
  const rows = await db.rows(`SELECT sum(a)::DOUBLE AS a, sum(b)::DOUBLE AS b FROM (
    SELECT a, b, row_number() OVER (ORDER BY a + b DESC, v) AS place FROM (SELECT v, count(*) FILTER (side = 0) AS a, count(*) FILTER (side = 1) AS b FROM (
      SELECT ${column} AS v, 0 AS side FROM ${before} UNION ALL SELECT ${column} AS v, 1 AS side FROM ${after}) WHERE v IS NOT NULL GROUP BY v)) GROUP BY least(place, ${categories + 1})`);
  return jensenShannon(rows.map((row) => Number(row['a'])), rows.map((row) => Number(row['b'])))?.js_distance_2 ?? null;
}
