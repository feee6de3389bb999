import { modelsOf } from '../../engine/project/models.ts';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { parseParam } from '../parseParam.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { type RunOutcome } from '../../engine/runner/runRequest.ts';
import { runSweep, type SweepResult } from '../../engine/runner/sweep/runSweep.ts';
import { serveTrial } from '../../engine/runner/sweep/trialProcess.ts';
import { placeText, type CommandContext } from '../context.ts';
import { inputOf } from '../inputOf.ts';
import { runPrinter } from '../runPrinter.ts';
import { duration } from '../../words/times.ts';

export interface RunOptions {
  experiment?: string;
  param?: string[];
  force?: boolean;
}

/** `loopwright run [stage…]`: brings stages up to date. */
export async function runCommand(context: CommandContext, stages: string[], options: RunOptions): Promise<number> {
  const { terminal } = context;
  const started = Date.now();
  const project = context.project();
  const experiment = options.experiment ?? 'default';
  const params = Object.fromEntries((options.param ?? []).map(parseParam)) as Record<string, ParamValue>;
  for (const name of Object.keys(params))
    if (!Object.hasOwn(context.config().params ?? {}, name))
      throw new ProjectError(
        `The project has no param \`${name}\`. Declared: ${Object.keys(context.config().params ?? {}).join(', ') || 'none'}.`,
      );
  const request = {
    project,
    store: context.store(),
    check: checkProject,
    stages: stages.length > 0 ? stages : undefined,
    experiment,
    params,
    force: options.force,
    signal: context.signal,
    input: inputOf(),
    events: runPrinter(terminal, { json: context.json }),
    commandLine: commandLine(stages, options),
  };
  const sweep = project.experiments.get(experiment)?.value?.sweep;
  if (sweep) {
    const say = (line: string) => (context.json ? terminal.note(line) : terminal.line(line));
    const result = await runSweep(
      { ...request, program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''] },
      sweep,
      say,
    );
    const status = sweepStatus(result);
    if (context.json) context.printJson({ status, ...result, chosen: chosenJson(result) });
    else for (const line of sweepLines(result, modelsOf(context.config()).length > 1)) terminal.line(line);
    return status === 'finished' ? exitCodes.done : exitCodes.failed;
  }
  const outcome = await executeRun(request);
  if (context.json) context.printJson(outcome);
  else summarise(context, outcome, Date.now() - started);
  return outcome.status === 'failed' || outcome.status === 'refused' ? exitCodes.failed : exitCodes.done;
}

/** `refused` when no trial passed the gates. */
function sweepStatus({ best, trials }: SweepResult): 'finished' | 'refused' | 'failed' {
  return !best
    ? 'failed'
    : trials.some(({ status, value }) => status === 'finished' && value !== null)
      ? 'finished'
      : 'refused';
}

/** `version` belongs to the one model that a trial usually has. */
function chosenJson({ chosen }: SweepResult): unknown {
  return chosen && { ...chosen, version: chosen.registered.at(-1)?.version ?? null };
}

function sweepLines({ best, chosen, objective, trials }: SweepResult, several: boolean): string[] {
  if (!best) return [`No trial finished with ${objective}.`];
  const lines = [
    `best of ${trials.length}: ${best.name} with ${objective} ${best.value} at ${JSON.stringify(best.params)}`,
  ];
  const refused = trials.filter(({ status }) => status === 'refused').length;
  if (refused > 0) lines.push(`${refused} of ${trials.length} trials were refused by their gates`);
  const versions = (chosen?.registered ?? []).map(({ name, version }) =>
    several ? `${name} v${version}` : `v${version}`,
  );
  if (chosen?.trial === best) lines.push(`registered as ${versions.join(', ')}`);
  else if (chosen)
    lines.push(
      `registered as ${versions.join(', ')}: ${chosen.trial.name} with ${objective} ${chosen.trial.value}, the best that passed its gates`,
    );
  return lines;
}

function summarise({ terminal, project }: CommandContext, outcome: RunOutcome, ms: number): void {
  if (outcome.status === 'fresh')
    terminal.line(`Everything is fresh: ${outcome.stages.map(({ stage }) => stage).join(', ')}.`);
  else if (outcome.error)
    terminal.note(
      `${placeText(outcome.error.place, project().root, project().file.path)}error: ${outcome.error.stage}: ${outcome.error.message}`,
    );
  else terminal.line(terminal.style('green', `Done in ${duration(ms)}.`));
}

function commandLine(stages: string[], options: RunOptions): string {
  return [
    'loopwright run',
    ...stages,
    ...(options.experiment ? [`--experiment ${options.experiment}`] : []),
    ...(options.param ?? []).map((param) => `--param '${param}'`),
    ...(options.force ? ['--force'] : []),
  ].join(' ');
}

/** `loopwright trial`: one trial of a sweep, requested on standard input by the process that runs the sweep. */
export async function trialCommand(context: CommandContext): Promise<number> {
  await serveTrial(
    context.project().root,
    checkProject,
    process.stdin,
    (line) => process.stdout.write(`${line}\n`),
    context.signal,
  );
  return exitCodes.done;
}
