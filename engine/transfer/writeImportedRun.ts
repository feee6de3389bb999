import { experimentById } from '../tracking/experiments.ts';
import { runName } from '../tracking/runName.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../store/store.ts';
import { knownTags, writeParam, writePoints, writeTag } from '../tracking/writeRun.ts';
import { findImported, markOf, noteImported, runIdFor, runSource } from './importedIds.ts';
import type { SourceRun } from './records.ts';

/** What the source said of a run when it was last read. */
export interface RunDetailThen {
  signature: string;
  name: string;
  status: string;
  endedAt: number | null;
  deleted: boolean;
  /** Marks of the tags by key. */
  tags: Record<string, string>;
}

export interface WrittenRun {
  added: boolean;
  points: number;
}

/**
 * Writes a run as its source tells it, whole or not at all: call it inside `sql.write`. One that is here already gets
 * what is new. What a person changed here (name, tags, deleted) stays unless the source changed it since.
 */
export function writeImportedRun(
  store: Store,
  from: { key: string; kind: string },
  run: SourceRun,
  options: { signature: string; experiment: number; artifactUri: string | null },
): WrittenRun {
  const { sql } = store;
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
  let row = sql.get<RunRow>('SELECT * FROM runs WHERE run_id = ?', runId);
  const added = !row;
  const name = run.name || runName(/^[0-9a-f]{8}/.test(runId) ? runId : '00000000');
  const deletedAt = run.deleted
    ? (run.deletedAt ?? run.endedAt ?? run.startedAt)
    : experiment.lifecycle === 'deleted'
      ? experiment.updatedAt
      : null;
  if (!row) {
    const { lastId } = sql.run(
      'INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at, deleted_at, source, user_id, artifact_uri, commit_hash, code, command) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      runId,
      name,
      experiment.name,
      run.status,
      run.startedAt,
      run.endedAt,
      deletedAt,
      from.kind,
      run.userId,
      options.artifactUri,
      tags.get('mlflow.source.git.commit') ?? null,
      JSON.stringify({ branch: tags.get('mlflow.source.git.branch'), remote: tags.get('mlflow.source.git.repoURL') }),
      tags.get('mlflow.source.name') ?? '',
    );
    row = sql.get<RunRow>('SELECT * FROM runs WHERE id = ?', lastId);
  } else {
    if (then.status !== run.status || then.endedAt !== run.endedAt)
      sql.run('UPDATE runs SET status = ?, ended_at = ? WHERE id = ?', run.status, run.endedAt, row.id);
    if (then.deleted !== run.deleted) sql.run('UPDATE runs SET deleted_at = ? WHERE id = ?', deletedAt, row.id);
    if (run.name !== '' && then.name !== run.name) sql.run('UPDATE runs SET name = ? WHERE id = ?', run.name, row.id);
  }
  if (!row) throw new Error('a run that was written is gone');
  const id = row.id;
  const had = new Set(sql.all<{ key: string }>('SELECT key FROM params WHERE run = ?', id).map(({ key }) => key));
  for (const [key, value] of run.params) if (!had.has(key)) writeParam(store, id, key, value);
  const before = then.tags ?? {};
  for (const [key, value] of tags) if (before[key] !== marks[key]) writeTag(store, id, key, value);
  for (const key of Object.keys(before)) if (!tags.has(key)) writeTag(store, id, key, null);
  // A name that stands in no tag is the run's all the same.
  if (added && run.name !== '') sql.run('UPDATE runs SET name = ? WHERE id = ?', run.name, id);
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

function countPoints({ sql }: Store, run: number): number {
  return sql.get<{ n: number | null }>('SELECT sum(count) AS n FROM latest WHERE run = ?', run)?.n ?? 0;
}

/** Writes the points that are not there yet; gives how many. */
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

function writeLinks({ sql }: Store, run: number, experiment: number, { datasets, models }: SourceRun): void {
  for (const d of datasets) {
    const dataset =
      sql.get<{ id: number }>(
        'SELECT id FROM mlflow_datasets WHERE experiment = ? AND name = ? AND digest = ?',
        experiment,
        d.name,
        d.digest,
      )?.id ??
      sql.run(
        'INSERT INTO mlflow_datasets (experiment, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)',
        experiment,
        d.name,
        d.digest,
        d.sourceType,
        d.source,
        d.schema,
        d.profile,
      ).lastId;
    sql.run(
      'INSERT INTO dataset_inputs (run, dataset, tags) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET tags = excluded.tags',
      run,
      dataset,
      JSON.stringify(d.tags),
    );
  }
  for (const m of models)
    sql.run(
      'INSERT INTO run_models (run, model_id, direction, step) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET step = excluded.step',
      run,
      m.id,
      m.direction,
      m.step,
    );
}

/** True for a run of this very project: one that it exported, or that came here by itself. */
export function isOwnRun(
  { sql }: Store,
  from: { key: string },
  run: Pick<SourceRun, 'id' | 'tags' | 'startedAt'>,
): boolean {
  if (sql.get('SELECT 1 AS found FROM imports WHERE source = ? AND source_id = ?', runSource(from.key, run.id), run.id))
    return false;
  const exported = run.tags.get('loopwright.run_id');
  if (exported !== undefined && sql.get('SELECT 1 AS found FROM runs WHERE run_id = ?', exported)) return true;
  return (
    sql.get<{ started_at: number }>('SELECT started_at FROM runs WHERE run_id = ?', run.id)?.started_at ===
    run.startedAt
  );
}
