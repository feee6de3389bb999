import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import type BetterSqlite from 'better-sqlite3';
import type { RunQuery } from '../../protocol/runs.ts';
import { listExperiments } from '../../engine/tracking/experiments.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { lastDecision } from '../../engine/loop/decisions.ts';
import { listWindows } from '../../engine/monitoring/windows.ts';
import { predictionCount, predictionFiles } from '../../engine/serving/predictionLog.ts';
import { migrations } from '../../engine/store/migrations.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { aliasesAt } from '../../engine/registry/aliasesAt.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { rollback } from '../../engine/registry/promote.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('a store of the version before keeps its runs, params, tags, metrics and model versions', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  for (const migration of migrations.slice(0, 2)) db.exec(migration);
  db.pragma('user_version = 2');
  const run = (id: string, experiment: string, at: number) =>
    db
      .prepare(
        `INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at, starred, commit_hash, dirty, seed) VALUES (?, ?, ?, 'finished', ?, ?, 1, 'abc', 1, 7)`,
      )
      .run(id, `name-${id}`, experiment, at, at + 1);
  run('a1', 'default', 1000);
  run('b2', 'wider', 2000);
  for (const [key, value] of Object.entries({ lr: 0.5, hidden: [64, 32], kind: 'mlp "x"', flag: true, none: null }))
    db.prepare('INSERT INTO params VALUES (?, ?, ?)').run('a1', key, JSON.stringify(value));
  db.prepare(`INSERT INTO tags VALUES ('a1', 'team', 'fraud')`).run();
  for (const [step, value] of [
    [2, 0.2],
    [1, 0.1],
    [1, 0.1],
  ])
    db.prepare(`INSERT INTO metrics (run_id, key, step, at, value) VALUES ('a1', 'loss', ?, 5, ?)`).run(step, value);
  db.prepare(`INSERT INTO metrics (run_id, key, step, at, value, is_nan) VALUES ('a1', 'odd', 0, 5, 0, 1)`).run();
  db.prepare(`INSERT INTO latest_metrics VALUES ('a1', 'loss', 2, 5, 0.2, 0), ('a1', 'odd', 0, 5, 0, 1)`).run();
  db.prepare(`INSERT INTO model_versions VALUES ('m', 3, 'a1', 'x', 9, '{"gates":[],"modelPath":"x"}', '{}')`).run();
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  const found = getRun(store, 'a1');
  assert.deepEqual(
    [found.name, found.starred, found.commit, found.dirty, found.seed, found.startedAt, found.endedAt, found.archived],
    ['name-a1', true, 'abc', true, 7, 1000, 1001, false],
  );
  assert.deepEqual(found.params, { lr: 0.5, hidden: [64, 32], kind: 'mlp "x"', flag: true, none: null });
  assert.deepEqual(
    [found.tags, found.metrics, found.notFinite, found.seriesKeys, found.modelVersion],
    [{ team: 'fraud' }, { loss: 0.2 }, { odd: 'NaN' }, ['loss'], 3],
  );
  assert.equal(metricSeries(store, ['a1'], 'loss')[0]?.count, 2, 'the same point twice is one');
  assert.deepEqual(
    listExperiments(store).map(({ id, name, createdAt }) => [id, name, createdAt]),
    [
      [0, 'default', 1000],
      [1, 'wider', 2000],
    ],
  );
  assert.equal(getVersion(store, 'm', 3).runId, 'a1');
  assert.equal(
    registerVersion(store, 'm', 'b2', { ...getVersion(store, 'm', 3).report, performance: {} }, 'test:me').version,
    4,
    'numbers go on',
  );
});

test('a store of version 3 keeps its runs and gets the indexes that lists are read from', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  for (const migration of migrations.slice(0, 3)) db.exec(migration);
  db.pragma('user_version = 3');
  for (const [id, archived, deleted, team] of [
    ['a1', 0, null, 'fraud'],
    ['b2', 1, null, 'x'.repeat(5000)],
    ['c3', 0, 7, 'fraud'],
  ] as const) {
    const { lastInsertRowid } = db
      .prepare(
        `INSERT INTO runs (run_id, name, experiment, status, started_at, archived, deleted_at) VALUES (?, ?, 'default', 'finished', 1, ?, ?)`,
      )
      .run(id, `name-${id}`, archived, deleted);
    db.prepare(`INSERT INTO tags VALUES (?, 'team', ?)`).run(lastInsertRowid, team);
  }
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  assert.equal(store.sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version, migrations.length);
  const found = (query: RunQuery) =>
    listRuns(store, query).runs.map(({ runId, tags }) => [runId, tags['team']?.length]);
  assert.deepEqual(found({}), [['a1', 5]]);
  assert.deepEqual(found({ which: 'archived' }), [['b2', 5000]]);
  assert.deepEqual(found({ which: 'deleted', filter: "tags.team = 'fraud'" }), [['c3', 5]]);
  assert.deepEqual(
    found({ which: 'all', filter: "tags.team like 'xxx%'", order: [{ column: 'name', descending: true }] }),
    [['b2', 5000]],
  );
});

test('a run of version 4 that its gates refused is no longer failed; one that broke off is', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  for (const migration of migrations.slice(0, 4)) db.exec(migration);
  db.pragma('user_version = 4');
  const refusals: Record<string, string> = {
    version: '2 of 4 gates said no to version 12: pr_auc 0.41 < 0.7; f1 0.2 < 0.5',
    command: '1 of 1 gates said no: f1 0.5 < 0.6',
    error: 'The command ended with exit code 1. Its last line: all gates said no',
    many: '10 of 12 gates said no to version 1: a',
  };
  for (const [id, error] of Object.entries(refusals)) {
    db.prepare(
      `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES (?, ?, 'default', 'failed', 1)`,
    ).run(id, id);
    db.prepare(
      `INSERT INTO run_stages (run_id, stage, position, kind, status, error) VALUES (?, 'validate', 0, 'validate', 'failed', ?)`,
    ).run(id, error);
  }
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  const told = (id: string) => [
    getRun(store, id).status,
    getRun(store, id).stages[0]?.status,
    getRun(store, id).stages[0]?.error,
  ];
  assert.deepEqual(told('version'), [
    'refused',
    'refused',
    '2 of 4 gates failed for version 12: pr_auc 0.41 < 0.7; f1 0.2 < 0.5',
  ]);
  assert.deepEqual(told('command'), ['refused', 'refused', '1 of 1 gates failed: f1 0.5 < 0.6']);
  assert.equal(told('many')[0], 'refused');
  assert.deepEqual(told('error').slice(0, 2), ['failed', 'failed']);
  assert.deepEqual(listRuns(store, { filter: "status = 'refused'" }).total, 3);
  assert.deepEqual(listRuns(store, { filter: "status = 'FINISHED'" }).total, 3, 'to MLflow such a run is finished');
});

test('gates that were stored without a kind get one', () => {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(':memory:');
  const adding = migrations.findIndex((migration) => migration.includes("'$.kind'"));
  assert.ok(adding > 0);
  for (const migration of migrations.slice(0, adding)) db.exec(migration);
  const stored = [
    { value: 0.6, passed: true },
    { value: 0.4, passed: false },
    { value: null, passed: true, note: 'words of another time' },
    { value: null, passed: false },
  ];
  for (const [i, gate] of stored.entries())
    db.prepare("INSERT INTO gates VALUES ('r', ?, ?)").run(i, JSON.stringify(gate));
  db.exec(migrations[adding] ?? '');
  const kinds = db.prepare("SELECT result ->> '$.kind' AS kind FROM gates ORDER BY position").pluck().all();
  assert.deepEqual(kinds, ['passed', 'failed', 'no_champion', 'no_value']);
  db.close();
});

test('commands that measured nothing and restored data get a field instead of their text', () => {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(':memory:');
  const adding = migrations.findIndex((migration) => migration.includes("'$.restored'"));
  assert.ok(adding > 0);
  for (const migration of migrations.slice(0, adding)) db.exec(migration);
  const stage = db.prepare(
    `INSERT INTO run_stages (run_id, stage, position, kind, status, summary) VALUES ('r', ?, 0, ?, 'finished', ?)`,
  );
  for (const [name, kind, summary] of [
    ['silent', 'cmd', 'exit code 0'],
    ['scored', 'cmd', 'f1 0.9'],
    ['validated', 'validate', 'exit code 0'],
  ])
    stage.run(name, kind, summary);
  const snapshot = db.prepare(
    `INSERT INTO snapshots (id, dataset, hash, rows, bytes, quarantined, created_at, source)
     VALUES (?, 'orders', 'h', 1, 1, 0, 1, ?)`,
  );
  snapshot.run('plain', 'orders.csv');
  snapshot.run('back', 'restored from 0a1b2c3d: https://host/x.csv: part');
  db.exec(migrations[adding] ?? '');
  assert.deepEqual(db.prepare('SELECT stage FROM run_stages WHERE measured = 0').pluck().all(), ['silent']);
  assert.deepEqual(db.prepare('SELECT id, detail FROM snapshots ORDER BY id').raw().all(), [
    ['back', '{"restored":{"from":"0a1b2c3d","source":"https://host/x.csv: part"}}'],
    ['plain', '{}'],
  ]);
  db.close();
});

test('predictions and windows of version 5 stay readable, and name the model that alone has their version', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  for (const migration of migrations.slice(0, 5)) db.exec(migration);
  db.pragma('user_version = 5');
  for (const [model, version] of [
    ['orders', 1],
    ['orders', 2],
    ['other', 2],
  ] as const)
    db.prepare(
      `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, report, summary)
       VALUES (?, ?, 'r', 'p', 1, 1, '{}', '{}')`,
    ).run(model, version);
  for (const version of [1, 2])
    db.prepare(
      `INSERT INTO predictions (deployment, at, received_at, model_version, key, features, score, prediction, latency_ms)
       VALUES ('d', ?, 5, ?, 'k', '{"a":1}', 0.5, 'true', 2)`,
    ).run(version, version);
  db.prepare(
    `INSERT INTO prediction_files (deployment, path, from_at, to_at, rows, model_version, created_at)
     VALUES ('d', 'scored.parquet', 3, 4, 7, 1, 6)`,
  ).run();
  const old = {
    id: 0,
    start: 0,
    end: 10_000,
    rows: 100,
    modelVersions: [1, 2],
    status: 'drift',
    driftedShare: 0.5,
    values: [],
    performance: { f1: 0.5 },
    labelled: 100,
    latencyP95Ms: 2,
    errorRate: 0,
  };
  const insert = db.prepare('INSERT INTO windows (monitor, start, end, result, evaluated_at) VALUES (?, ?, ?, ?, 20)');
  insert.run('m', 0, 10_000, JSON.stringify(old));
  insert.run(
    'm',
    10_000,
    20_000,
    JSON.stringify({ ...old, start: 10_000, end: 20_000, status: 'ok', referenceVersion: 1 }),
  );
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  assert.deepEqual(
    store.sql.all('SELECT model, version, role, request_id, trace FROM predictions ORDER BY id'),
    [
      { model: 'orders', version: 1, role: 'stable', request_id: null, trace: null },
      { model: null, version: 2, role: 'stable', request_id: null, trace: null },
    ],
    'two models have a version 2',
  );
  assert.deepEqual(predictionCount(store, 'd', { name: 'orders', version: 1 }), { predictions: 8, lastAt: 6 });
  assert.deepEqual(predictionFiles(store, { deployment: 'd', start: 0, end: 10 }), [
    { path: 'scored.parquet', version: 1 },
  ]);
  const monitor = { deployment: 'd', reference: 'v', window: { every: '10s' } };
  const [first, second] = listWindows(store, 'm', monitor);
  const added = {
    score: 'not judged',
    expectations: [],
    intervals: {},
    minRows: null,
    changed: ['rules'],
    latencyP95Ms: null,
    labelFaults: null,
  };
  assert.deepEqual(
    first,
    { ...old, ...added, id: 1, referenceVersion: 2, inputs: 'drifted' },
    'without a reference it is the last that answered',
  );
  const calm = { status: 'ok', inputs: 'stable' };
  assert.deepEqual(second, { ...old, ...added, ...calm, id: 2, start: 10_000, end: 20_000, referenceVersion: 1 });
  assert.deepEqual(store.sql.all('SELECT model, version, role FROM windows ORDER BY start'), [
    { model: null, version: 2, role: 'stable' },
    { model: 'orders', version: 1, role: 'stable' },
  ]);
  assert.equal(lastDecision(store), null);
});

test('old changes of aliases get a kind from their text, and a rollback reads the kinds', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  const adding = migrations.findIndex((migration) => migration.includes('ALTER TABLE alias_history ADD COLUMN kind'));
  assert.ok(adding > 0);
  for (const migration of migrations.slice(0, adding)) db.exec(migration);
  db.pragma(`user_version = ${adding}`);
  const insert = db.prepare(
    'INSERT INTO alias_history (model, alias, version, previous, at, why) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const old: [alias: string, version: number | null, previous: number | null, why: string, kind: string][] = [
    ['challenger', 1, null, 'passed its gates', 'registered'],
    ['champion', 1, null, 'promoted by hand', 'promoted'],
    ['challenger', null, 1, 'became champion', 'cleared'],
    ['champion', 2, 1, 'rolled back from a bad idea', 'promoted'],
    ['champion', 3, 2, 'drift', 'promoted'],
    ['champion', 2, 3, 'rolled back from 3', 'rolled back'],
    ['challenger', 3, null, 'chosen by hand', 'chosen'],
    ['blue', 3, null, 'set through MLflow', 'set'],
    ['blue', null, 3, 'removed through MLflow', 'removed'],
  ];
  for (const [alias, version, previous, why] of old) insert.run('m', alias, version, previous, 1, why);
  for (const version of [1, 2, 3])
    db.prepare(
      `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, report) VALUES ('m', ?, 'r', 'x', 1, 1, '{"version":3,"gates":[]}')`,
    ).run(version);
  db.prepare("INSERT INTO aliases VALUES ('m', 'champion', 2)").run();
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  assert.deepEqual(
    store.sql.all<{ kind: string; actor: string }>('SELECT kind, actor FROM alias_history ORDER BY id'),
    old.map(([, , , , kind]) => ({ kind, actor: '' })),
  );
  assert.deepEqual(rollback(store, 'm', { actor: 'test:me' }), { name: 'm', version: 1, previous: 2 });
});

test('an old registry gets the history of its imported aliases, the people of its versions and a log that is kept', (t) => {
  const root = makeProject();
  mkdirSync(join(root, '.loopwright'));
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const db = new Database(join(root, '.loopwright', 'loopwright.db'));
  const adding = migrations.findIndex((migration) => migration.includes('audit_refuses_update'));
  for (const migration of migrations.slice(0, adding)) db.exec(migration);
  db.pragma(`user_version = ${adding}`);
  for (const version of [1, 2])
    db.prepare(
      `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at) VALUES ('m', ?, 'r', 'x', ?, 1)`,
    ).run(version, version * 100);
  const entry = (id: number, action: string, subject: object) =>
    db
      .prepare(`INSERT INTO audit VALUES (?, ?, 'import:anna', ?, ?, '', '')`)
      .run(id, id, action, JSON.stringify(subject));
  entry(1, 'version registered', { model: 'm', version: 2, runId: 'r' });
  entry(2, 'alias set', { model: 'm', alias: 'blue', version: 1 });
  db.prepare("INSERT INTO aliases VALUES ('m', 'blue', 1), ('m', 'green', 2)").run();
  db.close();
  const store = openStore(root);
  t.after(() => store.sql.close());
  assert.deepEqual(
    aliasesAt(store, 1000).map(({ alias, version, since, actor }) => [alias, version, since, actor]),
    [
      ['blue', 1, 2, 'import:anna'],
      ['green', 2, 200, ''],
    ],
  );
  assert.deepEqual(
    store.sql.all('SELECT registered_by AS person FROM model_versions ORDER BY version').map(({ person }) => person),
    ['', 'import:anna'],
  );
  assert.throws(() => store.sql.run('DELETE FROM audit'), /append-only/);
});
