import {
  lifeCycleParts,
  type DatasetSummary,
  type DeploymentSummary,
  type LifeLine,
  type LifeState,
  type MonitorSummary,
  type ModelVersionSummary,
  type StageKind,
  type StageStatus,
} from '../../protocol/lifeCycle.ts';
import type { WindowStatus } from '../../protocol/drift.ts';
import { lastWindowEnd, windowsOf } from '../monitoring/windows.ts';
import { listAttempts } from '../loop/decisions.ts';
import { decideRetraining } from '../loop/policy.ts';
import { lastRetrained } from '../loop/lastRetrained.ts';
import { versionText } from '../../words/models.ts';
import { hasSeveralModels } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { runCounts } from '../tracking/stageResults.ts';
import type { Store } from '../store/store.ts';
import { retrainingCount } from '../tracking/events.ts';

interface LifeInput {
  config: ProjectConfig;
  store: Store | null;
  stages: StageStatus[];
  datasets: DatasetSummary[];
  models: ModelVersionSummary[];
  deployments: DeploymentSummary[];
  monitors: MonitorSummary[];
}

type Line = Pick<LifeLine, 'state' | 'detail' | 'stage'>;

/** The eight parts of the life cycle, each with its state and detail. */
export function lifeLines(input: LifeInput): LifeLine[] {
  const lines: Record<(typeof lifeCycleParts)[number], Line> = {
    collect: stageLine(input, 'collect'),
    prepare: stageLine(input, 'prepare'),
    develop: stageLine(input, 'train', 'cmd'),
    track: trackLine(input),
    validate: stageLine(input, 'validate'),
    deploy: deployLine(input),
    monitor: monitorLine(input),
    retrain: retrainLine(input),
  };
  const labels = {
    collect: 'Collect',
    prepare: 'Prepare',
    develop: 'Develop',
    track: 'Track',
    validate: 'Validate',
    deploy: 'Deploy',
    monitor: 'Monitor',
    retrain: 'Retrain',
  } as const;
  return lifeCycleParts.map((part) => ({ part, label: labels[part], ...lines[part] }));
}

/** Several stages of a kind share one line, that of the stage that most needs attention. */
function stageLine({ config, stages }: LifeInput, ...kinds: StageKind[]): Line {
  const own = stages.filter((stage) => kinds.includes(stage.kind));
  const [first] = own;
  if (!first) return { state: 'none', detail: 'no stage', stage: null };
  const order: StageStatus['state'][] = ['running', 'failed', 'refused', 'stale', 'never', 'blocked', 'fresh'];
  // When all stages are fresh, the line shows the last one with a measurement.
  const telling = own.findLast(({ last }) => last && last.summary !== '' && last.measured !== false) ?? first;
  const worst =
    order
      .slice(0, -1)
      .map((state) => own.find((stage) => stage.state === state))
      .find((stage) => stage !== undefined) ?? telling;
  const states: Record<StageStatus['state'], LifeState> = {
    running: 'running',
    failed: 'failed',
    refused: 'refused',
    stale: 'stale',
    never: 'none',
    blocked: 'stale',
    fresh: 'ok',
  };
  const detail =
    worst.state === 'fresh'
      ? (worst.last?.summary ?? 'fresh')
      : worst.state === 'running'
        ? 'running'
        : worst.state === 'never'
          ? 'not run yet'
          : worst.state === 'stale'
            ? `stale: ${worst.reasons[0] ?? ''}`
            : (worst.reasons[0] ?? '');
  // With several models, a version or a metric alone is ambiguous.
  const named = own.length > 1 && hasSeveralModels(config) ? `${worst.name}: ${detail}` : detail;
  return { state: states[worst.state], detail: named, stage: worst.name };
}

function trackLine({ store }: LifeInput): Line {
  const runs = store ? [...runCounts(store).values()].reduce((sum, n) => sum + n, 0) : 0;
  return {
    state: runs > 0 ? 'ok' : 'none',
    detail: runs === 0 ? 'no runs yet' : `${runs} ${runs === 1 ? 'run' : 'runs'}`,
    stage: null,
  };
}

function deployLine({ config, deployments, models }: LifeInput): Line {
  if (deployments.length === 0) return { state: 'none', detail: 'no deployment declared', stage: null };
  const up = deployments.filter((deployment) => deployment.state === 'healthy');
  const served = (of: readonly DeploymentSummary[]) =>
    `${of.reduce((sum, { predictions }) => sum + predictions, 0).toLocaleString('en-US')} served`;
  if (up.length > 0)
    return {
      state: 'ok',
      detail: `${up.map(({ name, modelVersion }) => `${name} v${modelVersion ?? '?'}`).join(', ')} · ${served(up)}`,
      stage: null,
    };
  const waiting = challengersOf(models).filter(({ champion }) => champion === null);
  if (waiting.length > 0)
    return {
      state: 'attention',
      detail: `${versionsText(config, waiting)} passed ${waiting.length === 1 ? 'its gates and waits' : 'their gates and wait'} for promotion`,
      stage: null,
    };
  if (!models.some(({ isChampion }) => isChampion)) return { state: 'none', detail: 'no champion yet', stage: null };
  const used = deployments.filter(({ predictions }) => predictions > 0);
  return { state: 'none', detail: ['stopped', ...(used.length > 0 ? [served(used)] : [])].join(' · '), stage: null };
}

interface Challenger {
  challenger: ModelVersionSummary;
  champion: ModelVersionSummary | null;
}

/** The versions that wait for promotion, with the champion of the same model. */
function challengersOf(models: readonly ModelVersionSummary[]): Challenger[] {
  return models
    .filter(({ isChallenger }) => isChallenger)
    .map((challenger) => ({
      challenger,
      champion: models.find(({ model, isChampion }) => isChampion && model === challenger.model) ?? null,
    }));
}

function versionsText(config: ProjectConfig, waiting: readonly Challenger[]): string {
  const several = hasSeveralModels(config);
  return waiting.map(({ challenger: { model: name, version } }) => versionText({ name, version }, several)).join(', ');
}

/** The statuses that need attention, gravest first. */
const bad: readonly (WindowStatus | null)[] = ['expectation broken', 'drift', 'score drift'];

/** The line of the monitor with the gravest verdict, and the number of others that need attention. */
function monitorLine({ monitors }: LifeInput): Line {
  if (monitors.length === 0) return { state: 'none', detail: 'no monitor declared', stage: null };
  const grave = bad.flatMap((status) => monitors.filter((monitor) => monitor.status === status));
  const shown = grave[0] ?? monitors.find(({ state }) => state !== 'none') ?? monitors[0];
  if (!shown || shown.state === 'none') return { state: 'none', detail: 'no window yet', stage: null };
  const { name, state, detail } = shown;
  const more = grave.length > 1 ? ` · and ${grave.length - 1} more` : '';
  return { state, detail: monitors.length === 1 ? detail : `${name}: ${detail}${more}`, stage: null };
}

function retrainLine({ config, store, models }: LifeInput): Line {
  if (!config.retraining) return { state: 'none', detail: 'no policy declared', stage: null };
  if (!store) return { state: 'none', detail: 'nothing to retrain yet', stage: null };
  const decision = decideRetraining({
    config,
    windowsOf: windowsOf(store, config),
    lastRetrained: lastRetrained(store),
    now: lastWindowEnd(store) ?? Date.now(),
    attempts: listAttempts(store),
  });
  if (decision.verdict === 'retrain') return { state: 'attention', detail: `due: ${decision.reason}`, stage: null };
  const waiting = challengersOf(models).filter(({ champion }) => champion !== null);
  if (waiting.length > 0)
    return {
      state: 'attention',
      detail: `${versionsText(config, waiting)} ${waiting.length === 1 ? 'waits' : 'wait'} for promotion`,
      stage: null,
    };
  if (decision.verdict === 'waiting') return { state: 'attention', detail: `waiting: ${decision.reason}`, stage: null };
  const times = retrainingCount(store).count;
  return {
    state: times > 0 ? 'ok' : 'none',
    detail: times > 0 ? `retrained ${times} ${times === 1 ? 'time' : 'times'}` : decision.reason,
    stage: null,
  };
}
