import {
  lifeCycleParts,
  type DatasetSummary,
  type DeploymentSummary,
  type LifeLine,
  type LifeState,
  type ModelVersionSummary,
  type StageKind,
  type StageStatus,
} from '../../protocol/lifeCycle.ts';
import { brokenBounds } from '../monitoring/bounds.ts';
import { lastWindowEnd, listWindows } from '../monitoring/windows.ts';
import { decideRetraining } from '../loop/policy.ts';
import { lastRetrained } from '../loop/retrain.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { runCounts } from '../tracking/stageResults.ts';
import type { Store } from '../store/store.ts';
import { eventCount } from '../tracking/events.ts';

interface LifeInput {
  config: ProjectConfig;
  store: Store | null;
  stages: StageStatus[];
  datasets: DatasetSummary[];
  models: ModelVersionSummary[];
  deployments: DeploymentSummary[];
}

type Line = Pick<LifeLine, 'state' | 'detail' | 'stage'>;

/** The eight parts of the model's life, each with its state and what it says beside its name. */
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

/** Several stages of a kind become one line: the one that most needs a person speaks. */
function stageLine({ stages }: LifeInput, ...kinds: StageKind[]): Line {
  const own = stages.filter((stage) => kinds.includes(stage.kind));
  const [first] = own;
  if (!first) return { state: 'none', detail: 'no stage', stage: null };
  const order: StageStatus['state'][] = ['running', 'failed', 'refused', 'stale', 'never', 'blocked', 'fresh'];
  // When all is well, the last that measured something speaks for them.
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
  return { state: states[worst.state], detail, stage: worst.name };
}

function trackLine({ store }: LifeInput): Line {
  const runs = store ? [...runCounts(store).values()].reduce((sum, n) => sum + n, 0) : 0;
  return {
    state: runs > 0 ? 'ok' : 'none',
    detail: runs === 0 ? 'no runs yet' : `${runs} ${runs === 1 ? 'run' : 'runs'}`,
    stage: null,
  };
}

function deployLine({ deployments, models }: LifeInput): Line {
  if (deployments.length === 0) return { state: 'none', detail: 'no deployment declared', stage: null };
  const up = deployments.filter((deployment) => deployment.state === 'healthy');
  const [first] = up;
  if (first)
    return {
      state: 'ok',
      detail: `${first.name} v${first.modelVersion ?? '?'} · ${first.predictions.toLocaleString('en-US')} served`,
      stage: null,
    };
  if (!models.some((model) => model.aliases.includes('champion'))) {
    const waiting = models.find((model) => model.aliases.includes('challenger'));
    return waiting
      ? { state: 'attention', detail: `v${waiting.version} passed its gates and waits for promotion`, stage: null }
      : { state: 'none', detail: 'no champion yet', stage: null };
  }
  const total = deployments.reduce((sum, deployment) => sum + deployment.predictions, 0);
  return {
    state: 'none',
    detail: `stopped${total > 0 ? ` · ${total.toLocaleString('en-US')} served` : ''}`,
    stage: null,
  };
}

function monitorLine({ config, store }: LifeInput): Line {
  const monitors = Object.entries(config.monitors ?? {});
  if (monitors.length === 0) return { state: 'none', detail: 'no monitor declared', stage: null };
  for (const [name, monitor] of monitors) {
    const window = store
      ? listWindows(store, name).findLast((candidate) => candidate.status !== 'too few rows')
      : undefined;
    if (!window) continue;
    const inputs = window.values.filter((value) => value.column !== '_score');
    const drifted = inputs.filter((value) => value.drifted).length;
    const broken = brokenBounds(monitor, window)[0];
    if (window.status === 'drift')
      return { state: 'attention', detail: `drift in ${drifted} of ${inputs.length} features`, stage: null };
    if (broken)
      return {
        state: 'attention',
        detail: `${broken.metric} ${Number(broken.value.toFixed(3))} ${broken.min !== null && broken.value < broken.min ? `< ${broken.min}` : `> ${broken.max}`}`,
        stage: null,
      };
    return {
      state: 'ok',
      detail:
        drifted === 0
          ? `no drift in ${inputs.length} features`
          : `no drift · ${drifted} of ${inputs.length} features moved`,
      stage: null,
    };
  }
  return { state: 'none', detail: 'no window yet', stage: null };
}

function retrainLine({ config, store, models }: LifeInput): Line {
  if (!config.retraining) return { state: 'none', detail: 'no policy declared', stage: null };
  if (!store) return { state: 'none', detail: 'nothing to retrain yet', stage: null };
  const decision = decideRetraining({
    config,
    windowsOf: (monitor) => listWindows(store, monitor),
    lastRetrained: lastRetrained(store),
    now: lastWindowEnd(store) ?? Date.now(),
  });
  const champion = models.find((model) => model.aliases.includes('champion'));
  const challenger = models.find((model) => model.aliases.includes('challenger'));
  if (decision.verdict === 'retrain') return { state: 'attention', detail: `due: ${decision.reason}`, stage: null };
  if (challenger && champion)
    return { state: 'attention', detail: `v${challenger.version} waits for promotion`, stage: null };
  const times = eventCount(store, 'retrained').count;
  return {
    state: times > 0 ? 'ok' : 'none',
    detail: times > 0 ? `retrained ${times} ${times === 1 ? 'time' : 'times'}` : decision.reason,
    stage: null,
  };
}
