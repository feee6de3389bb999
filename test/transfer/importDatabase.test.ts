import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { added, importInto, withStore } from './importStore.ts';
import { mlflowSaysOfProject, projectFile, python, type Description } from './mlflowClient.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'transfer');

/** A database that MLflow 3.17 wrote with test/transfer/mlflowSide.py, and what its client said of it. */
function realDatabase(folder: string): Description {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mlflow.db'), gunzipSync(readFileSync(join(fixtures, 'mlflow-3.17.db.gz'))));
  return JSON.parse(readFileSync(join(fixtures, 'mlflow-3.17.json'), 'utf8')) as Description;
}

test('what MLflow says of an imported mlflow.db is what it said of the database itself', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(projectFile);
  const said = realDatabase(join(root, 'there'));
  const [run = ''] = said.runs.filter(({ name }) => name === 'first: run').map(({ id }) => id);
  // Its artifacts were written below /somewhere/mlruns; they lie beside the database now.
  writeFiles(join(root, 'there/mlruns/1', run, 'artifacts/sub/dir'), {
    'plain.txt': 'hello',
    'bytes.bin': Buffer.alloc(10_240),
    'ü n.txt': 'x',
  });
  const counts = await importInto(root, join(root, 'there'));
  assert.deepEqual(added(counts), [2, 5, 310, 3, 1, 2, 0, 0, 0]);
  assert.deepEqual(counts.problems, []);
  assert.deepEqual(
    added(await importInto(root, join(root, 'there'))),
    [0, 0, 0, 0, 0, 0, 0, 5, 0],
    'importing twice adds nothing',
  );
  assert.deepEqual(await mlflowSaysOfProject(root), infinitiesMeant(said));
});

/**
 * SQLite has no infinities: MLflow keeps the largest numbers in their place and gives those back. We take what was
 * meant.
 */
function infinitiesMeant(said: Description): Description {
  const largest: Record<string, string> = { '1.7976931348623157e+308': 'inf', '-1.7976931348623157e+308': '-inf' };
  for (const run of said.runs) {
    for (const points of Object.values(run.metrics))
      for (const point of points) point[2] = largest[point[2]] ?? point[2];
    for (const [key, value] of Object.entries(run.latest)) run.latest[key] = largest[String(value)] ?? value;
  }
  return said;
}

test('a database that grew gives only what is new, and the same run in a file store is no second one', async () => {
  const root = makeProject(projectFile);
  const said = realDatabase(root);
  await importInto(root, root);
  const id = said.runs.find(({ name }) => name === 'first: run')?.id ?? '';
  const db = new Database(join(root, 'mlflow.db'));
  db.prepare(`UPDATE runs SET status = 'FINISHED', end_time = 1700000090000 WHERE run_uuid = ?`).run(id);
  db.prepare(
    `INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('loss', 0.5, 1700000080000, ?, 999, 0)`,
  ).run(id);
  db.close();
  assert.deepEqual(added(await importInto(root, root)), [0, 0, 1, 0, 0, 0, 1, 4, 0]);
  await withStore(root, (store) => {
    const run = getRun(store, id);
    assert.deepEqual([run.status, run.endedAt, run.metrics['loss']], ['finished', 1700000090000, 0.5]);
  });
  writeFiles(root, {
    'mlruns/5/meta.yaml': "experiment_id: '5'\nlifecycle_stage: active\nname: exp one\n",
    [`mlruns/5/${id}/meta.yaml`]: `run_id: ${id}\nrun_name: 'first: run'\nexperiment_id: '5'\nstatus: 3\nstart_time: 1700000000000\nend_time: 1700000090000\nlifecycle_stage: active\n`,
    [`mlruns/5/${id}/metrics/loss`]: '1700000080000 0.5 999\n',
  });
  const again = await importInto(root, join(root, 'mlruns'), { kind: 'mlruns' });
  assert.deepEqual([again.runs, again.points], [0, 0]);
});

test('databases of older and newer versions are read: tables and columns may be missing or more', async () => {
  const root = makeProject(projectFile);
  const db = new Database(join(root, 'mlflow.db'));
  db.exec(`
    CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, artifact_location TEXT, lifecycle_stage TEXT, invented TEXT);
    CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, source_type TEXT, source_name TEXT, user_id TEXT, status TEXT, start_time BIGINT, end_time BIGINT, source_version TEXT, lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
    CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT);
    CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
    CREATE TABLE from_the_future (a);
    INSERT INTO experiments VALUES (0, 'Default', './mlruns/0', 'active', 'x'), (9007199254740993, 'large id', '', 'active', '');
    INSERT INTO runs VALUES ('${'b'.repeat(32)}', '', 'LOCAL', 'train.py', 'ann', 'FINISHED', 1500000000000, 1500000001000, 'abc', 'active', './mlruns/0/${'b'.repeat(32)}/artifacts', 0),
      ('${'c'.repeat(32)}', 'two', 'LOCAL', '', 'ann', 'DANCING', 1500000000000, NULL, '', 'active', '', 0), ('${'d'.repeat(32)}', 'three', 'LOCAL', '', 'ann', 'RUNNING', 1500000000000, NULL, '', 'active', '', 9007199254740993);
    INSERT INTO metrics VALUES ('m', 1.5, 1500000000, '${'b'.repeat(32)}');
    INSERT INTO params VALUES ('p', 'v', '${'b'.repeat(32)}');
  `);
  db.close();
  writeFiles(root, { [`mlruns/0/${'b'.repeat(32)}/artifacts/f`]: '1' });
  const counts = await importInto(root, join(root, 'mlflow.db'));
  assert.deepEqual(added(counts), [1, 2, 1, 1, 0, 0, 0, 0, 1]);
  assert.match(counts.problems[0]?.message ?? '', /left out: its status is "DANCING"/);
  await withStore(root, (store) => {
    const run = getRun(store, 'b'.repeat(32));
    assert.deepEqual([run.params, run.metrics, run.commit, run.experiment], [{ p: 'v' }, { m: 1.5 }, 'abc', 'default']);
    assert.equal(getRun(store, 'd'.repeat(32)).experiment, 'large id');
  });
});

test('what is no database of MLflow is refused with its name, and nothing is changed', async () => {
  const root = makeProject({ ...projectFile, 'a.db': 'no database', 'b.db': `SQLite format 3\0${'x'.repeat(5000)}` });
  new Database(join(root, 'c.db')).exec('CREATE TABLE t (a)').close();
  await assert.rejects(importInto(root, join(root, 'a.db')), /holds nothing that can be imported/);
  await assert.rejects(importInto(root, join(root, 'a.db'), { kind: 'mlflow.db' }), /a\.db is not a SQLite database/);
  await assert.rejects(importInto(root, join(root, 'b.db')), /b\.db is not a SQLite database/);
  await assert.rejects(importInto(root, join(root, 'c.db')), /but not one of MLflow/);
  await assert.rejects(importInto(root, join(root, 'gone')), /There is no .*gone/);
  await assert.rejects(
    importInto(root, makeProject({ 'dvc.yaml': 'stages: {}' })),
    /is a DVC project, which is not imported/,
  );
});
