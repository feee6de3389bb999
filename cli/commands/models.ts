import { resolve } from 'node:path';
import { buildCard } from '../../engine/cards/buildCard.ts';
import { summariseVersions } from '../../engine/registry/modelVersions.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { declaredMetrics } from '../../engine/project/primaryMetric.ts';
import { registerRun } from '../../engine/registry/registerRun.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { saveCard } from '../../engine/pages/savePage.ts';
import { readVersion } from '../readOption.ts';
import { gatesText, metricText } from '../../words/metrics.ts';
import { timeText } from '../../words/times.ts';
import { table } from '../terminal.ts';

/** `loopwright models`: the versions with their aliases and gates. */
export async function models(context: CommandContext): Promise<number> {
  const store = context.storeIfAny();
  const versions = store ? summariseVersions(store, context.config().project) : [];
  if (context.json) context.printJson(versions);
  else if (versions.length === 0)
    context.terminal.line('No model versions. `loopwright run` trains and validates the first.');
  else {
    const key =
      declaredMetrics(context.project(), null)
        .map(({ name }) => name)
        .find((name) => versions.some(({ metrics }) => metrics[name] !== undefined)) ??
      Object.keys(versions[0]?.metrics ?? {})[0] ??
      '';
    const value = (metrics: Record<string, number>): string =>
      metrics[key] === undefined ? '–' : metricText(key, metrics[key]);
    const rows = versions.map(({ version, metrics, aliases, gatesPassed, gatesTotal, runName, createdAt }) => [
      `v${version}`,
      value(metrics),
      aliases.join(', '),
      gatesText({ passed: gatesPassed, total: gatesTotal }),
      runName,
      timeText(createdAt),
    ]);
    for (const line of table(['version', key, 'alias', 'gates', 'run', 'made'], rows, [1])) context.terminal.line(line);
  }
  return exitCodes.done;
}

/** `loopwright models promote VERSION`: through the gates, like every promotion. */
export async function promoteModel(context: CommandContext, version: string): Promise<number> {
  const result = promote(context.store(), context.config().project, readVersion(version), 'promoted by hand');
  if (context.json) context.printJson(result);
  else
    context.terminal.line(
      result.previous === result.version
        ? `v${result.version} is the champion already.`
        : `v${result.version} is champion${result.previous === null ? '' : `; v${result.previous} was before. \`loopwright models rollback\` goes back`}.`,
    );
  return exitCodes.done;
}

/** `loopwright models register RUN`: makes the model that a run validated a version, such as a trial of a sweep. */
export async function registerModel(context: CommandContext, run: string): Promise<number> {
  const result = registerRun(context.store(), context.config().project, run);
  if (context.json) context.printJson(result);
  else
    context.terminal.line(
      result.made ? `${result.runName} is v${result.version}.` : `${result.runName} is v${result.version} already.`,
    );
  return exitCodes.done;
}

/** `loopwright models rollback`. */
export async function rollbackModel(context: CommandContext): Promise<number> {
  const result = rollback(context.store(), context.config().project);
  if (context.json) context.printJson(result);
  else context.terminal.line(`v${result.version} is champion again; v${result.previous} was rolled back.`);
  return exitCodes.done;
}

export interface ModelCardOptions {
  html?: string;
}

/** `loopwright models card [VERSION]`: the card as JSON, or as a page of its own with `--html FILE`. */
export async function modelCard(
  context: CommandContext,
  version: string | undefined,
  options: ModelCardOptions,
): Promise<number> {
  const which =
    version === undefined
      ? 'champion'
      : version === 'latest' || version === 'champion'
        ? version
        : readVersion(version);
  if (options.html !== undefined) {
    const path = resolve(options.html);
    saveCard(context.store(), context.config(), which, path);
    if (!context.json) context.terminal.note(`written to ${path}`);
    return exitCodes.done;
  }
  context.printJson(buildCard(context.store(), context.config(), which));
  return exitCodes.done;
}
