import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readCount } from '../readOption.ts';
import { ago, duration, number, table } from '../terminal.ts';

export interface RunsOptions {
  experiment?: string;
  search?: string;
  limit?: string;
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
      terminal.line(`  reproduce: ${run.reproduce.replaceAll('\n', ' && ')}`);
    }
    return exitCodes.done;
  }
  const page = store ? listRuns(store, { ...(options.experiment ? { experiment: options.experiment } : {}), ...(options.search ? { search: options.search } : {}), limit }) : { runs: [], total: 0 };
  if (context.json) context.printJson(page);
  else if (page.runs.length === 0) terminal.line('No runs. `loopwright run` makes the first.');
  else {
    const keys = ['pr_auc', 'balanced_accuracy', 'rmse', 'accuracy'].filter((key) => page.runs.some((run) => run.metrics[key] !== undefined)).slice(0, 2);
    const rows = page.runs.map((run) => [run.name, run.runId.slice(0, 8), run.experiment, run.status, ago(run.startedAt), run.endedAt === null ? '' : duration(run.endedAt - run.startedAt), ...keys.map((key) => number(run.metrics[key])), run.modelVersion === null ? '' : `v${run.modelVersion}`]);
    for (const line of table(['run', 'id', 'experiment', 'status', 'started', 'took', ...keys, 'model'], rows, [5, 6, 7])) terminal.line(line);
    if (page.total > page.runs.length) terminal.line(`${page.total - page.runs.length} more; \`--limit\` shows them.`);
  }
  return exitCodes.done;
}
