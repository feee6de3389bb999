import { ProjectError } from '../../engine/base/errors.ts';
import type { MetricMatch, Shown } from '../../engine/provenance/compareMetrics.ts';
import { defaultTolerance, reproduce, type Reproduction } from '../../engine/reproduce/reproduce.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { runPrinter } from '../runPrinter.ts';
import { table } from '../terminal.ts';

export interface ReproduceOptions {
  tolerance?: string;
  keep?: boolean;
}

/** `loopwright reproduce RUN`: repeats a run with its code, data and params, and compares the metrics. */
export async function reproduceCommand(
  context: CommandContext,
  run: string,
  options: ReproduceOptions,
): Promise<number> {
  const { terminal } = context;
  const tolerance = options.tolerance === undefined ? defaultTolerance : Number(options.tolerance);
  if (!(Number.isFinite(tolerance) && tolerance >= 0))
    throw new ProjectError(`\`--tolerance ${options.tolerance}\` is not a number of at least 0, such as 1e-6.`);
  const say = (text: string) =>
    context.json ? terminal.note(text) : terminal.line(terminal.style('gray', `… ${text}`));
  const result = await reproduce({
    root: context.project().root,
    store: context.store(),
    run,
    tolerance,
    keep: options.keep ?? false,
    signal: context.signal,
    events: runPrinter(terminal, { json: context.json }),
    say,
  });
  if (context.json) context.printJson(result);
  else print(context, result);
  return result.matches ? exitCodes.done : exitCodes.failed;
}

const words: Record<MetricMatch['verdict'], string> = {
  same: 'same, bit for bit',
  within: 'within the tolerance',
  differs: 'DIFFERS',
  missing: 'MISSING now',
  new: 'new',
};

function print({ terminal }: CommandContext, result: Reproduction): void {
  const { metrics, timing } = result;
  for (const note of result.notes) terminal.line(`note: ${note}`);
  if (result.error) terminal.line(`error: ${result.error.stage}: ${result.error.message}`);
  if (metrics.length > 0) for (const line of matchTable(metrics)) terminal.line(line);
  else terminal.line('The run has no metric to compare.');
  if (timing.length > 0) {
    terminal.line('');
    terminal.line('Durations and machine usage, which are expected to differ:');
    for (const line of matchTable(timing)) terminal.line(line);
  }
  if (result.restored.length > 0)
    terminal.line(`Not measured again because the data was restored: ${result.restored.join(', ')}`);
  for (const { dataset, before, after, same } of result.data)
    terminal.line(
      `data ${dataset}: ${same ? `same content (${before.slice(0, 12)})` : after === null ? 'not read' : `DIFFERS (${before.slice(0, 12)}, now ${after.slice(0, 12)})`}`,
    );
  for (const { name, before, after } of result.environment)
    terminal.line(`environment ${name}: ${before ?? 'none'} → ${after ?? 'none'}`);
  if (result.folder !== null)
    terminal.line(`The worktree is kept in ${result.folder}; remove it with \`git worktree remove --force\`.`);
  const counted = (verdict: MetricMatch['verdict']) => metrics.filter((metric) => metric.verdict === verdict).length;
  const counts = (['same', 'within', 'differs', 'missing', 'new'] as const)
    .filter((verdict) => counted(verdict) > 0)
    .map((verdict) => `${counted(verdict)} ${verdict}`)
    .join(', ');
  const status =
    result.again.status === result.run.status ? '' : ` It ${result.again.status}; the run before ${result.run.status}.`;
  terminal.line(
    terminal.style(
      result.matches ? 'green' : 'red',
      `${result.matches ? 'Reproduced' : 'NOT reproduced'}: ${result.run.name} as ${result.again.name} (${counts || 'no metrics'}; tolerance ${result.tolerance}).${status}`,
    ),
  );
}

function matchTable(matches: readonly MetricMatch[]): string[] {
  const rows = matches.map(({ key, verdict, before, after, absolute, relative, points }) => [
    key,
    shown(before),
    shown(after),
    absolute === null || absolute === 0 ? '' : absolute.toExponential(2),
    relative === null || relative === 0 ? '' : relative.toExponential(2),
    points.before === points.after || verdict === 'missing' || verdict === 'new'
      ? words[verdict]
      : `${words[verdict]} (${points.before} points, now ${points.after})`,
  ]);
  return table(['metric', 'run', 'now', 'absolute', 'relative', ''], rows, [1, 2, 3, 4]);
}

function shown(value: Shown | null): string {
  return value === null ? '–' : String(value);
}
