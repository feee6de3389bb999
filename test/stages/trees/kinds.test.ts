import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getRun } from '../../../engine/tracking/runDetail.ts';
import { isLong, longTest } from '../../helpers/rounds.ts';
import { modelsVenv } from '../../models/modelsVenv.ts';
import { modelOf, treesProject } from './treesProject.ts';

interface Predicted {
  classes: unknown[];
  scores: string;
  labels: string[];
  same: boolean;
  quality: number;
  others: boolean;
  inputs: Record<string, [type: string, required: boolean]>;
}

function predictions(root: string, jobs: { model: string; target: string }[]): Predicted[] {
  const job = JSON.stringify({ data: join(root, 'data/features.parquet'), jobs });
  return JSON.parse(modelsVenv.run(join(import.meta.dirname, 'predictions.py'), job)) as Predicted[];
}

/** Stages over the mixed table: target and inputs by name. */
const stages: Record<string, [target: string, inputs: string]> = {
  light_flag: ['flag', 'model: boosted_trees, library: lightgbm'],
  light_word: ['word', 'model: boosted_trees, class_weight: balanced'],
  light_grade: ['grade', 'model: boosted_trees, library: lightgbm'],
  light_value: [
    'value',
    'model: boosted_trees, library: lightgbm, depth: 3, leaves: 7, min_rows: 5, l2: 1, subsample: 0.8, colsample: 0.5',
  ],
  light_again: ['flag', 'model: boosted_trees, library: lightgbm'],
  xgboost_flag: ['flag', 'model: boosted_trees, library: xgboost, class_weight: balanced'],
  xgboost_word: ['word', 'model: boosted_trees, library: xgboost, subsample: 0.8'],
  xgboost_grade: ['grade', 'model: boosted_trees, library: xgboost'],
  xgboost_digit: ['digit', 'model: boosted_trees, library: xgboost'],
  hist_word: ['word', 'model: boosted_trees, library: scikit-learn, class_weight: balanced'],
  hist_value: ['value', 'model: boosted_trees, library: scikit-learn'],
  forest_flag: ['flag', 'model: random_forest, class_weight: balanced'],
  forest_grade: ['grade', 'model: random_forest, depth: 8, leaves: 40, min_rows: 2, subsample: 0.5, colsample: 0.5'],
  forest_again: ['grade', 'model: random_forest, depth: 8, leaves: 40, min_rows: 2, subsample: 0.5, colsample: 0.5'],
  one_feature: ['digit', 'model: boosted_trees, features: [amount]'],
  encoded: [
    'grade',
    'model: boosted_trees, preprocess: { country: { encode: target }, id: { encode: one_hot }, amount: { impute: mean }, visits: { impute: -1 } }',
  ],
  ordered: ['flag', 'model: random_forest, preprocess: { country: { encode: ordinal } }'],
};

/** Each stage starts Python, so these are trained where tests are short: each library, target and way to encode once. */
const few = ['light_flag', 'xgboost_digit', 'hist_word', 'forest_grade', 'encoded'];
const chosen = Object.entries(stages).filter(([name]) => isLong || few.includes(name));

test('every kind of target, column and setting gives a model that MLflow opens', { timeout: 900_000 }, async () => {
  const project = treesProject(
    'mixed',
    chosen.map(([name, [target, inputs]]) => ({ name, target, inputs: `${inputs}, trees: 40` })),
  );
  const { status, error, runId, stages: done } = await project.run();
  assert.equal(status, 'finished', error?.message);
  const names = chosen.map(([name]) => name);
  const found = predictions(
    project.root,
    names.map((name) => ({ model: modelOf(project, runId, name), target: stages[name]?.[0] ?? '' })),
  );
  const by = new Map(names.map((name, i) => [name, found[i] ?? assert.fail(name)]));
  const of = (name: string) => by.get(name) ?? assert.fail(name);
  for (const [name, { same, quality, others }] of by) {
    assert.equal(same, true, `${name}: the function of MLflow and the estimator agree`);
    assert.ok(quality > 0.7, `${name} learned: ${quality}`);
    assert.equal(others, true, `${name}: unseen texts and rows without values have a score`);
  }
  const classes: Record<string, unknown[]> = {
    flag: [false, true],
    word: ['in time', 'late'],
    digit: [0, 1],
    grade: ['high', 'low', 'middle', 'rare'],
  };
  for (const name of names) {
    const wanted = classes[stages[name]?.[0] ?? ''];
    if (wanted) assert.deepEqual(of(name).classes, wanted, name);
  }
  for (const name of names.filter((one) => stages[one]?.[0] === 'flag'))
    assert.deepEqual(of(name).labels, ['false', 'true'], 'labels are booleans, not numbers');
  for (const [again, first] of [
    ['light_again', 'light_flag'],
    ['forest_again', 'forest_grade'],
  ] as const)
    if (by.has(again)) assert.equal(of(again).scores, of(first).scores, 'the same seed gives the same bits');
  assert.deepEqual(of('light_flag').inputs, {
    amount: ['double', false],
    hour: ['long', true],
    visits: ['double', false],
    country: ['string', false],
    known: ['boolean', true],
    asked: ['boolean', false],
    id: ['string', true],
    same: ['double', true],
    empty: ['double', false],
    empty_text: ['string', false],
  });
  if (by.has('one_feature')) assert.deepEqual(of('one_feature').inputs, { amount: ['double', false] });
  assert.match(
    done.find(({ stage }) => stage === 'hist_word')?.summary ?? '',
    /^8\d\d rows · best iteration \d+ · scikit-learn 1\./,
  );
});

test('Python without pyarrow gets CSV, and the same numbers', { timeout: 300_000 }, async () => {
  const inputs = 'model: boosted_trees, library: lightgbm, trees: 40';
  const parquet = treesProject('mixed', [{ name: 'train', target: 'word', inputs }]);
  const csv = treesProject('mixed', [{ name: 'train', target: 'word', inputs }], {
    'tools/python': `#!/bin/sh\nPYTHONPATH=blocked exec '${modelsVenv.python}' "$@"\n`,
    'blocked/pyarrow/__init__.py': 'raise ImportError("blocked")\n',
  });
  chmodSync(join(csv.root, 'tools/python'), 0o755);
  const runs = [await parquet.run(), await csv.run()];
  assert.deepEqual(
    runs.map(({ error }) => error?.message ?? null),
    [null, null],
  );
  const [first, second] = [
    predictions(parquet.root, [{ model: modelOf(parquet, runs[0]?.runId, 'train'), target: 'word' }])[0],
    predictions(csv.root, [{ model: modelOf(csv, runs[1]?.runId, 'train'), target: 'word' }])[0],
  ];
  assert.deepEqual(second, first);
});

longTest('a table of 300 columns trains; the run says by which library and Python', { timeout: 300_000 }, async () => {
  const names = Array.from({ length: 300 }, (_, i) => `x${i}`);
  const project = treesProject('wide', [
    { name: 'train', target: 'target', inputs: `model: boosted_trees, trees: 60, features: [${names.join(', ')}]` },
  ]);
  const { error, runId } = await project.run();
  assert.equal(error, null, error?.message);
  const run = getRun(project.store, runId ?? '');
  assert.match(run.tags['library'] ?? '', /^lightgbm \d/);
  assert.match(run.environment['python'] ?? '', /^CPython 3/);
  assert.deepEqual(run.seriesKeys.filter((key) => !key.startsWith('system/')).toSorted(), ['loss', 'validation_loss']);
  const [found] = predictions(project.root, [{ model: modelOf(project, runId, 'train'), target: 'target' }]);
  assert.ok((found?.quality ?? 0) > 0.75);
  assert.equal(Object.keys(found?.inputs ?? {}).length, 300);
});
