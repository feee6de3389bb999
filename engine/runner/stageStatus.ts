import type { RunStatus, StageStatus } from '../../protocol/lifeCycle.ts';
import { gatesText } from '../../words/metrics.ts';
import { modelMadeBy } from '../project/models.ts';
import { buildGraph } from '../project/graph.ts';
import { entryOf } from '../project/located.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { lastStageResults, verdictOf } from '../tracking/stageResults.ts';
import type { Store } from '../store/store.ts';
import { readLock } from '../fingerprint/lockFile.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { dvcIgnore } from '../project/dvc/dvcIgnore.ts';
import { planStages } from './plan.ts';
import { type Period } from '../fingerprint/period.ts';

/** Every stage with its state and why. `store` is null before the first run. */
export function stageStatuses(
  project: Project,
  store: Store | null,
  experiment = 'default',
  period?: Period,
): StageStatus[] {
  const config = configFor(project, experiment);
  const graph = buildGraph(config, project.files);
  const fingerprints = new FileFingerprints(project.root, store, project.dvc ? dvcIgnore(project.root) : undefined);
  const plan = planStages({
    project,
    config,
    graph,
    store,
    lock: readLock(project.root),
    fingerprints,
    experiment,
    period,
  });
  const last = store ? lastStageResults(store, experiment) : new Map<string, never>();
  const { parsed } = project.file;
  const stages = entryOf(parsed.root ?? undefined, 'stages')?.value;
  return plan.map(({ node, state, reasons }) => {
    const result = last.get(node.name) ?? null;
    const range = entryOf(stages, node.name)?.keyRange;
    const ended = state !== 'fresh' && result && isUnsuccessful(result.status) ? result.status : null;
    return {
      name: node.name,
      kind: node.kind,
      state: result?.status === 'running' ? 'running' : ended === 'failed' || ended === 'refused' ? ended : state,
      reasons: ended && result ? [whyOf(ended, result.runId, store), ...reasons] : reasons,
      dependsOn: node.dependsOn,
      // A stage of another dvc.yaml has no line in this one.
      line: range && range.start <= parsed.text.length ? parsed.lines.at(range.start).line : null,
      last: result,
      model: modelMadeBy(config, node.name),
    };
  });
}

function isUnsuccessful(status: RunStatus): boolean {
  return status === 'failed' || status === 'refused' || status === 'interrupted' || status === 'cancelled';
}

/** `2 of 4 gates failed`, `the last run failed`, `the last run was cancelled`. */
function whyOf(ended: RunStatus, runId: string, store: Store | null): string {
  if (ended === 'failed') return 'the last run failed';
  const verdict = ended === 'refused' && store ? verdictOf(store, runId) : null;
  return verdict ? gatesText(verdict) : `the last run was ${ended}`;
}
