import type { RunStatus, StageStatus } from '../../protocol/lifeCycle.ts';
import { gatesText } from '../../words/metrics.ts';
import { modelMadeBy } from '../project/models.ts';
import { buildGraph } from '../project/graph.ts';
import { entryOf } from '../project/located.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { lastStageResults, verdictOf } from '../tracking/stageResults.ts';
import type { Store } from '../store/store.ts';
import { readLock } from '../fingerprint/lockFile.ts';
import { FileFingerprints, type HashingOptions } from '../fingerprint/fileFingerprints.ts';
import { dvcIgnore } from '../project/dvc/dvcIgnore.ts';
import { filesOfStages } from './filesOfStages.ts';
import { inputStates } from './inputStates.ts';
import type { InputStates, PlanOptions } from './planOptions.ts';
import { planStages } from './plan.ts';
import { type Period } from '../fingerprint/period.ts';

/**
 * Every stage with its state and why. `store` is null before the first run. Hashes the files that changed, without a
 * pause; `withHashes` pauses and reports progress.
 */
export function stageStatuses(
  project: Project,
  store: Store | null,
  experiment = 'default',
  period?: Period,
  { fingerprints = fingerprintsOf(project, store), inputs }: Partial<LookedAt> = {},
): StageStatus[] {
  const options = planOptions(project, store, { experiment, period, fingerprints });
  const { config } = options;
  const plan = planStages({ ...options, inputs: inputs ?? inputStates(options, options.graph.order) });
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

/** What `withHashes` has found out about the files of a project. */
export interface LookedAt {
  fingerprints: FileFingerprints;
  inputs: InputStates;
}

/**
 * Hashes the files that decide whether the stages are fresh, in short steps, and then calls a function with what is
 * known of them, for `stageStatuses`. Rejects with CancelledError.
 */
export async function withHashes<T>(
  project: Project,
  store: Store | null,
  hashing: HashingOptions,
  work: (looked: LookedAt) => T,
): Promise<T> {
  const fingerprints = fingerprintsOf(project, store);
  const options = planOptions(project, store, { experiment: 'default', fingerprints });
  const inputs = inputStates(options, options.graph.order, hashing.progress);
  const files = filesOfStages({ ...options, inputs }, options.graph.order);
  return fingerprints.afterHashing(files, hashing, () => work({ fingerprints, inputs }));
}

function fingerprintsOf({ root, dvc }: Project, store: Store | null): FileFingerprints {
  return new FileFingerprints(root, store, dvc ? dvcIgnore(root) : undefined);
}

function planOptions(
  project: Project,
  store: Store | null,
  given: { experiment: string; period?: Period | undefined; fingerprints: FileFingerprints },
): PlanOptions {
  const config = configFor(project, given.experiment);
  return { project, config, graph: buildGraph(config, project.files), store, lock: readLock(project.root), ...given };
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
