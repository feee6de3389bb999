import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainModel, type TrainOptions } from '../../engine/models/trainModel.ts';
import { CancelledError, DataError, WorkError } from '../../engine/base/errors.ts';
import type { Table } from '../../engine/data/table.ts';
import { onEveryBackend } from './everyBackend.ts';
import { syntheticFeatures, syntheticTable } from './syntheticTable.ts';

const train = syntheticTable(4000, 1);
const validation = syntheticTable(1000, 2);
const binary: TrainOptions = {
  task: 'binary',
  target: 'positive',
  features: syntheticFeatures,
  train,
  validation,
  model: 'mlp',
  hidden: [16],
  epochs: 12,
  batchSize: 64,
  learningRate: 0.005,
  seed: 1,
};

function metricOf(trained: Awaited<ReturnType<typeof trainModel>>): number {
  return trained.history.find(({ epoch }) => epoch === trained.bestEpoch)?.metric?.value ?? Number.NaN;
}

onEveryBackend((test) => {
  test('training learns a binary, a multiclass and a regression target', async ({ name: backend }) => {
    const separated = await trainModel({ ...binary, backend });
    assert.ok(metricOf(separated) > 0.85, `pr_auc ${metricOf(separated)}`);
    assert.ok((separated.meta.threshold ?? 0) > 0.1 && (separated.meta.threshold ?? 1) < 0.9);
    const classed = await trainModel({ ...binary, backend, task: 'multiclass', target: 'level' });
    assert.deepEqual(classed.meta.classes, ['high', 'low', 'middle']);
    assert.ok(metricOf(classed) > 0.8, `accuracy ${metricOf(classed)}`);
    const [high, low, middle] = await classed.model.probabilities(validation);
    for (let i = 0; i < 1000; i += 99)
      assert.ok(Math.abs((high?.[i] ?? 0) + (low?.[i] ?? 0) + (middle?.[i] ?? 0) - 1) < 1e-9);
    const priced = await trainModel({ ...binary, backend, task: 'regression', target: 'price', model: 'linear' });
    assert.ok(metricOf(priced) < 330, `rmse ${metricOf(priced)}`);
    const scores = await priced.model.scores(validation);
    const mean = scores.reduce((sum, y) => sum + y, 0) / scores.length;
    assert.ok(mean > 800 && mean < 1500, `predictions are in the unit of the target, mean ${mean}`);
  });

  test('the same seed gives the same weights, another seed others', async ({ name: backend }) => {
    const run = async (seed: number) =>
      (await trainModel({ ...binary, backend, epochs: 2, dropout: 0.2, seed })).network.map(({ weights, bias }) => [
        ...weights,
        ...bias,
      ]);
    const first = await run(5);
    assert.deepEqual(await run(5), first);
    assert.notDeepEqual(await run(6), first);
  });

  test('with balanced class weights the scores remain probabilities', async ({ name: backend }) => {
    const trained = await trainModel({ ...binary, backend, model: 'logistic', classWeight: 'balanced', epochs: 20 });
    const scores = await trained.model.scores(train);
    const labels = train.columns['positive'];
    assert.ok(labels?.kind === 'number');
    const [meanScore, rate] = [scores, labels.values].map(
      (values) => values.reduce((sum, x) => sum + x, 0) / values.length,
    );
    assert.ok(Math.abs((meanScore ?? 0) - (rate ?? 1)) < 0.02, `mean score ${meanScore}, positives ${rate}`);
  });

  test('training stops early and keeps the best weights', async ({ name: backend }) => {
    const trained = await trainModel({
      ...binary,
      backend,
      train: syntheticTable(150, 3),
      validation: syntheticTable(2000, 4),
      hidden: [64, 64],
      epochs: 200,
      learningRate: 0.01,
      patience: 3,
    });
    assert.ok(
      trained.stoppedEarly && trained.history.length === trained.bestEpoch + 3,
      `${trained.history.length} epochs, best ${trained.bestEpoch}`,
    );
    const losses = trained.history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    assert.equal(losses.indexOf(Math.min(...losses)) + 1, trained.bestEpoch);
  });

  test('rows without a target are dropped and counted', async ({ name: backend }) => {
    const column = train.columns['positive'];
    assert.ok(column?.kind === 'number');
    const gaps: Table = {
      ...train,
      columns: {
        ...train.columns,
        positive: { kind: 'number', values: column.values.map((value, i) => (i < 100 ? Number.NaN : value)) },
      },
    };
    const trained = await trainModel({ ...binary, backend, train: gaps, epochs: 1 });
    assert.deepEqual(
      [trained.rows, trained.dropped],
      [
        { train: 3900, validation: 1000 },
        { train: 100, validation: 0 },
      ],
    );
  });
});

test('training can be cancelled', async () => {
  const stop = new AbortController();
  await assert.rejects(
    trainModel({ ...binary, epochs: 1000, onEpoch: ({ epoch }) => epoch === 2 && stop.abort(), signal: stop.signal }),
    CancelledError,
  );
});

test('an error of training says what is wrong and what to do', async () => {
  const says =
    (about: RegExp, kind: typeof WorkError = DataError) =>
    (error: unknown) =>
      error instanceof kind && about.test((error as Error).message);
  await assert.rejects(trainModel({ ...binary, features: [] }), says(/no feature/));
  await assert.rejects(
    trainModel({ ...binary, features: [{ name: 'nope', kind: 'numeric' }] }),
    says(/nope: the feature is not a column/),
  );
  await assert.rejects(
    trainModel({ ...binary, features: [{ name: 'kind', kind: 'numeric' }] }),
    says(/kind: declared as a number but holds text/),
  );
  await assert.rejects(trainModel({ ...binary, target: 'level' }), says(/say which value is positive/));
  await assert.rejects(
    trainModel({ ...binary, target: 'level', positive: 'high' }),
    says(/a binary target has two values/),
  );
  await assert.rejects(trainModel({ ...binary, target: 'kind', task: 'regression' }), says(/needs a number/));
  await assert.rejects(trainModel({ ...binary, target: 'positive', positive: 7 }), says(/two values/));
  await assert.rejects(trainModel({ ...binary, model: 'linear' }), says(/does not fit/, WorkError));
  await assert.rejects(
    trainModel({ ...binary, model: 'mlp', task: 'regression', target: 'price', learningRate: 1e30, epochs: 5 }),
    says(/lower the learning rate/, WorkError),
  );
});
