import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { ago, metric } from '../words.ts';
import type { Row } from './row.ts';

export function modelRows(project: Project): Row[] {
  const versions = project.overview?.models ?? [];
  const names = [...new Set(versions.map((version) => version.model))];
  return names.map((name) => {
    const own = versions.filter((version) => version.model === name).toSorted((a, b) => b.version - a.version);
    const aliased = own.filter((version) => version.aliases.length > 0).map((version) => `v${version.version} ${version.aliases.join(', ')}`);
    return {
      id: `model/${name}`,
      label: name,
      description: aliased.join(' · '),
      icon: 'package',
      expanded: true,
      children: () => own.map((version) => versionRow(project, version)),
    };
  });
}

function versionRow(project: Project, version: ModelVersionSummary): Row {
  const champion = version.aliases.includes('champion');
  const passed = version.gatesPassed === version.gatesTotal;
  const gates = version.gatesTotal === 0 ? 'no gates' : `${version.gatesPassed} of ${version.gatesTotal} gates`;
  const [headline] = Object.entries(version.metrics);
  const subject = { project, version: version.version, runId: version.runId };
  const parts = [version.aliases.join(', '), headline ? `${headline[0]} ${metric(headline[1])}` : '', passed ? '' : `${version.gatesPassed}/${version.gatesTotal} gates`];
  return {
    id: `version/${version.model}/${version.version}`,
    label: `v${version.version}`,
    description: parts.filter(Boolean).join(' · '),
    tooltip: [`${version.model} v${version.version}, from run ${version.runName}`, ...Object.entries(version.metrics).map(([key, value]) => `${key} ${metric(value)}`), gates, `made ${ago(version.createdAt)}`].join('\n'),
    icon: champion ? 'verified-filled' : passed ? 'pass' : 'error',
    color: champion || passed ? 'testing.iconPassed' : 'testing.iconFailed',
    context: champion ? 'version champion' : 'version candidate',
    subject,
    open: { id: commandIds.openModelCard, args: [subject] },
  };
}
