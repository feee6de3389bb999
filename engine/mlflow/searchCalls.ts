import { findRows, rowsOf } from '../tracking/findRuns.ts';
import { runsOfExperiments, type Matching } from '../tracking/matchingRuns.ts';
import { momentOf } from '../tracking/moment.ts';
import { pageOfRuns } from '../tracking/pageOfRuns.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { parseFilter, type Filter } from '../tracking/filter/parseFilter.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import { pointsAtSteps, pointsByStep, pointsByTime, stepsOf, type PointRow } from '../tracking/metricPoints.ts';
import { metricNamesOf } from '../tracking/metricNames.ts';
import { datasetsUsed } from '../tracking/runInputs.ts';
import type { ColumnOrder } from '../tracking/runOrder.ts';
import type { Sql } from '../store/sql.ts';
import { experimentById } from '../tracking/experiments.ts';
import { lifecycle } from './experimentCalls.ts';
import { invalid } from './mlflowError.ts';
import { jsonDouble } from './metricValues.ts';
import { parseOrder } from './orderBy.ts';
import {
  offsetOf,
  optionalInteger,
  optionalText,
  pageSize,
  pageToken,
  show,
  text,
  texts,
  type Handler,
} from './request.ts';
import { runOf, wholeRuns } from './runInfo.ts';

/** Runs of experiments for a search in MLflow's grammar. */
const searchRuns: Handler = ({ store, body }) => {
  const { sql } = store;
  for (const name of ['experiment_ids', 'order_by'])
    if (typeof body[name] === 'string')
      throw invalid(`Invalid value ${show(body[name])} for parameter '${name}' supplied: it is a list.`);
  const size = pageSize(body, 1000, 50_000);
  const offset = offsetOf(optionalText(body, 'page_token'));
  const names = texts(body, 'experiment_ids').flatMap((id) =>
    /^\d{1,15}$/.test(id) ? (experimentById(store, Number(id))?.name ?? []) : [],
  );
  const which = lifecycle(
    optionalText(body, 'run_view_type') ?? 'ACTIVE_ONLY',
    'kept' as const,
    'deleted' as const,
    'all' as const,
  );
  const filter = filterOf(optionalText(body, 'filter') ?? '');
  const order = texts(body, 'order_by').map(orderOf);
  const rows =
    filter || order.length > 0
      ? chosenRows(sql, () => runsOfExperiments(sql, names, which, filter), order, size + 1, offset)
      : newestRows(sql, names, which, size + 1, offset);
  return {
    runs: wholeRuns(store, rows.slice(0, size)),
    next_page_token: rows.length > size ? pageToken(offset + size) : undefined,
  };
};

/** A page by sets and indexes, as in the run history: rare and late results take no longer than the first ones. */
function chosenRows(
  sql: Sql,
  matching: () => Pick<Matching, 'runs' | 'total'>,
  order: readonly ColumnOrder[],
  limit: number,
  offset: number,
): RunRow[] {
  return sql.read(() => {
    try {
      return rowsOf(sql, pageOfRuns(sql, momentOf(sql), matching(), order, limit, offset));
    } catch (error) {
      throw error instanceof FilterError ? invalid(`Invalid filter: ${error.message}`) : error;
    }
  });
}

const conditions = { kept: 'r.deleted_at IS NULL', deleted: 'r.deleted_at IS NOT NULL', all: '1' };

/** The newest runs need no sets, which every write invalidates. */
function newestRows(
  sql: Sql,
  experiments: readonly string[],
  which: keyof typeof conditions,
  limit: number,
  offset: number,
): RunRow[] {
  return findRows(
    sql,
    {
      sql: `${conditions[which]} AND r.experiment IN (${experiments.map(() => '?').join(', ')})`,
      values: [...experiments],
    },
    [],
    limit,
    offset,
  );
}

const comparable = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** A filter as MLflow's server accepts it: comparisons joined by AND, with the operators of their fields. */
export function filterOf(filter: string): Filter | null {
  if (filter !== '' && filter.trim() === '') throw invalid('Invalid filter string: it is blank.');
  let parsed: Filter | null;
  try {
    parsed = parseFilter(filter, true);
  } catch (error) {
    throw error instanceof FilterError ? invalid(`Invalid filter string '${filter}': ${error.message}`) : error;
  }
  for (const part of parsed?.kind === 'and' ? parsed.parts : parsed ? [parsed] : []) check(part, filter);
  return parsed?.kind === 'and' ? { ...parsed, parts: parsed.parts.map(byWords) } : parsed && byWords(parsed);
}

const statusWords = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** The state is compared as text with MLflow's names. */
function byWords(part: Filter): Filter {
  if (part.kind !== 'compare' || part.field.of !== 'attributes' || part.field.key !== 'status') return part;
  const {
    operator,
    values: [value],
  } = part;
  const text = value?.kind === 'text' ? value.value : '';
  const pattern = new RegExp(
    `^${text
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    operator === 'ilike' ? 'isu' : 'su',
  );
  const meant = statusWords.filter((word) =>
    operator === 'like' || operator === 'ilike' ? pattern.test(word) : word === text,
  );
  return {
    ...part,
    operator: operator === '!=' ? 'not in' : 'in',
    values: meant.map((word) => ({ kind: 'text', value: word })),
  };
}

const times = new Set(['start_time', 'started', 'created', 'Created', 'end_time', 'ended']);

function check(part: Filter, filter: string): void {
  if (part.kind !== 'compare')
    throw invalid(`Invalid clause(s) in filter string: '${filter}'. Only comparisons joined by AND are supported.`);
  const { field, operator, values } = part;
  const isText = values.every((value) => value.kind === 'text');
  const refuse = (expected: string) => invalid(`Invalid comparison in filter string '${filter}': ${expected}`);
  if (operator === 'is null' || operator === 'is not null') {
    if (field.of !== 'tags' && field.of !== 'params') throw refuse('IS NULL is for tags and params.');
  } else if (field.of === 'metrics') {
    if (!comparable.has(operator) || isText)
      throw refuse(`a metric is compared with a number by ${[...comparable].join(' ')}.`);
  } else if (field.of === 'params' || field.of === 'tags') {
    if (!['=', '!=', 'like', 'ilike'].includes(operator) || !isText)
      throw refuse('params and tags are compared with quoted text by = != LIKE ILIKE.');
  } else if (field.of === 'datasets') {
    if (!['=', '!=', 'like', 'ilike', 'in', 'not in'].includes(operator) || !isText)
      throw refuse('datasets are compared with quoted text.');
  } else if (times.has(field.key)) {
    if (!comparable.has(operator) || isText) throw refuse(`'${field.key}' is compared with a number of milliseconds.`);
  } else {
    if (!['=', '!=', 'like', 'ilike', 'in', 'not in'].includes(operator) || !isText)
      throw refuse(`'${field.key}' is compared with quoted text.`);
    if ((operator === 'in' || operator === 'not in') && field.key !== 'run_id')
      throw refuse("only the 'run_id' attribute supports IN and NOT IN.");
  }
}

const orderFields = new Set([
  'status',
  'artifact_uri',
  'start_time',
  'end_time',
  'run_id',
  'user_id',
  'run_name',
  'run name',
  'Run name',
  'Run Name',
  'created',
  'Created',
  'name',
]);

function orderOf(order: string): ColumnOrder {
  const { field, descending } = parseOrder(order);
  const group = /^(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.(.*)$/is.exec(field);
  const kind = group?.[1]?.toLowerCase() ?? '';
  if (kind.startsWith('metric')) return { column: `metrics.${group?.[2]}`, descending };
  if (kind.startsWith('param')) return { column: `params.${group?.[2]}`, descending, plain: true };
  if (kind.startsWith('tag')) return { column: `tags.${group?.[2]}`, descending };
  const key = group ? (group[2] ?? '') : field;
  if (!orderFields.has(key)) throw invalid(`Invalid order_by clause '${order}': there is no attribute '${key}'.`);
  return {
    column: /run.?name/i.test(key) ? 'name' : /created/i.test(key) ? 'start_time' : key,
    descending,
    plain: true,
  };
}

const json = (key: string, { value, is_nan: isNan, at, step }: PointRow) => ({
  key,
  value: jsonDouble(isNan === 1 ? Number.NaN : value),
  timestamp: at,
  step,
});

const history: Handler = ({ store, body, stage }) => {
  const runId = text(body, 'run_id', 'run_uuid');
  const name = text(body, 'metric_key');
  const size = optionalInteger(body, 'max_results');
  const offset = offsetOf(optionalText(body, 'page_token'));
  if (size !== undefined && size < 1) throw invalid(`Invalid value ${size} for parameter 'max_results' supplied.`);
  // As in MLflow, an unknown run has no points.
  // The program of a stage asks by the name that it used.
  const stored = stage?.runId === runId ? (metricNamesOf(runId)?.stored(stage.stage, name) ?? name) : name;
  const points = pointsByTime(store, runId, stored, { limit: size === undefined ? null : size + 1, offset });
  const more = size !== undefined && points.length > size;
  return {
    metrics: points.slice(0, size ?? points.length).map((point) => json(name, point)),
    next_page_token: more ? pageToken(offset + size) : undefined,
  };
};

const mostBulkRuns = 100;
const mostBulkPoints = 25_000;

/** The histories of a metric of many runs, reduced to a number of points as MLflow does. */
const bulk: Handler = ({ store, body }) => {
  const ids = bulkRuns(body);
  const name = optionalText(body, 'metric_key');
  if (name === undefined || name === '') throw invalid('GetMetricHistoryBulk request must specify a metric_key.');
  const most = Math.min(optionalInteger(body, 'max_results') ?? mostBulkPoints, mostBulkPoints);
  const found = ids.toSorted().map((id) => runOf(store, id));
  const metrics: unknown[] = [];
  for (const row of found) {
    if (metrics.length >= most) break;
    for (const point of pointsByStep(store, row.id, name, most - metrics.length))
      metrics.push({ ...json(name, point), run_id: row.run_id });
  }
  return { metrics };
};

function bulkRuns(body: Record<string, unknown>): string[] {
  const ids = texts(body, 'run_id');
  if (ids.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.');
  if (ids.length > mostBulkRuns)
    throw invalid(
      `GetMetricHistoryBulk request cannot specify more than ${mostBulkRuns} run_ids. Received ${ids.length} run_ids.`,
    );
  return ids;
}

/** Evenly spaced steps of many runs, including each run's smallest and largest step. */
const bulkInterval: Handler = ({ store, body }) => {
  const ids = texts(body, 'run_ids');
  if (ids.length === 0)
    throw invalid(
      "Missing value for required parameter 'run_ids'. See the API docs for more information about request parameters.",
    );
  if (ids.length > mostBulkRuns)
    throw invalid(
      `GetMetricHistoryBulkInterval request must specify at most ${mostBulkRuns} run_ids. Received ${ids.length} run_ids.`,
    );
  const name = text(body, 'metric_key');
  const most = optionalInteger(body, 'max_results') ?? 320;
  if (most < 1 || most > 2500) throw invalid('max_results must be between 1 and 2500.');
  const start = optionalInteger(body, 'start_step');
  const end = optionalInteger(body, 'end_step');
  if ((start === undefined) !== (end === undefined))
    throw invalid('If either start step or end step are specified, both must be specified.');
  if (start !== undefined && end !== undefined && start > end)
    throw invalid(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`);
  const rows = ids.map((id) => runOf(store, id));
  const range = start === undefined || end === undefined ? null : ([start, end] as const);
  const steps = new Set<number>();
  const ends: number[] = [];
  for (const row of rows) {
    const own = stepsOf(store, row.id, name, range);
    for (const step of own) steps.add(step);
    if (own.length > 0) ends.push(own[0] ?? 0, own.at(-1) ?? 0);
  }
  const all = [...steps].toSorted((a, b) => a - b);
  const interval = Math.max(1, Math.ceil(all.length / most));
  const sampled = all.filter((_, i) => i % interval === 0);
  if (all.length > 0 && sampled.at(-1) !== all.at(-1)) sampled.push(all.at(-1) ?? 0);
  const wanted = [...new Set([...sampled, ...ends])];
  return {
    metrics: rows.flatMap((row) =>
      pointsAtSteps(store, row.id, name, wanted).map((point) => ({ ...json(name, point), run_id: row.run_id })),
    ),
  };
};

const searchDatasets: Handler = ({ store, body }) => {
  const ids = texts(body, 'experiment_ids');
  if (ids.length === 0) throw invalid('SearchDatasets request must specify at least one experiment_id.');
  if (ids.length > 20)
    throw invalid(
      `SearchDatasets request cannot specify more than 20 experiment_ids. Received ${ids.length} experiment_ids.`,
    );
  return {
    dataset_summaries: datasetsUsed(store, ids.map(Number)).map(({ experiment, name, digest, tags }) => ({
      experiment_id: String(experiment),
      name,
      digest,
      context: tags.find((tag) => tag.key === 'mlflow.data.context')?.value ?? '',
    })),
  };
};

/** The calls that search runs and read their metrics, by path. */
export const searchCalls: Record<string, Handler> = {
  'runs/search': searchRuns,
  'metrics/get-history': history,
  'metrics/get-history-bulk': bulk,
  'metrics/get-history-bulk-interval': bulkInterval,
  'experiments/search-datasets': searchDatasets,
};
