import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHandlers } from '../../engineHost/runHandlers.ts';
import { thisMachine } from '../../engine/base/machine.ts';
import { openDatabase } from '../../engine/store/openDatabase.ts';
import type { Store } from '../../engine/store/store.ts';
import { writeParam, writePoints, writeTag } from '../../engine/tracking/writeRun.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { Answers } from './viewPage.ts';

const special = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };

/**
 * A store that holds these runs, and the engine's own answers from it: what a view is given is what the engine would
 * say.
 */
export function runStore(runs: readonly RunSummary[]): { store: Store; answers: Answers; close(): void } {
  const root = mkdtempSync(join(tmpdir(), 'loopwright-runs-'));
  const folder = join(root, '.loopwright');
  // Not `openStore`: it would tell of the runs that go on that their process is gone.
  const store: Store = { root, folder, sql: openDatabase(join(folder, 'loopwright.db')), machine: thisMachine() };
  store.sql.write(() => {
    for (const run of runs.toReversed()) writeRun(store, run);
  });
  return {
    store,
    answers: runHandlers(
      () => store,
      () => store,
    ),
    close: () => {
      store.sql.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Writes a run as its summary tells it. */
export function writeRun(store: Store, run: RunSummary): void {
  const { lastId } = store.sql.run(
    'INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at, starred, archived, deleted_at, commit_hash, dirty, progress) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    run.runId,
    run.name,
    run.experiment,
    run.status,
    run.startedAt,
    run.endedAt,
    run.starred ? 1 : 0,
    run.archived ? 1 : 0,
    run.deleted ? run.startedAt : null,
    run.commit,
    run.dirty ? 1 : 0,
    run.progress,
  );
  for (const [key, value] of Object.entries(run.params)) writeParam(store, lastId, key, value);
  for (const [key, value] of Object.entries(run.tags)) writeTag(store, lastId, key, value);
  if (run.note !== '') writeTag(store, lastId, 'mlflow.note.content', run.note);
  const points = [
    ...Object.entries(run.metrics),
    ...Object.entries(run.notFinite).map(([key, value]): [string, number] => [key, special[value]]),
  ];
  writePoints(
    store,
    lastId,
    points.map(([key, value]) => ({ key, value, step: 0, at: run.startedAt })),
  );
  for (const { name, version } of run.registered)
    store.sql.run(
      "INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at) VALUES (?, ?, ?, '', ?, ?)",
      name,
      version,
      run.runId,
      run.startedAt,
      run.startedAt,
    );
}
