import type { RunColumns, RunGroup, RunQuery } from '../../protocol/runs.ts';
import { WorkError } from '../errors.ts';
import { attributeNames } from './filter/compileFilter.ts';
import { quoteKey } from './filter/completeFilter.ts';
import { conditionOf, splitColumn } from './findRuns.ts';
import type { Store } from './store.ts';

const mostKeys = 1000;
const mostGroups = 1000;

/** What the runs of a query have: metrics, params and tags, most used first. */
export function runColumns({ sql }: Pick<Store, 'sql'>, query: RunQuery): RunColumns {
  const { where } = conditionOf(sql, query);
  // Over all runs in use the indexes answer; a narrower question is asked of its runs.
  const runs = `WITH q AS MATERIALIZED (SELECT r.id FROM runs r WHERE ${where.sql})`;
  return {
    metrics: sql.all(`${runs} SELECT k.key, g.n AS runs FROM (SELECT l.key, count(*) AS n FROM q CROSS JOIN latest l ON l.run = q.id GROUP BY l.key) g JOIN metric_keys k ON k.id = g.key ORDER BY g.n DESC, k.key LIMIT ${mostKeys}`, ...where.values),
    params: sql.all(`${runs} SELECT p.key, count(*) AS runs, count(DISTINCT p.value) AS "distinct" FROM q CROSS JOIN params p ON p.run = q.id GROUP BY p.key ORDER BY runs DESC, p.key LIMIT ${mostKeys}`, ...where.values),
    tags: sql.all(`${runs} SELECT t.key, count(*) AS runs, count(DISTINCT t.value) AS "distinct" FROM q CROSS JOIN tags t ON t.run = q.id WHERE t.key NOT LIKE 'mlflow.%' GROUP BY t.key ORDER BY runs DESC, t.key LIMIT ${mostKeys}`, ...where.values),
  };
}

const groupable: Record<string, string> = { experiment: 'r.experiment', status: 'r.status', user: 'r.user_id', commit: 'r.commit_hash', source: 'r.source', starred: `CASE r.starred WHEN 1 THEN 'true' ELSE 'false' END`, name: 'r.name' };

/** The runs of a query by a value they share, the largest group first, with what the metrics are in each. */
export function runGroups({ sql }: Pick<Store, 'sql'>, query: RunQuery, by: string, metrics: readonly string[]): RunGroup[] {
  const { where } = conditionOf(sql, query);
  const [of, key] = splitColumn(by);
  if (of === 'metrics') throw new WorkError('Runs are grouped by a param, a tag or an attribute, not by a metric.');
  const expression = of === 'attributes' ? (Object.hasOwn(groupable, key) ? groupable[key] : undefined) : `(SELECT v.value FROM ${of} v WHERE v.run = r.id AND v.key = ?)`;
  if (expression === undefined) throw new WorkError(`Runs cannot be grouped by \`${by}\`. There are ${Object.keys(groupable).join(', ')}, \`params.…\` and \`tags.…\`; filters know ${attributeNames.join(', ')}.`);
  const bound = of === 'attributes' ? [] : [key];
  const groups = sql.all<{ value: string | null; runs: number }>(`SELECT ${expression} AS value, count(*) AS runs FROM runs r WHERE ${where.sql} GROUP BY value ORDER BY runs DESC, value LIMIT ${mostGroups}`, ...bound, ...where.values);
  const found = new Map(groups.map(({ value, runs }): [string | null, RunGroup] => [value, { value, runs, metrics: {}, filter: filterOf(by, of, key, value) }]));
  for (const metric of metrics.slice(0, 50)) {
    const rows = sql.all<{ value: string | null; min: number; max: number; mean: number; n: number }>(
      `SELECT ${expression} AS value, min(l.value) AS min, max(l.value) AS max, avg(l.value) AS mean, count(*) AS n FROM runs r JOIN latest l ON l.run = r.id JOIN metric_keys k ON k.id = l.key
       WHERE k.key = ? AND l.is_nan = 0 AND abs(l.value) < 1e308 AND ${where.sql} GROUP BY 1`, ...bound, metric, ...where.values);
    for (const { value, ...stats } of rows) {
      const group = found.get(value);
      if (group) group.metrics[metric] = stats;
    }
  }
  return [...found.values()];
}

function filterOf(by: string, of: string, key: string, value: string | null): string {
  const field = of === 'attributes' ? by : `${of}.${quoteKey(key)}`;
  return value === null ? `${field} is null` : `${field} = '${value.replaceAll("'", "''")}'`;
}
