import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { updateLock } from '../../engine/fingerprint/lockFile.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { findModel } from '../../engine/runner/findModel.ts';
import { addLoggedModel } from '../../engine/tracking/loggedModels.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';

const runId = 'a'.repeat(32);
const id = `m-${'b'.repeat(32)}`;

test('the model of a stage is found by its run when nothing asked for it while it ran', () => {
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages:\n  train: { cmd: python train.py }\n',
    [`.loopwright/models/${id}/MLmodel`]: 'flavors:\n  python_function: { loader_module: mlflow.sklearn }\n',
  });
  const store = openStore(root);
  try {
    const now = Date.now();
    addLoggedModel(store, {
      model_id: id,
      experiment: 0,
      name: 'forest',
      artifact_location: `mlflow-artifacts:/0/models/${id}/artifacts`,
      created_at: now,
      updated_at: now,
      status: 'LOGGED_MODEL_READY',
      status_message: null,
      model_type: null,
      source_run_id: runId,
      deleted_at: null,
    });
    updateLock(root, 'train', { spec: {}, params: {}, deps: {}, outs: {}, run: runId });
    const found = findModel('train', { store, config: configFor(loadProject(root), 'default'), folders: [root] });
    assert.deepEqual(found, { path: join(root, '.loopwright', 'models', id), ref: null, runId });
  } finally {
    store.sql.close();
  }
});
