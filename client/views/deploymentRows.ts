import type { DeploymentSummary, MonitorSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { count } from '../../words/numbers.ts';
import { timeText } from '../../words/times.ts';
import type { Row } from './row.ts';
import { deploymentLook } from './stateIcons.ts';

/** Deployments and, below them, the monitors that watch them. */
export function deploymentRows(project: Project): Row[] {
  const overview = project.overview;
  if (!overview) return [];
  return [
    ...overview.deployments.map((one) => deploymentRow(project, one)),
    ...overview.monitors.map((one) => monitorRow(project, one)),
  ];
}

function deploymentRow(project: Project, deployment: DeploymentSummary): Row {
  const look = deploymentLook[deployment.state];
  const several = (project.overview?.modelNames.length ?? 0) > 1;
  const model = several && deployment.model !== null ? `${deployment.model} ` : '';
  const version = deployment.modelVersion === null ? model.trim() : `${model}v${deployment.modelVersion}`;
  const served = deployment.predictions === 0 ? '' : `${count(deployment.predictions)} served`;
  const port = deployment.url === null ? '' : `:${new URL(deployment.url).port}`;
  const last = deployment.lastPredictionAt === null ? '' : `\nLast prediction ${timeText(deployment.lastPredictionAt)}`;
  const isServer = deployment.as === 'api' || deployment.as === 'temporary';
  const startable = isServer ? (deployment.state === 'stopped' ? 'stopped' : 'started') : 'manual';
  const said = deployment.as === 'temporary' ? 'to try it, not logged' : deployment.as;
  return {
    id: `deployment/${deployment.name}`,
    label: deployment.name,
    description: [look.word, version, port, deployment.as === 'api' ? '' : said, served].filter(Boolean).join(' · '),
    tooltip: `${deployment.name} (${said}): ${look.word}${deployment.url === null ? '' : `\n${deployment.url}`}${last}`,
    icon: look.icon,
    color: look.color,
    context: `deployment ${startable}`,
    subject: { project, deployment: deployment.name, ...(deployment.url === null ? {} : { text: deployment.url }) },
  };
}

const brokenLook = { icon: 'error', color: 'problemsErrorIcon.foreground' };
const driftLook = { icon: 'warning', color: 'problemsWarningIcon.foreground' };

function monitorRow(project: Project, { name, state, status, detail }: MonitorSummary): Row {
  const subject = { project, monitor: name };
  const look = status === 'expectation broken' ? brokenLook : state === 'attention' ? driftLook : { icon: 'pulse' };
  return {
    id: `monitor/${name}`,
    label: name,
    description: ['monitor', detail.split(' · ')[0]].filter(Boolean).join(' · '),
    tooltip: [`Monitor ${name}${status === null ? '' : `: ${status}`}`, ...detail.split(' · ')].join('\n'),
    ...look,
    context: 'monitor',
    subject,
    open: { id: commandIds.openDrift, args: [subject] },
  };
}
