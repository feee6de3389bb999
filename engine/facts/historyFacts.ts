import { WorkError } from '../base/errors.ts';
import type { CardNumbers } from '../project/modelCard/liveNumbers.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { cardNumbers } from '../registry/cardNumbers.ts';
import { newestVersion } from '../registry/selectedVersion.ts';
import { modelsOf } from '../project/models.ts';
import { modelAliases } from '../../protocol/models.ts';
import { stageStatuses } from '../runner/stageStatus.ts';
import type { Project } from '../project/loadProject.ts';
import { versionOf } from '../registry/modelVersions.ts';
import { listRuns } from '../tracking/findRuns.ts';
import { gateHistory } from '../tracking/gateHistory.ts';
import { getRun } from '../tracking/runDetail.ts';
import { openStore } from '../tracking/openStore.ts';
import { hasStore, type Store } from '../store/store.ts';
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
      card: numbersForCard(store, config),
    };
  } finally {
    store.sql.close();
  }
}

function numbersForCard(store: Store, config: ProjectConfig): CardNumbers | null {
  const [model] = modelsOf(config);
  try {
    const version = model && newestVersion(store, model.name);
    return version ? cardNumbers(version) : null;
  } catch (error) {
    // The newest version was registered by another program and has no report.
    if (error instanceof WorkError) return null;
    throw error;
  }
}
