import { findAlias, modelsOf } from '../project/models.ts';
import type {
  DatasetSummary,
  DeploymentSummary,
  ExperimentSummary,
  FileProblem,
  LifeLine,
  ProjectOverview,
  StageStatus,
} from '../../protocol/lifeCycle.ts';
import type { Problem } from '../../protocol/problem.ts';
import { checkProject } from '../checks/checkProject.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { entryOf } from '../project/located.ts';
import { declaredMetrics } from '../project/primaryMetric.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { shownProject } from '../project/shownProject.ts';
import { newestModel } from '../registry/modelVersions.ts';
import type { HashingOptions } from '../fingerprint/fileFingerprints.ts';
import { stageStatuses, withHashes, type LookedAt } from '../runner/stageStatus.ts';
import { deploymentState, temporaryDeployments } from '../serving/deployments.ts';
import { predictionCount } from '../serving/predictionLog.ts';
import { runCounts } from '../tracking/stageResults.ts';
import { kindOfSource } from '../project/schema/sourceKinds.ts';
import { newestSnapshot, snapshotCount } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';
import { dataToPull } from './dataToPull.ts';
import { monitorSummaries } from './monitorSummaries.ts';
import { lifeLines } from './lifeLines.ts';
import { listenerStatus } from './listenerStatus.ts';
import { listModelVersions } from './modelVersions.ts';
import { bestValue } from '../tracking/newestMetrics.ts';
import { pythonSummary } from './pythonSummary.ts';
import { primaryMetrics } from './primaryMetrics.ts';

/**
 * The contents of the sidebar, as `projectOverview`. Files that changed are hashed in short steps first. Rejects with
 * CancelledError.
 */
export function overviewWithHashes(
  written: Project,
  store: Store | null,
  hashing: HashingOptions,
): Promise<ProjectOverview> {
  const { project } = shownProject(written, () => (store ? newestModel(store) : null));
  return withHashes(project, store, hashing, (looked) => projectOverview(written, store, looked));
}

/**
 * The contents of the sidebar. `store` is null before the first run. While the project file is invalid, the last good
 * state is used, with the reason.
 */
export function projectOverview(written: Project, store: Store | null, looked?: LookedAt): ProjectOverview {
  const problems: Problem[] = checkProject(written).filter((problem) => problem.severity === 'error');
  const { project, problem } = shownProject(written, () => (store ? newestModel(store) : null));
  const config = configFor(project, 'default');
  const of = (file: string | null) => fileProblem(problems.find((one) => one.file === file));
  const stages: StageStatus[] = stageStatuses(project, store, 'default', undefined, looked).map((stage) => ({
    ...stage,
    line: lineOf(written, stage.name) ?? stage.line,
  }));
  const models = store ? listModelVersions(store, config) : [];
  const modelNames = modelsOf(config).map(({ name }) => name);
  const datasets = datasetsOf(project.root, config, store).map((dataset) => ({
    ...dataset,
    problem: of(dataset.schema),
  }));
  const deployments = deploymentsOf(config, store);
  const monitors = monitorSummaries(config, store);
  const life: LifeLine[] = lifeLines({
    config,
    store,
    stages,
    datasets,
    models: models.filter(({ model }) => modelNames.includes(model)),
    deployments: deployments.filter(({ as }) => as !== 'temporary'),
    monitors,
  });
  const experiments = experimentsOf(project, store).map((experiment) => ({
    ...experiment,
    problem: of(experiment.file),
  }));
  const pull = dataToPull(project, config);
  return {
    project: config.project,
    root: project.root,
    primary: declaredMetrics(project, null),
    life,
    stages,
    experiments,
    datasets,
    models,
    deployments,
    modelNames,
    monitors,
    python: pythonSummary(project.root, config.python),
    ...(pull === null ? {} : { pull }),
    problem: fileProblem(problem),
    problems,
    isReadOnly: store?.isReadOnly ?? false,
  };
}

function fileProblem(problem: Problem | null | undefined): FileProblem | null {
  return problem ? { message: problem.message, file: problem.file, line: problem.line, column: problem.column } : null;
}

/** The position of a stage in the file as written, which may differ from the version that is shown. */
function lineOf({ file }: Project, stage: string): number | null {
  const range = entryOf(entryOf(file.parsed.root ?? undefined, 'stages')?.value, stage)?.keyRange;
  return range ? file.parsed.lines.at(range.start).line : null;
}

function experimentsOf(project: Project, store: Store | null): Omit<ExperimentSummary, 'problem'>[] {
  const counts = store ? runCounts(store) : new Map<string, number>();
  const summary = (name: string, describe: string, file: string | null): Omit<ExperimentSummary, 'problem'> => {
    const primary = primaryMetrics(project, store, name);
    return {
      name,
      describe,
      runCount: counts.get(name) ?? 0,
      primary,
      best: store && primary[0] ? bestValue(store, name, primary[0]) : null,
      file,
    };
  };
  const files = [...project.experiments].map(([name, file]) => summary(name, file.value?.describe ?? '', file.path));
  // Programs that log on their own name their own experiments.
  const others = [...counts.keys()]
    .filter((name) => name !== 'default' && !project.experiments.has(name))
    .toSorted()
    .map((name) => summary(name, 'Runs that a program logged under this name', null));
  return [summary('default', 'The project as it is written', null), ...files, ...others];
}

/** The source of each dataset that a stage collects. */
function sourcesOf(root: string, config: ProjectConfig): Map<string, NonNullable<DatasetSummary['source']>> {
  const sources = new Map<string, NonNullable<DatasetSummary['source']>>();
  for (const [stage, one] of Object.entries(config.stages ?? {}))
    if ('uses' in one && one.uses === 'collect' && !sources.has(one.with.dataset)) {
      const listener = listenerStatus(root, one.with.from);
      sources.set(one.with.dataset, { stage, kind: kindOfSource(one.with.from), ...(listener && { listener }) });
    }
  return sources;
}

function datasetsOf(root: string, config: ProjectConfig, store: Store | null): Omit<DatasetSummary, 'problem'>[] {
  const sources = sourcesOf(root, config);
  return Object.entries(config.datasets ?? {}).map(([name, dataset]) => {
    const snapshot = store ? newestSnapshot(store, name) : null;
    const source = sources.get(name);
    return {
      name,
      path: dataset.path,
      schema: dataset.schema ?? null,
      ...(source ? { source } : {}),
      snapshotCount: store ? snapshotCount(store, name) : 0,
      snapshot: snapshot
        ? {
            id: snapshot.id,
            dataset: snapshot.dataset,
            rows: snapshot.rows,
            bytes: snapshot.bytes,
            quarantined: snapshot.quarantined,
            createdAt: snapshot.createdAt,
            hash: snapshot.hash,
          }
        : null,
    };
  });
}

function deploymentsOf(config: ProjectConfig, store: Store | null): DeploymentSummary[] {
  const declared = Object.entries(config.deployments ?? {}).map(([name, deployment]) => ({
    name,
    model: findAlias(config, deployment.model)?.name ?? null,
    as: deployment.as,
    ...stateOf(store, name),
  }));
  const temporary = (store ? temporaryDeployments(store) : []).map((name) => ({
    name,
    model: name.slice(0, name.lastIndexOf('@')),
    as: 'temporary' as const,
    ...stateOf(store, name),
  }));
  return [...declared, ...temporary];
}

function stateOf(store: Store | null, name: string): Omit<DeploymentSummary, 'name' | 'model' | 'as'> {
  const served = store ? deploymentState(store, name) : null;
  const log = store ? predictionCount(store, name) : { predictions: 0, lastAt: null };
  return {
    state: served?.state ?? 'stopped',
    url: served?.state === 'healthy' ? served.url : null,
    modelVersion: served?.modelVersion ?? null,
    predictions: log.predictions,
    lastPredictionAt: log.lastAt,
  };
}
