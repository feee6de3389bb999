import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { GateOutcome } from '../../engine/evaluation/gates.ts';
import { keptRun } from '../../engine/provenance/keptRun.ts';
import { summariseVersions } from '../../engine/registry/summariseVersions.ts';
import type { Store } from '../../engine/store/store.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { listViews } from '../../engine/tracking/savedViews.ts';
import { getSnapshot, recordSnapshot, snapshotProfile } from '../../engine/tracking/snapshots.ts';
import { readGate } from '../../engine/tracking/storedGate.ts';
import { makeProject } from '../helpers/makeProject.ts';

// The texts below are rows as the first releases wrote them.

test('a gate is read in every format that was stored', (t) => {
  const { store, runId } = storeWithRun(t);
  const old = `{"gate":"pr_auc","min":0.5,"max":null,"atConfidence":0.95,"n":400,"value":0.71,"bound":0.66,"passed":true,"note":""}`;
  const first = `{"gate":"pr_auc@champion","min":0,"max":null,"atConfidence":null,"n":null,"value":null,"bound":null,"passed":true,"note":"there is no champion yet to compare with"}`;
  for (const [position, result] of [old, first].entries())
    store.sql.run('INSERT INTO gates (run_id, position, result) VALUES (?, ?, ?)', runId, position, result);
  assert.deepEqual(
    getRun(store, runId).gates.map((gate) => [gate.gate, 'kind' in gate ? gate.kind : null, gate.value, gate.note]),
    [
      ['pr_auc', 'passed', 0.71, ''],
      ['pr_auc@champion', 'no_champion', null, 'there is no champion yet to compare with'],
    ],
  );
  assert.equal(readGate(old.replace('"passed":true', '"passed":false')).kind, 'failed');
});

test('a gate is stored with its format and read as it was judged', (t) => {
  const { store, run, runId } = storeWithRun(t);
  const gate: GateOutcome = {
    gate: 'f1@champion',
    kind: 'failed',
    passed: false,
    min: 0,
    max: null,
    value: -0.02,
    bound: -0.05,
    atConfidence: 0.9,
    n: 120,
    against: 3,
    note: '',
  };
  const skipped: GateOutcome = { ...gate, kind: 'champion_not_comparable', passed: true, value: null, bound: null };
  const open: GateOutcome = { ...gate, kind: 'undecidable', otherEnd: 0.01, moreRows: 480 };
  run.gates('validate', [gate, skipped, open]);
  assert.deepEqual(store.sql.numbers(`SELECT result ->> '$.format' FROM gates`), [3, 3, 3]);
  assert.deepEqual(getRun(store, runId).gates, [gate, skipped, open]);
  assert.deepEqual(getRun(store, runId).verdict, { passed: 1, total: 3, undecidable: 1 });
});

const column: ColumnProfile = {
  name: 'amount',
  type: 'number',
  rows: 4,
  missing: 1,
  distinct: 3,
  exact: true,
  numbers: {
    min: 1,
    q05: 1,
    q25: 1,
    median: 2,
    q75: 3,
    q95: 3,
    max: 3,
    mean: 2,
    std: 1,
    zeros: 0,
    negative: 0,
    infinite: 0,
    histogram: { edges: [1, 2, 3], counts: [1, 2] },
    core: null,
  },
  top: null,
  lengths: null,
};

test('a version of a dataset is read in every format that was stored', (t) => {
  const { store } = storeWithRun(t);
  const { core: _, ...numbers } = column.numbers ?? assert.fail('the column has numbers');
  const { lengths: __, ...rest } = column;
  store.sql.run(
    `INSERT INTO snapshots (id, dataset, hash, rows, bytes, quarantined, created_at, source, columns, detail, files,
       kept, profile, state)
     VALUES ('old', 'orders', 'h', 4, 10, 0, 1, 'orders.csv', ?, ?, ?, 1, ?, ?)`,
    '[{"name":"amount","type":"number"}]',
    '{"split":{"train":2,"validation":1,"test":1},"rules":[{"field":"amount","rule":"minimum","count":1,"message":"m"}]}',
    '[{"path":"data/orders.parquet","hash":"f","bytes":10}]',
    JSON.stringify([{ ...rest, numbers }]),
    '{"key":"k","watermark":{"column":"at","value":"5","kind":"integer"},"version":null}',
  );
  assert.deepEqual(snapshotProfile(store, 'old'), [column]);
  const snapshot = getSnapshot(store, 'old');
  assert.deepEqual(
    [snapshot?.columns, snapshot?.detail.split, snapshot?.files, snapshot?.state?.watermark],
    [
      [{ name: 'amount', type: 'number' }],
      { train: 2, validation: 1, test: 1 },
      [{ path: 'data/orders.parquet', hash: 'f', bytes: 10 }],
      { column: 'at', value: '5', kind: 'integer' },
    ],
  );
});

test('a profile is stored with its format and read as it was made', (t) => {
  const { store } = storeWithRun(t);
  const { id } = recordSnapshot(store, {
    dataset: 'orders',
    hash: 'h',
    rows: 4,
    bytes: 10,
    quarantined: 0,
    runId: null,
    source: 'orders.csv',
    columns: [],
    detail: {},
    profile: [column],
  });
  assert.deepEqual(store.sql.numbers(`SELECT profile ->> '$.format' FROM snapshots`), [2]);
  assert.deepEqual(snapshotProfile(store, id), [column]);
});

test('code, params, views and figures of versions that the first releases stored are read', (t) => {
  const { store, run, runId } = storeWithRun(t);
  const { sql } = store;
  sql.run(
    `UPDATE runs SET code = '{"branch":"main","remote":"git@host:x.git","leftOut":["big.bin"],"window":86400000}',
       environment = '{"python":"3.12.1","packages":"gone"}' WHERE run_id = ?`,
    runId,
  );
  for (const [key, value, json] of [
    ['hidden', '[64,32]', 1],
    ['kind', 'mlp', 0],
    ['none', 'null', 1],
  ] as const)
    sql.run('INSERT INTO params (run, key, value, json) VALUES (?, ?, ?, ?)', run.number, key, value, json);
  sql.run(`INSERT INTO views VALUES ('Best', '{"filter":"metrics.f1 > 0.5","which":"active"}', 1)`);
  sql.run(
    `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, summary)
     VALUES ('churn', 1, ?, 'p', 1, 1, '{"metrics":{"f1":0.5},"gatesPassed":1,"gatesTotal":2}')`,
    runId,
  );
  const kept = keptRun(store, runId);
  assert.deepEqual(kept.params, { hidden: [64, 32], kind: 'mlp', none: null });
  assert.deepEqual([kept.code.branch, kept.code.leftOut, kept.code.window], ['main', ['big.bin'], 86_400_000]);
  assert.deepEqual(getRun(store, runId).code, { branch: 'main', remote: 'git@host:x.git', patch: false });
  assert.equal(getRun(store, runId).environment['python'], '3.12.1');
  assert.deepEqual(listViews(store), [{ name: 'Best', state: { filter: 'metrics.f1 > 0.5', which: 'active' } }]);
  const [version] = summariseVersions(store, 'churn');
  assert.deepEqual(
    [version?.metrics, version?.gatesPassed, version?.gatesTotal, version?.runName],
    [{ f1: 0.5 }, 1, 2, run.name],
  );
});

function storeWithRun(t: TestContext): { store: Store; run: ReturnType<typeof recordRun>; runId: string } {
  const store = openStore(makeProject());
  const run = recordRun(store, {
    experiment: 'default',
    params: {},
    seed: null,
    commit: null,
    dirty: false,
    environment: {},
    command: '',
    asOf: null,
  });
  t.after(() => {
    run.end('finished');
    store.sql.close();
  });
  return { store, run, runId: run.runId };
}
