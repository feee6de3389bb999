import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { comparisonText, versionGatesText, metricText } from '../../words/metrics.ts';
import { exactTime, timeText } from '../../words/times.ts';
import { plural } from '../../words/numbers.ts';
import type { Row, RowSubject } from './row.ts';
import { stageLook } from './stateIcons.ts';
import { shownMetric, shownMetricText } from './shownMetric.ts';

/** The registered models with their versions; those that the project does not name are last. */
export function modelRows(project: Project): Row[] {
  const versions = project.overview?.models ?? [];
  const declared = project.overview?.modelNames ?? [];
  const names = [...new Set(versions.map((version) => version.model))];
  return names.map((name) => {
    const own = versions.filter((version) => version.model === name).toSorted((a, b) => b.version - a.version);
    const isDeclared = declared.includes(name);
    const aliased = own
      .filter((version) => version.aliases.length > 0)
      .map((version) => `v${version.version} ${version.aliases.join(', ')}`);
    const notValidated = own.filter(({ isValidated }) => !isValidated).length;
    return {
      id: `model/${name}`,
      label: name,
      description: [
        ...aliased,
        notValidated === 0 ? '' : `${notValidated === own.length ? '' : `${notValidated} `}not validated`,
        isDeclared ? '' : 'not in loopwright.yaml',
      ]
        .filter(Boolean)
        .join(' · '),
      tooltip: [
        `${name}: ${plural(own.length, 'version')}${notValidated === 0 ? '' : `, ${notValidated} not validated`}`,
        isDeclared
          ? ''
          : `A program registered this model. To deploy and monitor it, name it under "models:" in loopwright.yaml.`,
      ]
        .filter(Boolean)
        .join('\n'),
      icon: 'package',
      expanded: true,
      children: () =>
        own.map((version) =>
          versionRow(
            project,
            version,
            own.find(({ isChampion }) => isChampion),
            isDeclared,
          ),
        ),
    };
  });
}

function versionRow(
  project: Project,
  version: ModelVersionSummary,
  best: ModelVersionSummary | undefined,
  isDeclared: boolean,
): Row {
  const gates = version.isValidated ? versionGatesText(version) : '';
  const primary = project.overview?.primary ?? [];
  const [own, other] = [
    shownMetric(version.metrics, primary),
    best && best !== version ? shownMetric(best.metrics, primary) : null,
  ];
  const comparison =
    own && best && other?.name === own.name
      ? comparisonText(own.name, own.value, other.value, own.direction, `v${best.version}`)
      : '';
  const subject: RowSubject = {
    project,
    model: version.model,
    version: version.version,
    ...(version.runId === '' ? {} : { runId: version.runId }),
  };
  const state = versionState(version);
  const parts = [
    shownMetricText(version.metrics, primary),
    version.aliases.join(', '),
    state === 'candidate' || state === 'champion' ? '' : gates || 'not validated',
    version.flavour ?? '',
    timeText(version.createdAt),
  ];
  const look = versionLook[state];
  return {
    id: `version/${version.model}/${version.version}`,
    label: `v${version.version}`,
    description: parts.filter(Boolean).join(' · '),
    tooltip: [
      `${version.model} v${version.version}${version.runName === '' ? '' : `, from run ${version.runName}`}`,
      version.isValidated ? comparison : 'Not validated: it cannot be promoted or served yet.',
      gates,
      ...Object.entries(version.metrics).map(([key, value]) => `${key} ${metricText(key, value)}`),
      modelText(version),
      version.problem ?? '',
      `Made ${exactTime(version.createdAt)}`,
    ]
      .filter(Boolean)
      .join('\n'),
    icon: look.icon,
    color: look.color,
    context: ['version', state, isDeclared ? 'declared' : 'undeclared'].join(' '),
    subject,
    open: { id: commandIds.openModelCard, args: [subject] },
  };
}

type VersionState = 'champion' | 'candidate' | 'refused' | 'unvalidated';

const versionLook: Record<VersionState, { icon: string; color: string }> = {
  champion: { icon: 'verified-filled', color: 'testing.iconPassed' },
  candidate: { icon: 'pass', color: 'testing.iconPassed' },
  refused: stageLook.refused,
  unvalidated: { icon: 'unverified', color: 'disabledForeground' },
};

function versionState(version: ModelVersionSummary): VersionState {
  if (!version.isValidated) return 'unvalidated';
  if (version.isChampion) return 'champion';
  return version.gatesPassed === version.gatesTotal ? 'candidate' : 'refused';
}

/** `Model: lightgbm.LGBMClassifier (mlflow), scored by lightgbm 4.7.0, Python 3.12.3`. */
function modelText({ flavour, algorithm, runtime }: ModelVersionSummary): string {
  if (flavour === null && algorithm === null) return '';
  const kind = algorithm === null ? flavour : `${algorithm}${flavour === null ? '' : ` (${flavour})`}`;
  return `Model: ${kind}${runtime === null ? '' : `, scored by ${runtime}`}`;
}
