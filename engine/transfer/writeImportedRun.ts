import { experimentById } from '../tracking/experiments.ts';
import {
  addLoggedRun,
  countPoints,
  runRow,
  setLoggedStatus,
  setRunDeleted,
  setRunName,
} from '../tracking/loggedRuns.ts';
import { linkModel, writeDatasetInput } from '../tracking/runInputs.ts';
import { paramsOf } from '../tracking/runValues.ts';
import { runName } from '../tracking/runName.ts';
import type { Store } from '../store/store.ts';
import { knownTags, writeParam, writePoints, writeTag } from '../tracking/writeRun.ts';
import { findImported, markOf, noteImported, runIdFor, runSource } from './importedIds.ts';
import type { SourceRun } from './records.ts';

/** The run in the source at the last import. */
export interface RunDetailThen {
  signature: string;
  name: string;
  status: string;
  endedAt: number | null;
  deleted: boolean;
  /** Hashes of the tags by key. */
  tags: Record<string, string>;
}

export interface WrittenRun {
  added: boolean;
  points: number;
}

/**
 * Writes a run of a source as a whole or not at all; call it inside `sql.write`. An existing run is extended. Local
 * changes (name, tags, deletion) stay unless the source changed the same since.
 */
export function writeImportedRun(
  store: Store,
  from: { key: string; kind: string },
  run: SourceRun,
  options: { signature: string; experiment: number; artifactUri: string | null },
): WrittenRun {
  const source = runSource(from.key, run.id);
  const known = findImported<RunDetailThen>(store, source, run.id);
  const runId = known?.id ?? runIdFor(store, from.key, run.id);
  const experiment = experimentById(store, options.experiment);
  if (!experiment) throw new Error(`the experiment ${options.experiment} is gone`);
  const then = known?.detail ?? {};
  const parent = run.tags.get(knownTags.parent);
  const tags = new Map(run.tags);
  if (parent !== undefined) tags.set(knownTags.parent, runIdFor(store, from.key, parent));
  const marks = Object.fromEntries([...tags].map(([key, value]) => [key, markOf(value)]));
  const row = runRow(store, runId);
  const added = row === null;
  const name = run.name || runName(/^[0-9a-f]{8}/.test(runId) ? runId : '00000000');
  const deletedAt = run.deleted
    ? (run.deletedAt ?? run.endedAt ?? run.startedAt)
    : experiment.lifecycle === 'deleted'
      ? experiment.updatedAt
      : null;
  const id =
    row?.id ??
    addLoggedRun(store, {
      runId,
      name,
      experiment: experiment.name,
      status: run.status,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      deletedAt,
      source: from.kind,
      userId: run.userId,
      artifactUri: options.artifactUri,
      commit: tags.get('mlflow.source.git.commit') ?? null,
      branch: tags.get('mlflow.source.git.branch'),
      remote: tags.get('mlflow.source.git.repoURL'),
      command: tags.get('mlflow.source.name') ?? '',
      program: null,
    });
  if (row) {
    if (then.status !== run.status || then.endedAt !== run.endedAt)
      setLoggedStatus(store, row, { status: run.status, endedAt: run.endedAt, program: null });
    if (then.deleted !== run.deleted) setRunDeleted(store, id, deletedAt);
    if (run.name !== '' && then.name !== run.name) setRunName(store, id, run.name);
  }
  const had = new Set(paramsOf(store, id).map(({ key }) => key));
  for (const [key, value] of run.params) if (!had.has(key)) writeParam(store, id, key, value);
  const before = then.tags ?? {};
  for (const [key, value] of tags) if (before[key] !== marks[key]) writeTag(store, id, key, value);
  for (const key of Object.keys(before)) if (!tags.has(key)) writeTag(store, id, key, null);
  // The name may not be among the tags.
  if (added && run.name !== '') setRunName(store, id, run.name);
  const points = writeMetrics(store, id, run);
  writeLinks(store, id, experiment.id, run);
  const detail: RunDetailThen = {
    signature: options.signature,
    name: run.name,
    status: run.status,
    endedAt: run.endedAt,
    deleted: run.deleted,
    tags: marks,
  };
  noteImported(store, source, run.id, runId, detail);
  return { added, points };
}

/** Writes the missing points; returns their number. */
function writeMetrics(store: Store, run: number, { metrics }: SourceRun): number {
  const before = countPoints(store, run);
  for (const { key, points } of metrics)
    for (const part of points())
      writePoints(
        store,
        run,
        part.map((point) => ({ key, ...point })),
      );
  return countPoints(store, run) - before;
}

function writeLinks(store: Store, run: number, experiment: number, { datasets, models }: SourceRun): void {
  for (const dataset of datasets) writeDatasetInput(store, run, experiment, dataset, true);
  for (const model of models) linkModel(store, run, model);
}

/** True for a run of this project: one that it exported, or that came back from there. */
export function isOwnRun(
  store: Store,
  from: { key: string },
  run: Pick<SourceRun, 'id' | 'tags' | 'startedAt'>,
): boolean {
  if (findImported(store, runSource(from.key, run.id), run.id)) return false;
  const exported = run.tags.get('loopwright.run_id');
  if (exported !== undefined && runRow(store, exported)) return true;
  return runRow(store, run.id)?.started_at === run.startedAt;
}
