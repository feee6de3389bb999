import type { AddablePart } from '../../protocol/languageServer.ts';
import type { LifeLine, ProjectOverview, StageStatus } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { duration, timeText } from '../../words/times.ts';
import type { Row, RowCommand, RowSubject } from './row.ts';
import { lifeLook, stageLook } from './stateIcons.ts';

const labels: Partial<Record<LifeLine['part'], string>> = { track: 'Track' };

/** The eight parts of the model's life; under Develop every stage of the graph. */
export function lifeCycleRows(project: Project): Row[] {
  const overview = project.overview;
  if (!overview) return [];
  return overview.life.map((line) => lifeRow(project, line, overview));
}

function lifeRow(project: Project, line: LifeLine, overview: ProjectOverview): Row {
  const { stages, monitors, deployments } = overview;
  const look = lifeLook[line.state];
  const label = line.label || labels[line.part] || line.part;
  const isMissing = missingParts(overview).some((part) => part === line.part);
  const subject: RowSubject = { project, part: line.part };
  if (line.stage !== null) subject.stage = line.stage;
  const apis = line.part === 'deploy' ? deployments.filter(({ as }) => as === 'api') : [];
  const [api] = apis;
  // The command asks which one when there are several.
  if (api && apis.length === 1) subject.deployment = api.name;
  if (line.part === 'monitor') {
    const monitor = monitors.find(({ state }) => state === 'attention') ?? monitors[0];
    if (monitor) subject.monitor = monitor.name;
  }
  const row: Row = {
    id: `life/${line.part}`,
    label,
    description: line.state === 'stale' ? shortReason(line.detail) : line.detail,
    tooltip: `${label}: ${look.word}${line.detail ? `\n${line.detail}` : ''}${isMissing ? '\nClick to add it to loopwright.yaml' : ''}`,
    icon: isMissing ? 'add' : look.icon,
    color: look.color,
    context: [
      contextOf(line),
      apis.length === 0 ? '' : apis.some(({ state }) => state === 'stopped') ? 'startable' : 'stoppable',
      isMissing ? 'addable' : '',
    ]
      .filter(Boolean)
      .join(' '),
    subject,
    open: isMissing ? { id: commandIds.addSection, args: [subject] } : target(line, subject),
  };
  if (line.part === 'develop') row.children = () => stages.map((stage) => stageRow(project, stage));
  return row;
}

/** The parts of the life cycle that the project does not declare; a command may train and have gates of its own. */
export function missingParts({ life, stages, deployments, monitors, problems }: ProjectOverview): AddablePart[] {
  if (problems.length > 0) return [];
  const has = (...kinds: StageStatus['kind'][]): boolean => stages.some(({ kind }) => kinds.includes(kind));
  const declared: Record<AddablePart, boolean> = {
    collect: has('collect'),
    prepare: has('prepare'),
    develop: has('train', 'cmd'),
    validate: has('validate'),
    deploy: deployments.length > 0,
    monitor: monitors.length > 0,
    retrain: life.some(({ part, detail }) => part === 'retrain' && detail !== 'no policy declared'),
  };
  return (Object.keys(declared) as AddablePart[]).filter((part) => !declared[part]);
}

/**
 * The icon and the tooltip say "stale" and name whole paths; the narrow line has room for the reason only. Addresses and
 * what stands in backticks, such as a command, stay whole.
 */
export function shortReason(detail: string): string {
  const kept = /`([^`]*)`|[a-z][a-z0-9+.-]*:\/\/\S+|(?:[\w.-]+\/)+(?=[\w.*-]+)/gi;
  return detail
    .replace(/^stale: /, '')
    .replaceAll(kept, (found, code?: string) => code ?? (found.includes('://') ? found : ''));
}

function contextOf(line: LifeLine): string {
  const words = ['life', line.part];
  if (line.stage !== null) words.push('runnable');
  if (line.state === 'stale') words.push('explained');
  return words.join(' ');
}

function target(line: LifeLine, subject: RowSubject): RowCommand {
  if (line.part === 'monitor' && subject.monitor !== undefined) return { id: commandIds.openDrift, args: [subject] };
  if (line.part === 'track') return { id: commandIds.openRunHistory, args: [subject] };
  if (line.part === 'validate' && line.state !== 'none') return { id: commandIds.openModelCard, args: [subject] };
  return { id: commandIds.openStage, args: [subject] };
}

export function stageRow(project: Project, stage: StageStatus): Row {
  const look = stageLook[stage.state];
  const parts = [look.word];
  const [reason] = stage.reasons;
  if ((stage.state === 'stale' || stage.state === 'failed') && reason !== undefined) parts.push(reason);
  else if (stage.last?.summary) parts.push(stage.last.summary);
  const tooltip = [`${stage.name} (${stage.kind}): ${look.word}`, ...stage.reasons.map((text) => `• ${text}`)];
  if (stage.last) {
    const took = stage.last.durationMs === null ? '' : `, ${duration(stage.last.durationMs)}`;
    tooltip.push(`Last: ${stage.last.runName}, ${timeText(stage.last.startedAt)}${took}`);
  }
  return {
    id: `stage/${stage.name}`,
    label: stage.name,
    description: parts.join(' · '),
    tooltip: tooltip.join('\n'),
    icon: look.icon,
    color: look.color,
    context:
      stage.state === 'running'
        ? 'stage running'
        : stage.state === 'stale'
          ? 'stage runnable explained'
          : 'stage runnable',
    subject: {
      project,
      stage: stage.name,
      ...(stage.state === 'running' && stage.last ? { runId: stage.last.runId } : {}),
    },
    open: { id: commandIds.openStage, args: [{ project, stage: stage.name }] },
  };
}

/** How many lines need a person: the number on the badge. */
export function attentionCount(project: Project): number {
  const life = project.overview?.life ?? [];
  return (
    life.filter((line) => line.state === 'attention' || line.state === 'failed' || line.state === 'refused').length +
    (project.overview?.problems.length ? 1 : 0)
  );
}
