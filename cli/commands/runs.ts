import { resolve } from 'node:path';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { RunQuery } from '../../protocol/runs.ts';
import { ProjectError } from '../../engine/errors.ts';
import { exportRuns } from '../../engine/tracking/exportRuns.ts';
import { runColumns } from '../../engine/tracking/runColumns.ts';
import type { CommandContext } from '../context.ts';
import { readCount } from '../readOption.ts';
import { ago, duration, number, table } from '../terminal.ts';
import { runImportance } from './runImportance.ts';

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
      terminal.line(`${terminal.style('bold', run.name)}  ${run.runId}  ${run.status}  ${run.experiment}  ${ago(run.startedAt)}`);
      for (const stage of run.stages) terminal.line(`  ${stage.stage.padEnd(12)} ${stage.status.padEnd(10)} ${duration(stage.durationMs).padStart(9)}  ${stage.error ?? stage.summary}`);
      for (const [key, value] of Object.entries(run.params)) terminal.line(`  param  ${key} = ${JSON.stringify(value)}`);
      for (const [key, value] of Object.entries(run.metrics)) terminal.line(`  metric ${key} = ${Number(value.toPrecision(5))}`);
      for (const artifact of run.artifacts) terminal.line(`  file   ${artifact.path} (${artifact.bytes.toLocaleString('en-US')} B)`);
      if (run.command !== '') terminal.line(`  command:   ${run.command}`);
      terminal.line(`  reproduce: ${run.reproduce.replaceAll('\n', ' && ')}`);
    }
    return exitCodes.done;
  }
  const query = queryOf(options);
  if (options.importance !== undefined) return runImportance(context, options.importance, query);
  const page = store ? listRuns(store, { ...query, limit }) : { runs: [], total: 0 };
  if (page.problem) throw new ProjectError(`--filter: ${page.problem.message}\n  ${options.filter ?? ''}\n  ${' '.repeat(page.problem.from)}${'^'.repeat(Math.max(1, page.problem.to - page.problem.from))}`);
  if (options.export !== undefined) return exportTable(context, query, options.export);
  if (context.json) context.printJson(page);
  else if (page.runs.length === 0) terminal.line(Object.keys(query).length > 0 ? 'No run is like that.' : 'No runs. `loopwright run` makes the first.');
  else {
    const keys = ['pr_auc', 'balanced_accuracy', 'rmse', 'accuracy'].filter((key) => page.runs.some((run) => run.metrics[key] !== undefined)).slice(0, 2);
    const rows = page.runs.map((run) => [run.name, run.runId.slice(0, 8), run.experiment, run.status, ago(run.startedAt), run.endedAt === null ? '' : duration(run.endedAt - run.startedAt), ...keys.map((key) => number(run.metrics[key])), run.modelVersion === null ? '' : `v${run.modelVersion}`]);
    for (const line of table(['run', 'id', 'experiment', 'status', 'started', 'took', ...keys, 'model'], rows, [5, 6, 7])) terminal.line(line);
    if (page.total > page.runs.length) terminal.line(`${page.total - page.runs.length} more; \`--limit\` shows them.`);
  }
  return exitCodes.done;
}

function queryOf(options: RunsOptions): RunQuery {
  const which = options.which as RunQuery['which'];
  if (which !== undefined && !['active', 'archived', 'deleted', 'all'].includes(which)) throw new ProjectError(`\`--which ${which}\` is not known. There are active, archived, deleted and all.`);
  const descending = options.sort?.startsWith('-') ?? false;
  return {
    ...(options.experiment ? { experiment: options.experiment } : {}), ...(options.search ? { search: options.search } : {}), ...(options.filter ? { filter: options.filter } : {}), ...(which ? { which } : {}),
    ...(options.sort ? { order: [{ column: options.sort.slice(descending ? 1 : 0), descending }] } : {}),
  };
}

async function exportTable(context: CommandContext, query: RunQuery, path: string): Promise<number> {
  const format = /\.parquet$/i.test(path) ? 'parquet' : /\.csv$/i.test(path) ? 'csv' : null;
  if (format === null) throw new ProjectError(`\`--export ${path}\`: the file ends with .csv or .parquet.`);
  const store = context.store();
  const found = runColumns(store, query);
  const columns = ['name', 'run_id', 'status', 'experiment', 'started', 'duration', ...found.metrics.map(({ key }) => `metrics.${key}`), ...found.params.map(({ key }) => `params.${key}`), ...found.tags.map(({ key }) => `tags.${key}`)];
  const { runs } = await exportRuns(store, { query, columns, format, path: resolve(path) });
  if (context.json) context.printJson({ runs, path });
  else context.terminal.line(`${runs.toLocaleString('en-US')} ${runs === 1 ? 'run' : 'runs'} written to ${path}.`);
  return exitCodes.done;
}
