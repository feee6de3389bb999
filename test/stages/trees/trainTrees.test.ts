import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pointsAfterStep } from '../../../engine/tracking/metricPoints.ts';
import { sampled } from '../../helpers/rounds.ts';
import type { ProjectRunner } from '../../helpers/runIn.ts';
import { modelsVenv } from '../../models/modelsVenv.ts';
import { featuresOf, modelOf, treesProject } from './treesProject.ts';

const tasks = { breast_cancer: 'binary', wine: 'multiclass', diabetes: 'regression' };
const kinds = ['lightgbm', 'xgboost', 'scikit-learn', 'random_forest'] as const;

interface ByHand {
  equal: boolean;
  spread: number;
  labels: boolean;
  best: number;
  loss: number | null;
}

test('each library gives the very scores of the estimator trained by hand', { timeout: 600_000 }, async () => {
  const trained: {
    table: string;
    task: string;
    kind: string;
    project: ProjectRunner;
    runId: string;
    summary: string;
  }[] = [];
  const all = Object.entries(tasks).flatMap(([table, task]) => kinds.map((kind) => ({ table, task, kind })));
  for (const { table, task, kind } of sampled(all)) {
    const inputs = kind === 'random_forest' ? 'model: random_forest' : `model: boosted_trees, library: ${kind}`;
    const project = treesProject(table, [{ name: 'train', target: 'target', inputs }]);
    const { error, runId, stages } = await project.run();
    assert.equal(error, null, error?.message);
    trained.push({ table, task, kind, project, runId: runId ?? '', summary: stages[0]?.summary ?? '' });
  }
  const found = JSON.parse(
    modelsVenv.run(
      join(import.meta.dirname, 'byHand.py'),
      JSON.stringify(
        trained.map(({ table, task, kind, project, runId }) => ({
          data: join(project.root, 'data/features.parquet'),
          model: modelOf(project, runId, 'train'),
          features: featuresOf(table),
          target: 'target',
          task,
          kind,
        })),
      ),
    ),
  ) as ByHand[];
  assert.equal(found.length, trained.length);
  for (const [i, { equal, spread, labels, best, loss }] of found.entries()) {
    const own = trained[i];
    assert.ok(own);
    const { table, kind, project, runId, summary } = own;
    const name = `${kind} on ${table}`;
    assert.deepEqual([equal, labels], [true, true], name);
    assert.ok(spread > 0.3, 'the scores differ from row to row');
    assert.match(
      summary,
      kind === 'random_forest' ? /^\d+ rows · 200 trees · scikit-learn / : new RegExp(`· best iteration ${best} · `),
    );
    if (loss === null) continue;
    const series = pointsAfterStep(project.store, runId, 'validation_loss', 0);
    const logged = series.find(({ step }) => step === best)?.value ?? Number.NaN;
    assert.ok(Math.abs(logged - loss) <= 1e-6 * loss, `${name}: ${logged} is ${loss}`);
  }
});
