import type { HashingOptions } from '../fingerprint/fileFingerprints.ts';
import { lockKey } from '../fingerprint/lockFile.ts';
import { inputState, type InputState } from '../fingerprint/sameInputs.ts';
import type { InputStates, PlanOptions } from './planOptions.ts';

/** Looks at the inputs of stages that read very many files, without comparing each with the lock. Reports progress when it takes long. */
export function inputStates(
  { project, graph, lock, store, fingerprints, experiment }: PlanOptions,
  names: readonly string[],
  progress?: HashingOptions['progress'],
): InputStates {
  const found = new Map<string, InputState>();
  for (const name of names) {
    const node = graph.stages.get(name);
    // The inputs of a validation are also the files of its model, and DVC has a lock of its own.
    if (!node || node.kind === 'validate' || project.dvc) continue;
    const key = lockKey(name, experiment);
    const recorded = lock[key] ?? lock[name];
    const state = inputState(recorded, { stage: key, paths: node.deps, fingerprints, store, progress });
    if (state !== null) found.set(name, state);
  }
  return found;
}
