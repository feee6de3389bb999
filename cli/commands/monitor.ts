import { brokenBounds } from '../../engine/monitoring/bounds.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { listWindows } from '../../engine/monitoring/windows.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { monitorNamed } from '../../engine/project/models.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readTime } from '../readOption.ts';
import { count, fixed } from '../../words/numbers.ts';
import { table } from '../terminal.ts';

export interface MonitorOptions {
  now?: string;
  shadow?: boolean;
}

/**
 * `loopwright monitor [NAME]`: evaluates the windows that ended, with `--shadow` those of the deployment's shadow; exits
 * with 1 if the newest drifted or broke an expectation.
 */
export async function monitor(
  context: CommandContext,
  name: string | undefined,
  options: MonitorOptions,
): Promise<number> {
  const config = context.config();
  const chosen = monitorNamed(config, name ?? null);
  const declared = config.monitors?.[chosen];
  const now = readTime(options.now, 'now') ?? Date.now();
  await evaluateMonitor({
    project: context.project(),
    config,
    store: context.store(),
    monitor: chosen,
    now,
    shadow: options.shadow,
    signal: context.signal,
  });
  const windows = listWindows(context.store(), chosen, options.shadow ? 'shadow' : 'stable');
  const last = windows.findLast((window) => window.status !== 'too few rows');
  const broken = declared && last ? brokenBounds(declared, last) : [];
  if (context.json) context.printJson({ monitor: chosen, windows, broken });
  else if (windows.length === 0) context.terminal.line('No window has ended yet.');
  else {
    const metric = Object.keys(declared?.expect ?? {}).find((key) =>
      windows.some((window) => window.performance[key] !== undefined),
    );
    const rows = windows.map((window) => [
      new Date(window.start).toISOString().slice(0, 10),
      count(window.rows),
      window.status,
      driftedOf(window),
      metric === undefined ? '–' : fixed(window.performance[metric]),
      window.modelVersions.map((version) => `v${version}`).join(' '),
    ]);
    for (const line of table(['window', 'rows', 'status', 'drifted', metric ?? 'performance', 'model'], rows, [1, 4]))
      context.terminal.line(line);
    for (const bound of broken)
      context.terminal.line(
        `expected ${bound.metric} ${bound.min !== null && bound.value < bound.min ? `at least ${bound.min}` : `at most ${bound.max}`}, found ${fixed(bound.value)}`,
      );
  }
  return last?.status === 'drift' || broken.length > 0 ? exitCodes.failed : exitCodes.done;
}

/** `2 of 7`: drifted among judged features; the score is no feature. */
function driftedOf({ values }: DriftWindow): string {
  const judged = values.filter(({ column, kind }) => column !== '_score' && kind !== 'not judged');
  return `${judged.filter(({ drifted }) => drifted).length} of ${judged.length}`;
}
