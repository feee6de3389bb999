import type { SharedDistribution } from '../../protocol/dataProfile.ts';
import type { Database } from './database.ts';
import type { ColumnProfile } from './profileTable.ts';
import { doubleLiteral, quoteIdentifier } from './quote.ts';

const binCount = 24;
const mostLabels = 12;

/**
 * Returns the distributions of a column in two FROM expressions over the same bins, from their profiles and one more
 * pass over each. Null when a side has no values or the types differ in kind.
 */
export async function sharedDistribution(
  db: Database,
  reference: string,
  current: string,
  before: ColumnProfile,
  now: ColumnProfile,
): Promise<SharedDistribution | null> {
  if (before.numbers && now.numbers) {
    const ends = [before.numbers, now.numbers].map(({ core, min, max }) => ({
      low: core?.edges[0] ?? min,
      high: core?.edges.at(-1) ?? max,
    }));
    const [low, high] = [Math.min(...ends.map((end) => end.low)), Math.max(...ends.map((end) => end.high))];
    const width = (high - low) / binCount;
    if (!(width > 0) || !Number.isFinite(width))
      return { edges: [low, high], labels: [], reference: [1], current: [1] };
    const sides = await Promise.all([binned(db, reference, before, low, width), binned(db, current, now, low, width)]);
    return {
      edges: Array.from({ length: binCount + 1 }, (_, i) => (i === binCount ? high : low + i * width)),
      labels: [],
      reference: sides[0],
      current: sides[1],
    };
  }
  if (!before.top || !now.top || before.top.length === 0 || now.top.length === 0) return null;
  const labels = [
    ...new Set([...before.top, ...now.top].toSorted((a, b) => b.count - a.count).map(({ value }) => value)),
  ].slice(0, mostLabels);
  const [a, b] = await Promise.all([labelled(db, reference, before, labels), labelled(db, current, now, labels)]);
  const rest = [a, b].map((shares) => 1 - shares.reduce((sum, share) => sum + share, 0));
  const other = rest.some((share) => share > 1e-9);
  return {
    edges: [],
    labels: other ? [...labels, 'other'] : labels,
    reference: other ? [...a, Math.max(0, rest[0] ?? 0)] : a,
    current: other ? [...b, Math.max(0, rest[1] ?? 0)] : b,
  };
}

async function binned(
  db: Database,
  source: string,
  { name, type }: ColumnProfile,
  low: number,
  width: number,
): Promise<number[]> {
  const own = quoteIdentifier(name);
  const value = type === 'datetime' ? `epoch_ms(CAST(${own} AS TIMESTAMP))::DOUBLE` : `${own}::DOUBLE`;
  const rows = await db.rows(
    `SELECT CAST(least(${binCount - 1}, greatest(0, floor((v - ${doubleLiteral(low)}) / ${doubleLiteral(width)}))) AS INTEGER) AS bin, count(*) AS n FROM (SELECT ${value} AS v FROM ${source} WHERE ${own} IS NOT NULL) WHERE isfinite(v) GROUP BY 1`,
  );
  return shares(
    Array.from({ length: binCount }, (_, i) => Number(rows.find((row) => Number(row['bin']) === i)?.['n'] ?? 0)),
  );
}

async function labelled(
  db: Database,
  source: string,
  { name, rows: all, missing }: ColumnProfile,
  labels: readonly string[],
): Promise<number[]> {
  const own = quoteIdentifier(name);
  const rows = await db.rows(
    `SELECT CAST(${own} AS VARCHAR) AS label, count(*) AS n FROM ${source} WHERE CAST(${own} AS VARCHAR) IN (${labels.map((_, i) => `$${i + 1}`).join(', ')}) GROUP BY 1`,
    [...labels],
  );
  const total = Math.max(1, all - missing);
  return labels.map((label) => Number(rows.find((row) => row['label'] === label)?.['n'] ?? 0) / total);
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => (total === 0 ? 0 : n / total));
}
