import type { DatasetSummary, DeploymentSummary, ExperimentSummary, LifeLine, ProjectOverview, StageStatus } from '../../protocol/lifeCycle.ts';
import type { Problem } from '../../protocol/problem.ts';
import { checkProject } from '../checks/checkProject.ts';
import type { Project } from '../project/loadProject.ts';
import { declaredMetrics } from '../project/primaryMetric.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { summariseVersions } from '../registry/modelVersions.ts';
import { stageStatuses } from '../runner/stageStatus.ts';
import { predictionCount } from '../serving/predictionLog.ts';
import { runCounts } from '../tracking/stageResults.ts';
import { newestSnapshot, snapshotCount } from '../tracking/snapshots.ts';
import type { Store } from '../tracking/store.ts';
import { lifeLines } from './lifeLines.ts';
import { bestValue, primaryMetrics } from './primaryMetrics.ts';

/** Everything the sidebar shows. `store` is null before the first run. */
export function projectOverview(project: Project, store: Store | null): ProjectOverview {
  const problems: Problem[] = checkProject(project).filter((problem) => problem.severity === 'error');
  const { config } = project.resolved;
  const base = { project: config?.project ?? 'project', root: project.root, primary: declaredMetrics(project, null), experiments: experimentsOf(project, store), problems };
  if (!config) return { ...base, life: [], stages: [], datasets: [], models: [], deployments: [], monitors: [] };
  const stages: StageStatus[] = problems.length === 0 ? stageStatuses(project, store) : [];
  const models = store ? summariseVersions(store, config.project) : [];
  const datasets = datasetsOf(config, store);
  const deployments = deploymentsOf(config, store);
  const life: LifeLine[] = lifeLines({ config, store, stages, datasets, models, deployments });
  return { ...base, life, stages, datasets, models, deployments, monitors: Object.keys(config.monitors ?? {}) };
}

function experimentsOf(project: Project, store: Store | null): ExperimentSummary[] {
  const counts = store ? runCounts(store) : new Map<string, number>();
  const summary = (name: string, describe: string, file: string | null): ExperimentSummary => {
    const primary = primaryMetrics(project, store, name);
    return { name, describe, runCount: counts.get(name) ?? 0, primary, best: store && primary[0] ? bestValue(store, name, primary[0]) : null, file };
  };
  const files = [...project.experiments].map(([name, file]) => summary(name, file.value?.describe ?? '', file.path));
  // Programs that log by themselves name their own experiments.
  const others = [...counts.keys()].filter((name) => name !== 'default' && !project.experiments.has(name)).toSorted().map((name) => summary(name, 'Runs that a program logged under this name', null));
  return [summary('default', 'The project as it is written', null), ...files, ...others];
}

function datasetsOf(config: ProjectConfig, store: Store | null): DatasetSummary[] {
  return Object.entries(config.datasets ?? {}).map(([name, dataset]) => {
    const snapshot = store ? newestSnapshot(store, name) : null;
    return {
      name, path: dataset.path, schema: dataset.schema ?? null, snapshotCount: store ? snapshotCount(store, name) : 0,
      snapshot: snapshot ? { id: snapshot.id, dataset: snapshot.dataset, rows: snapshot.rows, bytes: snapshot.bytes, quarantined: snapshot.quarantined, createdAt: snapshot.createdAt, hash: snapshot.hash } : null,
    };
  });
}

function deploymentsOf(config: ProjectConfig, store: Store | null): DeploymentSummary[] {
  return Object.entries(config.deployments ?? {}).map(([name, deployment]) => {
    const row = store?.sql.get<{ state: DeploymentSummary['state']; url: string | null; model_version: number | null }>('SELECT state, url, model_version FROM deployments WHERE name = ?', name);
    const log = store ? predictionCount(store, name) : { predictions: 0, lastAt: null };
    return { name, as: deployment.as, state: row?.state ?? 'stopped', url: row?.state === 'healthy' ? row.url : null, modelVersion: row?.model_version ?? null, predictions: log.predictions, lastPredictionAt: log.lastAt };
  });
}
