import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess } from '../helpers/trackingProcess.ts';
import { mlflowVenv } from './mlflowVenv.ts';

interface Told {
  sklearn: {
    run: string;
    status: string;
    c: string;
    accuracy: number;
    inputs: number;
    models: number;
    artifacts: string[];
  };
  loaded: boolean[];
  torch: { run: string; same: boolean; steps: number[]; loaded: boolean };
  xgboost: { run: string; depth: string; points: number; models: number };
  artifacts: {
    run: string;
    child: string;
    big: boolean;
    text: string;
    listed: [string, boolean, number][];
    nothing: unknown[];
  };
}

test(
  'scikit-learn and XGBoost by autolog, a loop of PyTorch, artifacts and models of the real client are in the store and come back',
  { timeout: 900_000 },
  async (t) => {
    const problem = mlflowVenv.prepare();
    if (problem !== null) return t.skip(problem);
    const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: clients\nstages: {}\n' });
    const server = await trackingProcess(root);
    t.after(() => server.stop());
    const told = JSON.parse(
      mlflowVenv.run(join(import.meta.dirname, 'everyClient.py'), '', {
        MLFLOW_TRACKING_URI: server.uri,
        MLFLOW_TRACKING_TOKEN: server.token,
      }),
    ) as Told;
    const store = openStore(root);
    t.after(() => store.sql.close());

    assert.deepEqual(
      [told.sklearn.status, told.sklearn.c, told.sklearn.inputs, told.sklearn.models],
      ['FINISHED', '0.5', 1, 1],
    );
    const sklearn = getRun(store, told.sklearn.run);
    assert.deepEqual(
      [sklearn.name, sklearn.experiment, sklearn.status, sklearn.params['C'], sklearn.inputs.length],
      ['auto', 'sklearn', 'finished', '0.5', 1],
    );
    assert.equal(sklearn.metrics['training_accuracy_score'], told.sklearn.accuracy);
    assert.deepEqual(told.loaded, [true, true, true, true], 'a model is loaded by version, alias, run and id');

    assert.deepEqual(
      [told.torch.same, told.torch.loaded, told.torch.steps],
      [true, true, Array.from({ length: 20 }, (_, i) => i)],
    );
    assert.equal(metricSeries(store, [told.torch.run], 'loss')[0]?.count, 20);
    assert.deepEqual([told.xgboost.depth, told.xgboost.points, told.xgboost.models], ['2', 7, 1]);

    assert.deepEqual(
      [told.artifacts.big, told.artifacts.text, told.artifacts.listed, told.artifacts.nothing],
      [true, 'größe', [['texts/ü ☃.txt', false, 7]], []],
    );
    const parent = getRun(store, told.artifacts.run);
    assert.deepEqual(
      parent.children.map(({ runId }) => runId),
      [told.artifacts.child],
    );
    assert.deepEqual(
      parent.artifacts.map(({ path }) => path),
      ['black.png', 'd.json', 'deep/er/big.bin', 'texts/ü ☃.txt'],
    );
  },
);
