import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { gatesText, metricText } from '../../words/metrics.ts';
import { plural } from '../../words/numbers.ts';
import { duration, exactTime, timeText } from '../../words/times.ts';
import { withProblem } from './problemRow.ts';
import type { Row, RowSubject } from './row.ts';
import { shownMetricText } from './shownMetric.ts';
import { runLook } from './stateIcons.ts';

const shown = 20;
const paramsShown = 2;

export function experimentRows(project: Project): Row[] {
  return (project.overview?.experiments ?? []).map((experiment) =>
    withProblem(experimentRow(project, experiment), project, experiment.problem),
  );
}

function experimentRow(project: Project, experiment: ExperimentSummary): Row {
  const subject: RowSubject = { project, experiment: experiment.name };
  if (experiment.file !== null) subject.file = experiment.file;
  return {
    id: `experiment/${experiment.name}`,
    label: experiment.name,
    description: [bestText(experiment), experiment.runCount === 0 ? 'no runs yet' : plural(experiment.runCount, 'run')]
      .filter(Boolean)
      .join(' · '),
    tooltip: [experiment.name, experiment.describe, primaryText(experiment), experiment.file ?? '']
      .filter(Boolean)
      .join('\n'),
    icon: 'beaker',
    context:
      experiment.file !== null ? 'experiment file' : experiment.name === 'default' ? 'experiment' : 'experiment logged',
    subject,
    children: () => runRows(project, experiment),
  };
}

async function runRows(project: Project, experiment: ExperimentSummary): Promise<Row[]> {
  const page = await project.engine.request('runs/list', { experiment: experiment.name, offset: 0, limit: shown });
  const swept = sweptParams(page.runs);
  const rows = page.runs.map((run) => runRow(project, run, experiment.primary, swept));
  if (page.total > shown) {
    const subject = { project, experiment: experiment.name };
    rows.push({
      id: `more/${experiment.name}`,
      label: `All ${plural(page.total, 'run')}`,
      icon: 'list-unordered',
      open: { id: commandIds.openRunHistory, args: [subject] },
    });
  }
  return rows;
}

export function runRow(
  project: Project,
  run: RunSummary,
  primary: readonly PrimaryMetric[],
  swept: readonly string[] = [],
): Row {
  const look = runLook[run.status];
  const subject: RowSubject = { project, runId: run.runId, text: run.runId };
  const state =
    run.status === 'finished'
      ? ''
      : run.status === 'refused' && run.verdict
        ? gatesText(run.verdict)
        : (run.progress ?? look.word);
  const params = isTrial(run)
    ? swept.filter((key) => key in run.params).map((key) => `${key} ${paramText(run.params[key])}`)
    : [];
  const parts = [
    shownMetricText(run.metrics, primary),
    state,
    ...params.slice(0, paramsShown),
    timeText(run.startedAt),
  ];
  const told = [
    `${run.name} (${run.runId.slice(0, 8)}): ${look.word}${run.verdict ? `, ${gatesText(run.verdict)}` : ''}`,
    `Started ${exactTime(run.startedAt)}`,
    ...params,
  ];
  if (run.endedAt !== null) told.push(`Took ${duration(run.endedAt - run.startedAt)}`);
  return {
    id: `run/${run.runId}`,
    label: `${run.starred ? '★ ' : ''}${run.name}`,
    description: parts.filter(Boolean).join(' · '),
    tooltip: told.join('\n'),
    icon: look.icon,
    color: look.color,
    context: `${run.starred ? 'run starred' : 'run unstarred'}${canBeVersion(run) ? ' registrable' : ''}${run.loggedModel ? ' hasModel' : ''}${run.status === 'running' ? ' running' : ''}`,
    subject,
    open: { id: commandIds.openRunHistory, args: [subject] },
  };
}

/** `best pr_auc 0.921`. */
function bestText({ primary: [first], best }: ExperimentSummary): string {
  return first && best !== null ? `best ${first.name} ${metricText(first.name, best)}` : '';
}

function primaryText({ primary: [first] }: ExperimentSummary): string {
  return first
    ? `Primary metric ${first.name} (${first.why}), ${first.direction === 'maximize' ? 'higher' : 'lower'} is better`
    : '';
}

function isTrial(run: RunSummary): boolean {
  return run.tags['loopwright.trial'] !== undefined;
}

/** A validated run of a sweep that no version came from; other runs are versions by themselves. */
export function canBeVersion(run: RunSummary): boolean {
  return run.registered.length === 0 && isTrial(run) && (run.status === 'finished' || run.status === 'refused');
}

/** The params that differ among the trials. */
function sweptParams(runs: readonly RunSummary[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const run of runs.filter(isTrial))
    for (const [key, value] of Object.entries(run.params))
      values.set(key, (values.get(key) ?? new Set()).add(JSON.stringify(value)));
  return [...values].filter(([, different]) => different.size > 1).map(([key]) => key);
}

function paramText(value: unknown): string {
  return typeof value === 'number'
    ? String(Number(value.toPrecision(3)))
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}
