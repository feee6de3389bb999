import { modelsOf } from '../project/models.ts';
import { modelAliases } from '../../protocol/models.ts';
import { stageStatuses } from '../runner/stageStatus.ts';
import type { Project } from '../project/loadProject.ts';
import { versionOf } from '../registry/modelVersions.ts';
import { listRuns } from '../tracking/findRuns.ts';
import { gateHistory } from '../tracking/gateHistory.ts';
import { getRun } from '../tracking/runDetail.ts';
import { openStore } from '../tracking/openStore.ts';
import { hasStore } from '../store/store.ts';
import { declaredMetrics } from '../project/primaryMetric.ts';
import type { HistoryFacts } from './facts.ts';
import { modelFacts } from './modelFacts.ts';

const newestRuns = 30;

/** Reads the history of a project from its store; null before its first run. */
export function historyFacts(project: Project): HistoryFacts | null {
  const { config } = project.resolved;
  if (!config || !hasStore(project.root)) return null;
  const store = openStore(project.root);
  try {
    const runs = listRuns(store, { limit: newestRuns }).runs.map((run) => ({
      ...run,
      gates: getRun(store, run.runId).gates,
    }));
    const named = modelsOf(config).flatMap(({ name }) => modelAliases.map((alias) => ({ name, alias })));
    const aliases = named.flatMap(({ name, alias }) => {
      const version = versionOf(store, name, alias);
      const run = version?.runId === undefined || version.runId === null ? null : getRun(store, version.runId);
      return version && run
        ? [{ model: name, alias, version: version.version, runName: run.name, commit: run.commit, dirty: run.dirty }]
        : [];
    });
    return {
      runs,
      judged: gateHistory(store),
      primary: declaredMetrics(project, null),
      stages: stageStatuses(project, store),
      models: modelFacts(store, config),
      aliases,
    };
  } finally {
    store.sql.close();
  }
}
