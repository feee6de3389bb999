import type { RunColumns, RunQuery } from '../../protocol/runs.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { matchingRuns } from './matchingRuns.ts';
import { momentOf } from './moment.ts';
import { pageOfRuns } from './pageOfRuns.ts';
import { primaryAmong } from './rankMetrics.ts';
import { hasSeveralModels } from './runVersions.ts';
import type { Store } from '../store/store.ts';

const mostKeys = 1000;

const newest = 2000;

/**
 * The metrics, params and tags of the runs of a query, most frequent first, counted over the newest 2,000 runs. Names
 * of older runs follow with 0. `declared` are the metrics that the project declares to represent a run.
 */
export function runColumns(
  { sql }: Pick<Store, 'sql'>,
  query: RunQuery,
  declared: readonly PrimaryMetric[] = [],
): RunColumns {
  const ids = JSON.stringify(sql.read(() => pageOfRuns(sql, momentOf(sql), matchingRuns(sql, query), [], newest, 0)));
  const runs = 'WITH q AS MATERIALIZED (SELECT value AS id FROM json_each(?))';
  const params = sql.all<RunColumns['params'][number]>(
    `${runs} SELECT p.key, count(*) AS runs, count(DISTINCT p.value) AS "distinct" FROM q CROSS JOIN params p ON p.run = q.id GROUP BY p.key ORDER BY runs DESC, p.key LIMIT ${mostKeys}`,
    ids,
  );
  const tags = sql.all<RunColumns['tags'][number]>(
    `${runs} SELECT t.key, count(*) AS runs, count(DISTINCT t.value) AS "distinct" FROM q CROSS JOIN tags t ON t.run = q.id WHERE t.key NOT LIKE 'mlflow.%' GROUP BY t.key ORDER BY runs DESC, t.key LIMIT ${mostKeys}`,
    ids,
  );
  const metrics = sql.all<RunColumns['metrics'][number]>(
    `${runs} SELECT k.key, g.n AS runs FROM (SELECT l.key, count(*) AS n FROM q CROSS JOIN latest l ON l.run = q.id GROUP BY l.key) g JOIN metric_keys k ON k.id = g.key ORDER BY g.n DESC, k.key LIMIT ${mostKeys}`,
    ids,
  );
  return {
    primary: primaryAmong(
      declared,
      metrics.map(({ key, runs: n }) => ({ key, runs: n })),
    ),
    metrics: withOlder(
      metrics,
      sql.all<{ key: string }>(`SELECT key FROM metric_keys ORDER BY key LIMIT ${mostKeys}`),
      { runs: 0 },
    ),
    params: withOlder(params, allKeys(sql, 'params'), { runs: 0, distinct: 0 }),
    tags: withOlder(
      tags,
      allKeys(sql, 'tags').filter(({ key }) => !key.startsWith('mlflow.')),
      { runs: 0, distinct: 0 },
    ),
    severalModels: hasSeveralModels({ sql }),
  };
}

function withOlder<T extends { key: string }>(found: T[], all: { key: string }[], nothing: Omit<T, 'key'>): T[] {
  const known = new Set(found.map(({ key }) => key));
  return [...found, ...all.filter(({ key }) => !known.has(key)).map(({ key }) => ({ key, ...nothing }) as T)].slice(
    0,
    mostKeys,
  );
}

/** Steps through the distinct keys of an index. */
function allKeys(sql: Store['sql'], table: 'params' | 'tags'): { key: string }[] {
  return sql.all(
    `WITH RECURSIVE k(key) AS (SELECT min(key) FROM ${table} UNION ALL SELECT (SELECT min(t.key) FROM ${table} t WHERE t.key > k.key) FROM k WHERE k.key IS NOT NULL) SELECT key FROM k WHERE key IS NOT NULL LIMIT ${mostKeys}`,
  );
}
