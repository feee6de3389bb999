import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import type { RunPage } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { longTest } from '../helpers/rounds.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { modelsVenv } from '../models/modelsVenv.ts';

// Boosted trees of a train stage through the life of a model, by the commands that a person uses. Each test continues
// where the one before ended.

const why = modelsVenv.prepare();
if (why !== null) throw new Error(why);

const cwd = ordersProject({
  yaml: ordersYaml
    .replace('project: orders', `project: orders\npython: ${modelsVenv.python}`)
    .replace('  epochs: 3\n  learning_rate: 0.05\n', '  library: lightgbm\n  trees: 60\n  learning_rate: 0.05\n')
    .replace(
      'model: logistic, epochs: "${params.epochs}", learning_rate: "${params.learning_rate}", batch_size: 32',
      'model: boosted_trees, library: "${params.library}", trees: "${params.trees}", learning_rate: "${params.learning_rate}"',
    ),
  files: {
    'experiments/longer.experiment.yaml':
      'describe: Which library?\nsweep:\n  method: grid\n  objective: { maximize: roc_auc }\n  params:\n    library: { choice: [lightgbm, xgboost, scikit-learn] }\n    trees: { choice: [20] }\n',
  },
});
const cli = async (...args: string[]) => {
  const result = await runCli(args, { cwd });
  assert.equal(result.code, 0, `${args.join(' ')}: ${result.out}${result.err}`);
  return result.out;
};
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, json: printed, err } = await runJson<T>(args, { cwd });
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return printed;
};

test(
  'boosted trees are trained, validated with gates and registered; the next run is fresh',
  { timeout: 300_000 },
  async () => {
    const outcome = await json<RunOutcome>('run');
    assert.deepEqual(outcome.registered, [{ name: 'orders', version: 1 }]);
    const card = await json<ModelCard>('models', 'card', '1');
    assert.match(card.algorithm, /LGBMClassifier/);
    assert.deepEqual(
      card.features.map(({ name, kind }) => [name, kind]),
      [
        ['amount', 'numeric'],
        ['hour', 'numeric'],
        ['country', 'categorical'],
      ],
    );
    assert.ok((card.performance['roc_auc']?.value ?? 0) > 0.85);
    assert.equal((await json<RunOutcome>('run')).status, 'fresh');
  },
);

longTest('the version is promoted, and a batch gives the scores of MLflow', { timeout: 300_000 }, async () => {
  await cli('models', 'promote', '1');
  const [version] = await json<ModelVersionSummary[]>('models');
  assert.deepEqual(version?.aliases, ['champion']);
  const { path } = await json<{ path: string }>('models', 'inspect', 'champion');
  writeFiles(cwd, { 'new.csv': ordersCsv(orders({ rows: 60, firstDay: 62, days: 1, prefix: 'n' })) });
  await cli('predict', '--input', 'new.csv', '--output', 'scored.parquet', '--deployment', 'nightly');
  const script = `import json, sys, pandas as pd, mlflow.sklearn
rows, model = pd.read_csv('new.csv'), mlflow.sklearn.load_model(sys.argv[1])
own = model.predict_proba(rows[['amount', 'hour', 'country']])[:, 1].tolist()
print(json.dumps([own, pd.read_parquet('scored.parquet')['_score'].tolist()]))`;
  const printed = execFileSync(modelsVenv.python, ['-c', script, join(cwd, path)], { cwd, encoding: 'utf8' });
  const [own, scored] = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as [number[], number[]];
  assert.equal(own.length, 60);
  assert.deepEqual(scored, own);
});

longTest('a sweep tries the libraries', { timeout: 600_000 }, async () => {
  await cli('run', '--experiment', 'longer');
  const { runs } = await json<RunPage>('runs', '--filter', 'tags.library != "" and params.trees = "20"');
  assert.deepEqual(runs.map(({ status, params }) => [status, params['library']]).toSorted(), [
    ['finished', 'lightgbm'],
    ['finished', 'scikit-learn'],
    ['finished', 'xgboost'],
  ]);
});
