import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getVersion } from '../../../engine/registry/modelVersions.ts';
import { ordersProject, ordersYaml } from '../../helpers/ordersProject.ts';
import { sampled } from '../../helpers/rounds.ts';
import { runIn } from '../../helpers/runIn.ts';
import { modelsVenv } from '../../models/modelsVenv.ts';

const why = modelsVenv.prepare();
if (why !== null) throw new Error(why);

const kinds = [
  'model: boosted_trees, library: lightgbm',
  'model: boosted_trees, library: xgboost',
  'model: boosted_trees, library: scikit-learn',
  'model: random_forest',
];

for (const inputs of sampled(kinds))
  test(`a refit has the trees that early stopping chose: ${inputs}`, { timeout: 600_000 }, async () => {
    const yaml = ordersYaml
      .replace('seed: 3\n', `seed: 3\npython: ${modelsVenv.python}\n`)
      .replace(/with: \{ data: features, model: logistic.*\n/, `with: { data: features, ${inputs} }\n`);
    const project = runIn(ordersProject({ yaml }));
    const { error } = await project.run({ refits: true });
    assert.equal(error, null, error?.message);
    const { report } = getVersion(project.store, 'orders', 1);
    const { refit } = report;
    assert.ok(refit?.kind === 'served', JSON.stringify(refit));
    const fitOf = (path: string) =>
      (
        JSON.parse(readFileSync(join(project.root, path, 'MLmodel'), 'utf8')) as {
          metadata: { loopwright: { fit: { steps: number; rows: number } } };
        }
      ).metadata.loopwright.fit;
    assert.equal(refit.rows, 800);
    assert.deepEqual(fitOf(report.modelPath), { steps: refit.steps, rows: 480, since: null });
    assert.deepEqual(fitOf(refit.modelPath), { steps: refit.steps, rows: 800, since: null });
    assert.equal(refit.steps === 200, inputs.includes('forest'), 'boosting stopped early');
    assert.notEqual(refit.modelHash, report.modelHash);
  });
