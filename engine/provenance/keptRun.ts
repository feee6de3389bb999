import { WorkError } from '../base/errors.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import type { LockEntry } from '../fingerprint/lockFile.ts';
import { readCode, type RunCode } from '../tracking/runCode.ts';
import { findRun } from '../tracking/runDetail.ts';
import { snapshotInputsOf } from '../tracking/runInputs.ts';
import { stagesOf, type RunStage } from '../tracking/runStages.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { readParam } from '../tracking/storedParam.ts';
import { paramsOf } from '../tracking/runValues.ts';
import { getSnapshot, type Snapshot } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';
import { textOf } from '../tracking/texts.ts';
import { patchBytes } from './codeVersion.ts';

/** The stored inputs of a run. */
export interface KeptRun {
  row: RunRow & { as_of: number | null };
  code: RunCode;
  /** The uncommitted changes; null when there were none or they were not stored. */
  patch: Buffer | null;
  /** Inputs and outputs of each stage; empty for runs of older releases and of other tools. */
  made: Record<string, LockEntry>;
  stages: RunStage[];
  /** Versions of datasets that were read or written, by dataset. */
  inputs: Map<string, Snapshot>;
  params: Record<string, ParamValue>;
  environment: Record<string, string>;
}

/** Reads the stored inputs of a run. Throws WorkError for an unknown run. */
export function keptRun(store: Store, id: string): KeptRun {
  const row = findRun(store, id) as KeptRun['row'];
  const code = readCode(row.code);
  const patch = code.patch === undefined ? null : textOf(store, code.patch);
  if (code.patch !== undefined && patch === null)
    throw new WorkError(`The uncommitted changes of ${row.name} are missing from the store.`);
  const made = code.made === undefined ? null : textOf(store, code.made);
  return {
    row,
    code,
    patch: patch === null ? null : patchBytes(patch),
    made: made === null ? {} : (JSON.parse(made) as Record<string, LockEntry>),
    stages: stagesOf(store, row.run_id),
    inputs: new Map(
      snapshotInputsOf(store, row.run_id).flatMap(({ dataset, snapshotId }): [string, Snapshot][] => {
        const found = getSnapshot(store, snapshotId);
        return found ? [[dataset, found]] : [];
      }),
    ),
    params: Object.fromEntries(paramsOf(store, row.id).map((param) => [param.key, readParam(param)])),
    environment: JSON.parse(row.environment) as Record<string, string>,
  };
}
