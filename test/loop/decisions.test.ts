import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { evaluatePolicy, lastDecision } from '../../engine/loop/decisions.ts';
import { judgingSettings } from '../../engine/monitoring/judgingSettings.ts';
import { saveWindow } from '../../engine/monitoring/windows.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
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

function openedStore(t: TestContext) {
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
      judgingSettings(monitor),
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
  const { policyHash, inputsHash, ...stored } = lastDecision(store) ?? assert.fail('nothing was recorded');
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
      format: 1,
      reason: 'the inputs drifted for 2 windows',
      monitor: 'm',
      since: 0,
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

test('without a policy nothing is recorded', (t) => {
  const { store, count } = openedStore(t);
  const { retraining: _, ...rest } = config;
  assert.equal(evaluatePolicy(store, rest, day, 'loop').verdict, 'no policy');
  assert.equal(count(), 0);
});
