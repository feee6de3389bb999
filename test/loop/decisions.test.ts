import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { evaluatePolicy, lastDecision, listAttempts, recordAttempt } from '../../engine/loop/decisions.ts';
import type { Attempt } from '../../engine/loop/hold.ts';
import { judgingSettings } from '../../engine/monitoring/judgingSettings.ts';
import { saveWindow } from '../../engine/monitoring/windows.ts';
import type { MonitorConfig } from '../../engine/project/schema/monitors.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { driftWindow } from '../helpers/driftWindow.ts';
import { makeProject } from '../helpers/makeProject.ts';

const day = 86_400_000;
const policy: NonNullable<ProjectConfig['retraining']> = {
  when: [{ monitor: 'm', drift: 'dataset', for: '2 windows' }],
  // oxlint-disable-next-line unicorn/no-thenable -- the key is the format's
  then: 'promote',
};
const monitor = { deployment: 'd', reference: 'v', window: { every: '1d' } };
const config: ProjectConfig = {
  version: 1,
  project: 'p',
  stages: {},
  monitors: { m: monitor },
  retraining: policy,
};

function openedStore(t: TestContext, declared: MonitorConfig = monitor) {
  const store = openStore(makeProject({}));
  t.after(() => store.sql.close());
  const drift = (i: number) =>
    saveWindow(
      store,
      { monitor: 'm', model: 'p', role: 'stable' },
      driftWindow({
        start: i * day,
        end: (i + 1) * day,
        status: 'drift',
        inputs: 'drifted',
        driftedShare: 0.75,
        performance: { f1: 0.5 },
      }),
      judgingSettings(declared),
      (i + 1) * day,
    );
  const count = () => store.sql.get<{ n: number }>('SELECT count(*) AS n FROM decisions')?.n;
  return { store, drift, count };
}

test('a decision is recorded with its evidence', (t) => {
  const { store, drift } = openedStore(t);
  drift(0);
  drift(1);
  const decision = evaluatePolicy(store, config, 2 * day, 'loop');
  assert.equal(decision.verdict, 'retrain');
  const { id, policyHash, inputsHash, ...stored } = lastDecision(store) ?? assert.fail('nothing was recorded');
  assert.equal(id, decision.id);
  assert.match(policyHash, /^[0-9a-f]{64}$/);
  assert.match(inputsHash, /^[0-9a-f]{64}$/);
  const window = {
    status: 'drift',
    inputs: 'drifted',
    score: 'stable',
    expectations: [],
    driftedShare: 0.75,
    performance: { f1: 0.5 },
  };
  assert.deepEqual(stored, {
    at: 2 * day,
    verdict: 'retrain',
    actor: 'loop',
    evidence: {
      format: 2,
      reason: 'the inputs drifted for 2 windows',
      monitor: 'm',
      since: 0,
      hold: null,
      attempt: null,
      lastRetrained: null,
      windows: {
        m: [
          { end: day, ...window },
          { end: 2 * day, ...window },
        ],
      },
    },
  });
});

test('the same decision on the same inputs is recorded once; new inputs, policies and actors are new decisions', (t) => {
  const { store, drift, count } = openedStore(t);
  drift(0);
  for (const now of [day, day + 1, day + 2]) evaluatePolicy(store, config, now, 'loop');
  assert.equal(count(), 1);
  const first = lastDecision(store);
  drift(1);
  evaluatePolicy(store, config, 2 * day, 'loop');
  assert.equal(count(), 2);
  assert.equal(lastDecision(store)?.policyHash, first?.policyHash);
  assert.notEqual(lastDecision(store)?.inputsHash, first?.inputsHash);
  const calm = { ...config, retraining: { ...policy, cooldown: '3d' } };
  evaluatePolicy(store, calm, 2 * day, 'loop');
  assert.notEqual(lastDecision(store)?.policyHash, first?.policyHash);
  evaluatePolicy(store, calm, 2 * day, 'retrain');
  assert.equal(count(), 4);
});

test('a window that ended later is no evidence', (t) => {
  const { store, drift } = openedStore(t);
  drift(0);
  drift(5);
  assert.equal(evaluatePolicy(store, config, 2 * day, 'loop').verdict, 'not due');
  assert.equal(lastDecision(store)?.evidence.windows['m']?.length, 1);
});

test('a wait is one event, and its attempt is remembered', (t) => {
  const monitors = { m: { ...monitor, labels: { dataset: 'labels', key: 'id' } } };
  const { store, drift } = openedStore(t, monitors.m);
  const deployments = { d: { as: 'api' as const, model: 'champion', port: 1 } };
  const waiting = { ...config, deployments, monitors };
  for (const i of [0, 1, 2]) {
    drift(i);
    evaluatePolicy(store, waiting, (i + 1) * day, 'loop');
  }
  assert.equal(lastDecision(store)?.verdict, 'waiting');
  const events = listEvents(store, 'm', 'p').filter(({ kind }) => kind === 'waiting');
  assert.deepEqual(
    events.map(({ at, text }) => [at, text]),
    [[2 * day, 'the inputs drifted for 2 windows, but 0 of 300 labelled rows from 1970-01-01 on are there']],
  );
  assert.deepEqual(listAttempts(store), []);
  const attempt: Attempt = { at: day, monitor: 'm', since: 0, status: 'rejected', hold: null, version: 2, rows: 5 };
  recordAttempt(store, lastDecision(store)?.id ?? 0, attempt);
  assert.deepEqual(listAttempts(store), [attempt]);
  assert.deepEqual(lastDecision(store)?.evidence.attempt, attempt);
});

test('a decision of format 1 is read', (t) => {
  const { store } = openedStore(t);
  const evidence = { format: 1, reason: 'no trigger holds', monitor: null, lastRetrained: null, windows: {} };
  store.sql.run(
    "INSERT INTO decisions (at, policy_hash, inputs_hash, evidence, verdict, actor) VALUES (1, '', '', ?, 'not due', 'loop')",
    JSON.stringify(evidence),
  );
  assert.deepEqual(lastDecision(store)?.evidence, { ...evidence, format: 2, since: null, hold: null, attempt: null });
  assert.deepEqual(listAttempts(store), []);
});

test('without a policy nothing is recorded', (t) => {
  const { store, count } = openedStore(t);
  const { retraining: _, ...rest } = config;
  assert.equal(evaluatePolicy(store, rest, day, 'loop').verdict, 'no policy');
  assert.equal(count(), 0);
});
