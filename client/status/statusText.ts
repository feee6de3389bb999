import type { ModelVersionSummary, ProjectOverview } from '../../protocol/lifeCycle.ts';
import { versionText } from '../../words/models.ts';
import type { Project } from '../projects/project.ts';
import { shownMetricText } from '../views/shownMetric.ts';
import { attentionCount } from '../views/lifeCycleRows.ts';

/** The words of the status bar item. */
export function statusText(project: Project, trusted: boolean): { text: string; tooltip: string } {
  if (!trusted)
    return { text: '$(shield) Loopwright', tooltip: 'Loopwright only checks files: this folder is not trusted.' };
  const { overview, error } = project;
  if (!overview)
    return error === undefined
      ? { text: '$(sync) Loopwright', tooltip: `Loopwright: ${project.name}` }
      : { text: '$(error) Loopwright', tooltip: error };
  const champions = overview.models.filter(({ isChampion }) => isChampion);
  const [champion] = champions;
  const value = champion ? shownMetricText(champion.metrics, overview.primary) : '';
  const refused = overview.stages.find((stage) => stage.state === 'refused');
  const running = overview.stages.filter((stage) => stage.state === 'running').map((stage) => stage.name);
  const stale = overview.stages.filter((stage) => stage.state === 'stale').length;
  const attention = attentionCount(project);
  const problem = overview.problem;
  const words = [
    problem ? '$(error)' : '',
    champion
      ? `$(verified) ${overview.modelNames.length > 1 ? champion.model : overview.project} v${champion.version}${value === '' ? '' : ` · ${value}`}`
      : `$(circle-outline) ${overview.project}`,
    running.length > 0 ? `$(loading~spin) ${running.join(', ')}` : '',
    attention > 0 ? `$(warning) ${attention}` : '',
  ];
  const said = [
    problem ? `${problem.file}:${problem.line}: ${problem.message} This is the last good state` : '',
    `Loopwright: ${overview.project}`,
    ...(champions.length === 0 ? ['no champion yet'] : champions.map((one) => championText(one, overview))),
    running.length > 0 ? `running ${running.join(', ')}` : '',
    refused ? `${refused.name}: ${refused.reasons[0] ?? 'refused by its gates'}` : '',
    stale > 0 ? `${stale} stale` : '',
    attention > 0 ? `${attention} need attention` : '',
  ];
  return { text: words.filter(Boolean).join(' '), tooltip: said.filter(Boolean).join(' · ') };
}

/** The words of the item of the project's Python; null where there is none to show. */
export function pythonText({ overview }: Project, trusted: boolean): { text: string; tooltip: string } | null {
  if (!trusted || !overview?.python) return null;
  if ('problem' in overview.python) return { text: '$(warning) Python', tooltip: overview.python.problem };
  const { name, path, why } = overview.python;
  return { text: `$(snake) ${name}`, tooltip: `Loopwright uses the Python ${path} (${why.replaceAll('`', '')})` };
}

function championText({ model: name, version, metrics }: ModelVersionSummary, overview: ProjectOverview): string {
  const value = shownMetricText(metrics, overview.primary);
  return `champion ${versionText({ name, version }, overview.modelNames.length > 1)}${value === '' ? '' : ` with ${value}`}`;
}
