import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { comparisonText, gatesText, metricText } from '../../words/metrics.ts';
import { exactTime, timeText } from '../../words/times.ts';
import type { Row } from './row.ts';
import { stageLook } from './stateIcons.ts';
import { shownMetric, shownMetricText } from './shownMetric.ts';

export function modelRows(project: Project): Row[] {
  const versions = project.overview?.models ?? [];
  const names = [...new Set(versions.map((version) => version.model))];
  return names.map((name) => {
    const own = versions.filter((version) => version.model === name).toSorted((a, b) => b.version - a.version);
    const aliased = own
      .filter((version) => version.aliases.length > 0)
      .map((version) => `v${version.version} ${version.aliases.join(', ')}`);
    return {
      id: `model/${name}`,
      label: name,
      description: aliased.join(' · '),
      icon: 'package',
      expanded: true,
      children: () =>
        own.map((version) =>
          versionRow(
            project,
            version,
            own.find(({ isChampion }) => isChampion),
          ),
        ),
    };
  });
}

function versionRow(project: Project, version: ModelVersionSummary, best: ModelVersionSummary | undefined): Row {
  const champion = version.isChampion;
  const passed = version.gatesPassed === version.gatesTotal;
  const gates = gatesText({ passed: version.gatesPassed, total: version.gatesTotal });
  const primary = project.overview?.primary ?? [];
  const [own, other] = [
    shownMetric(version.metrics, primary),
    best && best !== version ? shownMetric(best.metrics, primary) : null,
  ];
  const comparison =
    own && best && other?.name === own.name
      ? comparisonText(own.name, own.value, other.value, own.direction, `v${best.version}`)
      : '';
  const subject = { project, model: version.model, version: version.version, runId: version.runId };
  const parts = [
    shownMetricText(version.metrics, primary),
    version.aliases.join(', '),
    passed ? '' : gates,
    timeText(version.createdAt),
  ];
  return {
    id: `version/${version.model}/${version.version}`,
    label: `v${version.version}`,
    description: parts.filter(Boolean).join(' · '),
    tooltip: [
      `${version.model} v${version.version}, from run ${version.runName}`,
      comparison,
      gates,
      ...Object.entries(version.metrics).map(([key, value]) => `${key} ${metricText(key, value)}`),
      `made ${exactTime(version.createdAt)}`,
    ]
      .filter(Boolean)
      .join('\n'),
    icon: champion ? 'verified-filled' : passed ? 'pass' : stageLook.refused.icon,
    color: champion || passed ? 'testing.iconPassed' : stageLook.refused.color,
    context: champion ? 'version champion' : 'version candidate',
    subject,
    open: { id: commandIds.openModelCard, args: [subject] },
  };
}
