import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgingSettings } from '../../engine/monitoring/judgingSettings.ts';
import { saveWindow } from '../../engine/monitoring/windows.ts';
import { productionClock } from '../../engine/monitoring/productionClock.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { driftWindow } from '../helpers/driftWindow.ts';

const day = 86_400_000;
const config = {
  version: 1,
  project: 'p',
  stages: {},
  monitors: { m: { deployment: 'd', reference: 'v', window: { every: '7d' } } },
} as ProjectConfig;

test('production is now while predictions arrive, and the end of the newest window after a replay', () => {
  const store = openStore(makeProject({}));
  try {
    const now = Date.UTC(2026, 10, 22);
    assert.equal(productionClock(store, config, now), now, 'nothing was predicted yet');
    const predict = (at: number) =>
      logPredictions(store, answeredRequest('d'), [
        { at, key: null, features: {}, score: 0.5, prediction: 'true', predictMs: 1, error: null },
      ]);
    predict(now - 40 * day);
    assert.equal(productionClock(store, config, now), now - 40 * day);
    saveWindow(
      store,
      { monitor: 'm', model: 'orders', role: 'stable' },
      driftWindow({ start: now - 42 * day, end: now - 35 * day }),
      judgingSettings({ deployment: 'd', reference: 'v', window: { every: '7d' } }),
      now,
    );
    assert.equal(productionClock(store, config, now), now - 35 * day);
    predict(now - 3 * day);
    assert.equal(productionClock(store, config, now), now);
  } finally {
    store.sql.close();
  }
});
