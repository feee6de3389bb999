import { resolve } from 'node:path';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { RunQuery, RunSummary } from '../../protocol/runs.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { exportRuns } from '../../engine/tracking/exportRuns.ts';
import { declaredMetrics } from '../../engine/project/primaryMetric.ts';
import { primaryAmong } from '../../engine/tracking/rankMetrics.ts';
import { severalText, storedMetricsNamed } from '../../engine/tracking/shortMetric.ts';
import type { Store } from '../../engine/store/store.ts';
import { runColumns } from '../../engine/tracking/runColumns.ts';
import type { CommandContext } from '../context.ts';
import { readCount } from '../readOption.ts';
import { gatesText, metricText } from '../../words/metrics.ts';
import { versionText } from '../../words/models.ts';
import { duration, timeText } from '../../words/times.ts';
import { table } from '../terminal.ts';
import { runImportance } from './runImportance.ts';
import { count, plural } from '../../words/numbers.ts';

export interface RunsOptions {
  experiment?: string;
  search?: string;
  limit?: string;
  filter?: string;
  sort?: string;
  which?: string;
  export?: string;
  importance?: string;
}

/** `loopwright runs`: the run history, newest first; `loopwright runs ID`: one run. */
export async function runs(context: CommandContext, id: string | undefined, options: RunsOptions): Promise<number> {
  const store = context.storeIfAny();
  const { terminal } = context;
  const limit = readCount(options.limit ?? '20', 'limit');
  if (id !== undefined) {
    const run = getRun(store ?? context.store(), id);
    if (context.json) context.printJson(run);
    else {
      terminal.line(
        `${terminal.style('bold', run.name)}  ${run.runId}  ${run.status}${run.verdict ? ` (${gatesText(run.verdict)})` : ''}  ${run.experiment}  ${timeText(run.startedAt)}`,
      );
      const primary = primaryAmong(
        declaredMetrics(context.project(), run.experiment),
        metricKeys(run).map((key) => ({ key, runs: 1 })),
        Infinity,
      ).map(({ name }) => name);
      for (const stage of run.stages)
        terminal.line(
          `  ${stage.stage.padEnd(12)} ${stage.status.padEnd(10)} ${duration(stage.durationMs).padStart(9)}  ${stage.error ?? stage.summary}`,
        );
      for (const [key, value] of Object.entries(run.params))
        terminal.line(`  param  ${key} = ${JSON.stringify(value)}`);
      const rank = (key: string): number =>
        primary.includes(key) ? primary.indexOf(key) : primary.length + Number(key.startsWith('system/'));
      for (const key of metricKeys(run).toSorted((a, b) => rank(a) - rank(b)))
        terminal.line(
          `  metric ${key} = ${run.notFinite[key] ?? Number((run.metrics[key] ?? Number.NaN).toPrecision(5))}`,
        );
      for (const artifact of run.artifacts) terminal.line(`  file   ${artifact.path} (${count(artifact.bytes)} B)`);
      if (run.command !== '') terminal.line(`  command:   ${run.command}`);
      terminal.line(`  reproduce: ${run.reproduce.replaceAll('\n', ' && ')}`);
    }
    return exitCodes.done;
  }
  const query = queryOf(options);
  if (store) refuseUnclear(store, query);
  if (options.importance !== undefined) return runImportance(context, options.importance, query);
  const page = store ? listRuns(store, { ...query, limit }) : { runs: [], total: 0 };
  if (page.problem)
    throw new ProjectError(
      `--filter: ${page.problem.message}\n  ${options.filter ?? ''}\n  ${' '.repeat(page.problem.from)}${'^'.repeat(Math.max(1, page.problem.to - page.problem.from))}`,
    );
  if (options.export !== undefined) return exportTable(context, query, options.export);
  if (context.json) context.printJson(page);
  else if (page.runs.length === 0)
    terminal.line(
      Object.keys(query).length > 0 ? 'No run matches.' : 'No runs. Run `loopwright run` to make the first.',
    );
  else {
    const columns = store
      ? runColumns(store, query, declaredMetrics(context.project(), query.experiment ?? null))
      : { primary: [], params: [], severalModels: false };
    const keys = columns.primary
      .map(({ name }) => name)
      .filter((key) => page.runs.some((run) => valueOf(run, key) !== undefined))
      .slice(0, 2);
    const params =
      query.experiment === undefined
        ? []
        : columns.params
            .filter(({ distinct }) => distinct > 1)
            .slice(0, 3)
            .map(({ key }) => key);
    const rows = page.runs.map((run) => [
      run.name,
      ...keys.map((key) => valueText(key, valueOf(run, key))),
      ...params.map((key) => (key in run.params ? JSON.stringify(run.params[key]) : '')),
      run.runId.slice(0, 8),
      run.experiment,
      run.status === 'refused' && run.verdict ? `refused: ${gatesText(run.verdict)}` : run.status,
      timeText(run.startedAt),
      run.endedAt === null ? '' : duration(run.endedAt - run.startedAt),
      run.registered.map((model) => versionText(model, columns.severalModels)).join(', '),
    ]);
    const right = [...keys, ...params].map((_, index) => index + 1);
    for (const line of table(
      ['run', ...keys, ...params, 'id', 'experiment', 'status', 'started', 'took', 'model'],
      rows,
      [...right, right.length + 5, right.length + 6],
    ))
      terminal.line(line);
    if (page.total > page.runs.length)
      terminal.line(`${page.total - page.runs.length} more; use \`--limit\` to show them.`);
  }
  return exitCodes.done;
}

function queryOf(options: RunsOptions): RunQuery {
  const which = options.which as RunQuery['which'];
  if (which !== undefined && !['active', 'archived', 'deleted', 'all'].includes(which))
    throw new ProjectError(`\`--which ${which}\` is not valid. Use active, archived, deleted or all.`);
  const descending = options.sort?.startsWith('-') ?? false;
  return {
    experiment: options.experiment,
    search: options.search,
    filter: options.filter,
    which,
    ...(options.sort ? { order: [{ column: options.sort.slice(descending ? 1 : 0), descending }] } : {}),
  };
}

/** Refuses to sort by a name that several metrics have. */
function refuseUnclear(store: Store, { order = [] }: RunQuery): void {
  for (const { column } of order) {
    if (!column.startsWith('metrics.')) continue;
    const name = column.slice('metrics.'.length);
    const found = storedMetricsNamed(store, name);
    if (found.length > 1) throw new ProjectError(`--sort: ${severalText(name, found)}`);
  }
}

/** The names of all metrics of a run, in the order of its finite ones, then of those that are NaN or infinite. */
function metricKeys(run: RunSummary): string[] {
  return [...Object.keys(run.metrics), ...Object.keys(run.notFinite)];
}

function valueOf(run: RunSummary, key: string): number | undefined {
  const special = run.notFinite[key];
  return run.metrics[key] ?? (special === undefined ? undefined : Number(special));
}

function valueText(key: string, value: number | undefined): string {
  return value === undefined ? '–' : metricText(key, value);
}

async function exportTable(context: CommandContext, query: RunQuery, path: string): Promise<number> {
  const format = /\.parquet$/i.test(path) ? 'parquet' : /\.csv$/i.test(path) ? 'csv' : null;
  if (format === null) throw new ProjectError(`\`--export ${path}\`: the file name must end in .csv or .parquet.`);
  const store = context.store();
  const found = runColumns(store, query);
  const columns = [
    'name',
    'run_id',
    'status',
    'experiment',
    'started',
    'duration',
    ...found.metrics.map(({ key }) => `metrics.${key}`),
    ...found.params.map(({ key }) => `params.${key}`),
    ...found.tags.map(({ key }) => `tags.${key}`),
  ];
  const { runs } = await exportRuns(store, { query, columns, format, path: resolve(path) });
  if (context.json) context.printJson({ runs, path });
  else context.terminal.line(`${plural(runs, 'run')} written to ${path}.`);
  return exitCodes.done;
}
