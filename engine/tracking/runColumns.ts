import type { RunColumns, RunGroup, RunQuery } from '../../protocol/runs.ts';
import { WorkError } from '../errors.ts';
import { attributeNames } from './filter/compileFilter.ts';
import { quoteKey } from './filter/completeFilter.ts';
import { conditionOf, splitColumn } from './findRuns.ts';
import type { Store } from './store.ts';

const mostKeys = 1000;
const mostGroups = 1000;

const newest = 2000;

/** What the runs of a query have: metrics, params and tags, most used first, counted over the newest 2,000 of them. Names that only older runs have follow with 0. */
export function runColumns({ sql }: Pick<Store, 'sql'>, query: RunQuery): RunColumns {
  const { where } = conditionOf(sql, query);
  const runs = `WITH q AS MATERIALIZED (SELECT r.id FROM runs r WHERE ${where.sql} ORDER BY r.started_at DESC, r.run_id LIMIT ${newest})`;
  const params = sql.all<RunColumns['params'][number]>(`${runs} SELECT p.key, count(*) AS runs, count(DISTINCT p.value) AS "distinct" FROM q CROSS JOIN params p ON p.run = q.id GROUP BY p.key ORDER BY runs DESC, p.key LIMIT ${mostKeys}`, ...where.values);
  const tags = sql.all<RunColumns['tags'][number]>(`${runs} SELECT t.key, count(*) AS runs, count(DISTINCT t.value) AS "distinct" FROM q CROSS JOIN tags t ON t.run = q.id WHERE t.key NOT LIKE 'mlflow.%' GROUP BY t.key ORDER BY runs DESC, t.key LIMIT ${mostKeys}`, ...where.values);
  const metrics = sql.all<RunColumns['metrics'][number]>(`${runs} SELECT k.key, g.n AS runs FROM (SELECT l.key, count(*) AS n FROM q CROSS JOIN latest l ON l.run = q.id GROUP BY l.key) g JOIN metric_keys k ON k.id = g.key ORDER BY g.n DESC, k.key LIMIT ${mostKeys}`, ...where.values);
  return {
    metrics: withOlder(metrics, sql.all<{ key: string }>(`SELECT key FROM metric_keys ORDER BY key LIMIT ${mostKeys}`), { runs: 0 }),
    params: withOlder(params, allKeys(sql, 'params'), { runs: 0, distinct: 0 }),
    tags: withOlder(tags, allKeys(sql, 'tags').filter(({ key }) => !key.startsWith('mlflow.')), { runs: 0, distinct: 0 }),
  };
}

function withOlder<T extends { key: string }>(found: T[], all: { key: string }[], nothing: Omit<T, 'key'>): T[] {
  const known = new Set(found.map(({ key }) => key));
  return [...found, ...all.filter(({ key }) => !known.has(key)).map(({ key }) => ({ key, ...nothing }) as T)].slice(0, mostKeys);
}

/** Walks an index from key to key. */
function allKeys(sql: Store['sql'], table: 'params' | 'tags'): { key: string }[] {
  return sql.all(`WITH RECURSIVE k(key) AS (SELECT min(key) FROM ${table} UNION ALL SELECT (SELECT min(t.key) FROM ${table} t WHERE t.key > k.key) FROM k WHERE k.key IS NOT NULL) SELECT key FROM k WHERE key IS NOT NULL LIMIT ${mostKeys}`);
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
