import { resolve } from 'node:path';
import { monitorNamed } from '../../engine/project/models.ts';
import { driftReport } from '../../engine/monitoring/driftReport.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { saveDrift } from '../../engine/pages/savePage.ts';

export interface DriftOptions {
  html?: string;
}

/**
 * `loopwright drift [MONITOR]`: the windows of a monitor as JSON, or as a self-contained page with `--html FILE`.
 */
export async function drift(context: CommandContext, name: string | undefined, options: DriftOptions): Promise<number> {
  const config = context.config();
  const monitor = monitorNamed(config, name ?? null);
  if (options.html === undefined) {
    context.printJson(driftReport(context.store(), config, monitor));
    return exitCodes.done;
  }
  const path = resolve(options.html);
  await saveDrift(context.store(), { project: context.project(), config }, monitor, path, context.signal);
  if (!context.json) context.terminal.note(`written to ${path}`);
  return exitCodes.done;
}
