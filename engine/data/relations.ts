import type { DataRelations, Relevance } from '../../protocol/dataProfile.ts';
import { mutualInformation } from '../statistics/mutualInformation.ts';
import type { Database } from './database.ts';
import { columnsOf } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';
import type { Column } from './table.ts';

const sampleRows = 50_000;
const mostCorrelated = 40;
const mostBins = 32;
const mostLevels = 50;

/**
 * Computes the correlations between the columns of a FROM expression and the relevance of each for the target, on a
 * fixed sample. Columns are read one at a time.
 */
export async function relationsOf(
  db: Database,
  source: string,
  options: { target?: string | null; leaveOut?: readonly string[] } = {},
): Promise<DataRelations> {
  const { target = null, leaveOut = [] } = options;
  const columns = (await columnsOf(db, source)).filter(
    ({ name, sqlType }) => !leaveOut.includes(name) && !/(\]|^STRUCT.*|^MAP.*|^BLOB)$/s.test(sqlType),
  );
  const sample = `loopwright_relations_${++samples}`;
  const [{ n } = { n: 0 }] = await db.rows(`SELECT count(*) AS n FROM ${source}`);
  await db.run(
    `CREATE TEMP TABLE ${sample} AS SELECT ${columns.map(({ name }) => quoteIdentifier(name)).join(', ') || '1'} FROM ${source} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7)`,
  );
  try {
    const read = async (name: string): Promise<Column | undefined> =>
      (await db.table(`SELECT ${quoteIdentifier(name)} AS v FROM ${sample}`)).columns['v'];
    const sampled = Math.min(Number(n), sampleRows);
    const numeric = columns
      .filter(({ type }) => type === 'number' || type === 'integer' || type === 'datetime')
      .slice(0, mostCorrelated)
      .map(({ name }) => name);
    const values: { name: string; plain: Float64Array; ranks: Float64Array }[] = [];
    for (const name of numeric) {
      const column = await read(name);
      if (column?.kind === 'number') values.push({ name, plain: column.values, ranks: ranksOf(column.values) });
    }
    const matrix = (of: 'plain' | 'ranks') =>
      symmetric(values.length, (i, j) => correlation(values[i]?.[of] ?? [], values[j]?.[of] ?? []));
    const relevance: Relevance[] = [];
    const goal = target === null ? undefined : await read(target);
    const outcome = goal ? levelsOf(goal, 10) : null;
    for (const { name } of outcome ? columns : []) {
      const column = name === target ? undefined : await read(name);
      const found = column && outcome ? mutualInformation(contingency(levelsOf(column, mostBins), outcome)) : null;
      if (found)
        relevance.push({
          column: name,
          mutualInformation: found.mutual_information,
          baseline: found.baseline,
          share: found.uncertainty_coefficient,
          relevant: found.mutual_information > found.baseline,
        });
    }
    // Ranked by information above chance: many levels alone increase the mutual information.
    relevance.sort((a, b) => b.mutualInformation - b.baseline - (a.mutualInformation - a.baseline));
    return {
      rows: Number(n),
      sampled,
      columns: values.map(({ name }) => name),
      pearson: matrix('plain'),
      spearman: matrix('ranks'),
      target: outcome ? target : null,
      relevance,
    };
  } finally {
    await db.run(`DROP TABLE IF EXISTS ${sample}`);
  }
}

let samples = 0;

/**
 * Pearson's correlation over the rows where both values are finite; null when one of them is constant. On ranks without
 * missing values it is Spearman's.
 */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  let [n, meanA, meanB, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  const [unitA, unitB] = [unitOf(a), unitOf(b)];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? Number.NaN) / unitA, (b[i] ?? Number.NaN) / unitB];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    n++;
    const [dx, dy] = [x - meanA, y - meanB];
    meanA += dx / n;
    meanB += dy / n;
    saa += dx * (x - meanA);
    sbb += dy * (y - meanB);
    sab += dx * (y - meanB);
  }
  return saa > 0 && sbb > 0 ? Math.max(-1, Math.min(1, sab / Math.sqrt(saa * sbb))) : null;
}

/** Returns a power of two near the largest finite value, in units of which no square overflows or vanishes. */
function unitOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (size > most && size < Number.POSITIVE_INFINITY) most = size;
  }
  return 2 ** Math.max(-1022, Math.floor(Math.log2(most)));
}

function symmetric(size: number, value: (i: number, j: number) => number | null): (number | null)[][] {
  const matrix: (number | null)[][] = Array.from({ length: size }, () => Array.from({ length: size }, () => null));
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const found = value(i, j);
      for (const [row, column] of [
        [i, j],
        [j, i],
      ] as const)
        (matrix[row] ?? [])[column] = found;
    }
  }
  return matrix;
}

/** Returns average ranks from 1; NaN stays NaN. */
function ranksOf(values: Float64Array): Float64Array {
  const sorted = values.filter(Number.isFinite).sort();
  return values.map((value) =>
    Number.isFinite(value) ? (below(sorted, value, false) + below(sorted, value, true) + 1) / 2 : Number.NaN,
  );
}

/** Returns how many of the sorted values are smaller than a value, or also equal to it. */
function below(sorted: ArrayLike<number>, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle] ?? 0;
    if (other < value || (orEqual && other === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Levels {
  /** Level of each row, from 0. */
  levels: Int32Array;
  count: number;
}

/**
 * Returns levels: bins with equal counts for numbers with many values, otherwise the most frequent values. Missing
 * values are a level of their own.
 */
function levelsOf(column: Column, most: number): Levels {
  if (column.kind === 'number') return numberLevels(column.values, most);
  const counts = new Map<string, number>();
  for (const key of column.values) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  const frequent = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, mostLevels);
  const position = new Map(frequent.map(([key], i) => [key, i]));
  const other = frequent.length;
  return {
    levels: Int32Array.from(column.values, (key) => (key === null ? other + 1 : (position.get(key) ?? other))),
    count: other + 2,
  };
}

function numberLevels(values: Float64Array, most: number): Levels {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= most; i = below(sorted, sorted[i] ?? 0, true))
    distinct.push(sorted[i] ?? 0);
  // One level per value when there are few; otherwise the values are divided at these edges.
  const edges =
    distinct.length <= most
      ? distinct.slice(1)
      : [
          ...new Set(
            Array.from({ length: most - 1 }, (_, i) => sorted[Math.floor(((i + 1) / most) * sorted.length)] ?? 0),
          ),
        ];
  return {
    levels: Int32Array.from(values, (value) => (Number.isNaN(value) ? edges.length + 1 : below(edges, value, true))),
    count: edges.length + 2,
  };
}

function contingency(rows: Levels, columns: Levels): Float64Array[] {
  const table = Array.from({ length: rows.count }, () => new Float64Array(columns.count));
  for (let i = 0; i < rows.levels.length; i++) {
    const [row, column] = [table[rows.levels[i] ?? 0], columns.levels[i] ?? 0];
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return table;
}
