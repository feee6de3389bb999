import type { ExperimentSummary } from '../../protocol/lifeCycle.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { ago, duration, exactTime, metric, plural } from '../words.ts';
import type { Row, RowSubject } from './row.ts';
import { runLook } from './stateIcons.ts';

const shown = 20;

export function experimentRows(project: Project): Row[] {
  return (project.overview?.experiments ?? []).map((experiment) => experimentRow(project, experiment));
}

function experimentRow(project: Project, experiment: ExperimentSummary): Row {
  const subject: RowSubject = { project, experiment: experiment.name };
  if (experiment.file !== null) subject.file = experiment.file;
  return {
    id: `experiment/${experiment.name}`,
    label: experiment.name,
    description: experiment.runCount === 0 ? 'no runs yet' : plural(experiment.runCount, 'run'),
    tooltip: [experiment.name, experiment.describe, experiment.file ?? ''].filter(Boolean).join('\n'),
    icon: 'beaker',
    context: experiment.file === null ? 'experiment' : 'experiment file',
    subject,
    children: () => runRows(project, experiment),
  };
}

async function runRows(project: Project, experiment: ExperimentSummary): Promise<Row[]> {
  const page = await project.engine.request('runs/list', { experiment: experiment.name, offset: 0, limit: shown });
  const headline = project.overview?.models[0] ? Object.keys(project.overview.models[0].metrics)[0] : undefined;
  const rows = page.runs.map((run) => runRow(project, run, headline));
  if (page.total > shown) {
    const subject = { project, experiment: experiment.name };
    rows.push({ id: `more/${experiment.name}`, label: `All ${plural(page.total, 'run')}`, icon: 'list-unordered', open: { id: commandIds.openRunHistory, args: [subject] } });
  }
  return rows;
}

export function runRow(project: Project, run: RunSummary, headline: string | undefined): Row {
  const look = runLook[run.status];
  const subject: RowSubject = { project, runId: run.runId, text: run.runId };
  const key = headline !== undefined && headline in run.metrics ? headline : Object.keys(run.metrics)[0];
  const value = key === undefined ? undefined : run.metrics[key];
  const parts = [run.status === 'finished' ? '' : (run.progress ?? look.word)];
  if (key !== undefined && value !== undefined) parts.push(`${key} ${metric(value)}`);
  parts.push(ago(run.startedAt));
  const took = run.endedAt === null ? '' : `\nTook ${duration(run.endedAt - run.startedAt)}`;
  return {
    id: `run/${run.runId}`,
    label: `${run.starred ? '★ ' : ''}${run.name}`,
    description: parts.filter(Boolean).join(' · '),
    tooltip: `${run.name} (${run.runId.slice(0, 8)}): ${look.word}\nStarted ${exactTime(run.startedAt)}${took}`,
    icon: look.icon,
    color: look.color,
    context: run.starred ? 'run starred' : 'run unstarred',
    subject,
    open: { id: commandIds.openRunHistory, args: [subject] },
  };
}
