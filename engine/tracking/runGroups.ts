import type { RunGroup, RunQuery } from '../../protocol/runs.ts';
import { WorkError } from '../base/errors.ts';
import { attributeNames } from './filter/compileFilter.ts';
import { quoteKey } from './filter/completeFilter.ts';
import { matchingRuns } from './matchingRuns.ts';
import { splitColumn } from './runOrder.ts';
import type { RunSet } from './runSet.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

const mostGroups = 1000;
const mostMetrics = 50;
/** Larger values count as infinite: a sum of them is. */
const greatest = 1e308;

const groupable: Record<string, string> = {
  experiment: 'r.experiment',
  status: 'r.status',
  user: 'r.user_id',
  commit: 'r.commit_hash',
  source: 'r.source',
  starred: `CASE r.starred WHEN 1 THEN 'true' ELSE 'false' END`,
  name: 'r.name',
};

/** The source of the values to group by: `FROM …` with a run and a text per row. */
interface Source {
  from: string;
  run: string;
  value: string;
  bound: SqlValue[];
}

/** The runs of a query grouped by a value, the largest group first, with statistics of the metrics. */
export function runGroups(
  { sql }: Pick<Store, 'sql'>,
  query: RunQuery,
  by: string,
  metrics: readonly string[],
): RunGroup[] {
  const source = sourceOf(by);
  return sql.read(() => {
    const { runs } = matchingRuns(sql, query);
    const { values, groupOf } = assign(sql, source, runs);
    const sizes = new Uint32Array(values.length);
    for (let run = 0; run < runs.length; run++)
      if (runs[run] === 1) sizes[groupOf[run] ?? 0] = (sizes[groupOf[run] ?? 0] ?? 0) + 1;
    const largest = Array.from(values, (_, group) => group)
      .filter((group) => (sizes[group] ?? 0) > 0)
      .toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b)
      .slice(0, mostGroups);
    const sums = metrics
      .slice(0, mostMetrics)
      .map((metric): [string, Sums] => [metric, sumUp(sql, metric, runs, groupOf, values.length)]);
    return largest.map((group): RunGroup => {
      const value = values[group] ?? null;
      const stats = sums.flatMap(([metric, { n, min, max, sum }]) => {
        const count = n[group] ?? 0;
        return count === 0
          ? []
          : [
              [
                metric,
                { min: min[group] ?? 0, max: max[group] ?? 0, mean: (sum[group] ?? 0) / count, n: count },
              ] as const,
            ];
      });
      return { value, runs: sizes[group] ?? 0, metrics: Object.fromEntries(stats), filter: filterOf(by, value) };
    });
  });
}

function sourceOf(by: string): Source {
  const [of, key] = splitColumn(by);
  if (of === 'metrics') throw new WorkError('Runs are grouped by a param, a tag or an attribute, not by a metric.');
  if (of !== 'attributes') return { from: `${of} v WHERE v.key = ?`, run: 'v.run', value: 'v.value', bound: [key] };
  const value = Object.hasOwn(groupable, key) ? groupable[key] : undefined;
  if (value === undefined)
    throw new WorkError(
      `Runs cannot be grouped by \`${by}\`. There are ${Object.keys(groupable).join(', ')}, \`params.…\` and \`tags.…\`; filters know ${attributeNames.join(', ')}.`,
    );
  return { from: 'runs r', run: 'r.id', value, bound: [] };
}

/**
 * The values in order, the missing value first, and the position of each run's value. Each value is read once, and the
 * runs in the order of the values.
 */
function assign(
  sql: Sql,
  { from, run, value, bound }: Source,
  runs: RunSet,
): { values: (string | null)[]; groupOf: Uint32Array } {
  const counted = sql.columns(
    `SELECT ${value}, count(*) FROM ${from} GROUP BY ${value} ORDER BY ${value}`,
    ...bound,
  ) as [string | null, number][];
  const inOrder = sql.numbers(`SELECT ${run} FROM ${from} ORDER BY ${value}`, ...bound);
  const groupOf = new Uint32Array(runs.length);
  const values: (string | null)[] = [null];
  let at = 0;
  for (const [text, count] of counted) {
    if (text !== null) values.push(text);
    const group = text === null ? 0 : values.length - 1;
    for (const end = at + count; at < end; at++) groupOf[inOrder[at] ?? 0] = group;
  }
  return { values, groupOf };
}

interface Sums {
  n: Uint32Array;
  min: Float64Array;
  max: Float64Array;
  sum: Float64Array;
}

/** The finite values of a metric by group. */
function sumUp(sql: Sql, metric: string, runs: RunSet, groupOf: Uint32Array, groups: number): Sums {
  const sums: Sums = {
    n: new Uint32Array(groups),
    min: new Float64Array(groups),
    max: new Float64Array(groups),
    sum: new Float64Array(groups),
  };
  const rows = 'FROM latest l WHERE l.key = ? AND l.is_nan = 0 AND l.value > ? AND l.value < ? ORDER BY l.value';
  const bound = [findKey({ sql }, metric) ?? -1, -greatest, greatest];
  // Two columns of numbers are read faster than one of pairs.
  const [of, values] = [
    sql.numbers(`SELECT l.run ${rows}, l.run`, ...bound),
    sql.numbers(`SELECT l.value ${rows}, l.run`, ...bound),
  ];
  for (let i = 0; i < of.length; i++) {
    const [run, value] = [of[i] ?? 0, values[i] ?? 0];
    if (runs[run] !== 1) continue;
    const group = groupOf[run] ?? 0;
    if (sums.n[group] === 0) sums.min[group] = value;
    // The rows are in ascending order.
    sums.max[group] = value;
    sums.n[group] = (sums.n[group] ?? 0) + 1;
    sums.sum[group] = (sums.sum[group] ?? 0) + value;
  }
  return sums;
}

/** The filter for one group. */
function filterOf(by: string, value: string | null): string {
  const [of, key] = splitColumn(by);
  const field = of === 'attributes' ? by : `${of}.${quoteKey(key)}`;
  return value === null ? `${field} is null` : `${field} = '${value.replaceAll("'", "''")}'`;
}
