import { commands, ProgressLocation, window } from 'vscode';
import type { Blame, BlameItem, RunPart } from '../../protocol/blame.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { gatesText, metricText } from '../../words/metrics.ts';
import { timeText } from '../../words/times.ts';
import { fileOf, partOf, partsOf } from '../language/runAddress.ts';
import { runUri } from '../language/runDocuments.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, projectOf } from './ask.ts';
import { choice, pick, type Choice } from './pick.ts';
import type { CommandContext } from './context.ts';

const icons: Record<BlameItem['kind'], string> = {
  data: 'database',
  period: 'calendar',
  param: 'settings',
  stage: 'symbol-event',
  code: 'file-code',
  seed: 'symbol-number',
  package: 'package',
  runtime: 'server-process',
  hardware: 'chip',
};
const mostRuns = 200;

/**
 * Tells what differs between two runs, what most likely moved the metric first, and opens it in the editor's own diff.
 */
export function compareRuns(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const a = given?.runId ?? (await pickRun(project, 'Compare from which run?', null));
    if (a === undefined) return;
    const b = given?.against ?? (await pickRun(project, 'Compare with which run?', a));
    if (b === undefined) return;
    const found = await window.withProgress(
      { location: ProgressLocation.Notification, title: 'Comparing two runs' },
      () => project.engine.request('runs/blame', { a, b, metric: null }),
    );
    if (given?.text === 'all') return openAll(project, found);
    await show(project, found);
  };
}

/** One of the newest runs. */
export async function pickRun(project: Project, title: string, but: string | null): Promise<string | undefined> {
  const [{ runs }, { primary }] = await Promise.all([
    project.engine.request('runs/list', { limit: mostRuns }),
    project.engine.request('runs/columns', {}),
  ]);
  const others = runs.filter(({ runId }) => runId !== but);
  if (others.length === 0)
    void window.showInformationMessage(
      `${project.name} has ${but === null ? 'no run yet' : 'no other run'} to choose. Run "Loopwright: Run all stale stages" to create one.`,
    );
  return others.length === 0
    ? undefined
    : pick(
        title,
        others.map((run) => runChoice(run, primary)),
      );
}

/** The primary metric first, then what stands in for it. */
function runChoice(run: RunSummary, primary: readonly PrimaryMetric[]): Choice<string> {
  const metrics = primary
    .filter(({ name }) => name in run.metrics)
    .slice(0, 4)
    .map(({ name }) => `${name} ${metricText(name, run.metrics[name] ?? Number.NaN)}`);
  const state = run.status === 'refused' && run.verdict ? gatesText(run.verdict) : run.status;
  return {
    ...choice(
      run.runId,
      run.name,
      [...metrics.slice(0, 1), run.experiment, state, timeText(run.startedAt)].join(' · '),
      'history',
    ),
    detail: [...metrics.slice(1), run.runId.slice(0, 8)].join(' · '),
  };
}

async function show(project: Project, found: Blame): Promise<void> {
  const { a, b, metric, items, notes } = found;
  if (items.length === 0) {
    void window.showInformationMessage([`No recorded difference between ${a.name} and ${b.name}.`, ...notes].join(' '));
    return;
  }
  const values = metric
    ? `: ${metric.key} ${shown(metric.key, metric.before)} → ${shown(metric.key, metric.after)}`
    : '';
  const all = {
    ...choice<RunPart | 'all' | null>(
      'all',
      'Open all changes',
      `${items.length} ${items.length === 1 ? 'difference' : 'differences'}`,
      'diff-multiple',
    ),
  };
  const each = items.map((item) => ({
    ...choice<RunPart | 'all' | null>(
      partOf(item, project.file),
      item.name,
      item.before === null && item.after === null ? item.kind : `${item.before ?? 'none'} → ${item.after ?? 'none'}`,
      icons[item.kind],
    ),
    detail: item.why,
  }));
  const told = notes.map((note) => choice<RunPart | 'all' | null>(null, note, '', 'info'));
  const chosen = await pick(`${a.name} → ${b.name}${values}`, [all, ...each, ...told]);
  if (chosen === 'all') await openAll(project, found);
  else if (chosen)
    await commands.executeCommand(
      'vscode.diff',
      addressOf(project, a.runId, chosen),
      addressOf(project, b.runId, chosen),
      `${fileOf(chosen)} (${a.name} ↔ ${b.name})`,
    );
}

async function openAll(project: Project, { a, b, items }: Blame): Promise<void> {
  const state = new Map(
    items.filter(({ kind, path }) => kind === 'code' && path !== null).map((item) => [item.path, item]),
  );
  const resources = partsOf(items, project.file).map((part) => {
    const item = part.part === 'code' ? state.get(part.path) : undefined;
    const [before, after] = [addressOf(project, a.runId, part), addressOf(project, b.runId, part)];
    return [after, item?.before === null ? undefined : before, item?.after === null ? undefined : after];
  });
  await commands.executeCommand('vscode.changes', `${a.name} ↔ ${b.name}`, resources);
}

function addressOf(project: Project, runId: string, part: RunPart) {
  return runUri({ root: project.root, runId, part });
}

function shown(key: string, value: number | null): string {
  return value === null ? '–' : metricText(key, value);
}
