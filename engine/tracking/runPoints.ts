import type { RunPoint, RunQuery } from '../../protocol/runs.ts';
import { matchingRuns } from './matchingRuns.ts';
import { momentOf } from './moment.ts';
import { pageOfRuns } from './pageOfRuns.ts';
import type { RunRow } from './runSummaries.ts';
import { readParam } from './storedParam.ts';
import { type MetricRow, type ParamRow } from './runValues.ts';
import type { Store } from '../store/store.ts';

const mostRuns = 10_000;

/**
 * A page of runs with some of their values, for charts of very many runs: a tenth of the size of table rows. Non-finite
 * metrics are left out.
 */
export function runPoints({ sql }: Pick<Store, 'sql'>, query: RunQuery, columns: readonly string[]): RunPoint[] {
  return sql.read(() => {
    const ids = JSON.stringify(
      pageOfRuns(
        sql,
        momentOf(sql),
        matchingRuns(sql, query),
        query.order ?? [],
        Math.min(query.limit ?? mostRuns, mostRuns),
        query.offset ?? 0,
      ),
    );
    const rows = sql.all<Pick<RunRow, 'id' | 'run_id' | 'name' | 'status' | 'started_at' | 'ended_at'>>(
      'SELECT r.id, r.run_id, r.name, r.status, r.started_at, r.ended_at FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value',
      ids,
    );
    const points = new Map(
      rows.map((row): [number, RunPoint] => [
        row.id,
        {
          runId: row.run_id,
          name: row.name,
          status: row.status,
          startedAt: row.started_at,
          endedAt: row.ended_at,
          metrics: {},
          params: {},
          tags: {},
        },
      ]),
    );
    const named = (kind: string): string =>
      JSON.stringify(
        columns.filter((column) => column.startsWith(`${kind}.`)).map((column) => column.slice(kind.length + 1)),
      );
    const wanted = 'FROM json_each(?) j CROSS JOIN';
    for (const { run, key, value, is_nan: isNan } of sql.all<MetricRow>(
      `SELECT l.run, k.key, l.value, l.is_nan ${wanted} metric_keys k ON k.key IN (SELECT value FROM json_each(?)) CROSS JOIN latest l ON l.run = j.value AND l.key = k.id`,
      ids,
      named('metrics'),
    )) {
      const point = points.get(run);
      if (point && isNan === 0 && Number.isFinite(value)) point.metrics[key] = value;
    }
    for (const param of sql.all<ParamRow>(
      `SELECT p.run, p.key, p.value, p.json ${wanted} json_each(?) w CROSS JOIN params p ON p.run = j.value AND p.key = w.value`,
      ids,
      named('params'),
    )) {
      const point = points.get(param.run);
      if (point) point.params[param.key] = readParam(param);
    }
    for (const { run, key, value } of sql.all<{ run: number; key: string; value: string }>(
      `SELECT t.run, t.key, t.value ${wanted} json_each(?) w CROSS JOIN tags t ON t.run = j.value AND t.key = w.value`,
      ids,
      named('tags'),
    )) {
      const point = points.get(run);
      if (point) point.tags[key] = value;
    }
    return [...points.values()];
  });
}
