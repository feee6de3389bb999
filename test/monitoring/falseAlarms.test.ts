import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everBroken, statesOf, trueValue, type LabelledStream } from '../helpers/labelledWindows.ts';

// `npm run bench -- --monitoring` runs the whole grid; docs/monitoring.md has its figures.

type Case = Omit<LabelledStream, 'windows' | 'seed'>;
const cases: Case[] = [
  { metric: 'roc_auc', prevalence: 0.5, quality: 1.5, labels: 120 },
  { metric: 'roc_auc', prevalence: 0.1, quality: 1.5, labels: 400 },
  { metric: 'accuracy', prevalence: 0.5, quality: 1.5, labels: 60 },
  { metric: 'f1', prevalence: 0.1, quality: 1.5, labels: 400 },
  { metric: 'rmse', prevalence: null, quality: 0.5, labels: 100 },
];
const bounds = new Map(cases.map((one) => [one, trueValue({ ...one, seed: 1 }, 100_000)]));

test('a model exactly at its bound breaks it in at most 5 % of its windows', () => {
  const windows = 40;
  let broken = 0;
  for (const one of cases) {
    const states = statesOf({ ...one, windows, seed: 7 }, bounds.get(one) ?? 0);
    broken += states.broken;
    assert.ok(states.broken + states.uncertain + states.met > windows / 2, `${one.metric}: ${JSON.stringify(states)}`);
    // Two windows are 5 %; six of 40 come by chance in 1 of 70 streams whose true share is 5 %.
    assert.ok(states.broken < 6, `${one.metric} at ${one.labels} labels: ${states.broken} of ${windows}`);
  }
  assert.ok(broken / (windows * cases.length) <= 0.05, `${broken} of ${windows * cases.length}`);
});

test('windows that are judged again as late labels come break a bound by chance in at most 5 %', () => {
  // Each number is half as many again, as engine/monitoring/lateLabels.ts asks.
  const accuracy: LabelledStream = {
    metric: 'accuracy',
    prevalence: 0.5,
    quality: 1.5,
    labels: 253,
    windows: 25,
    seed: 11,
  };
  const found = everBroken(accuracy, trueValue({ ...accuracy, seed: 1 }, 100_000), [50, 75, 113, 169, 253]);
  // More than three of 25 come by chance in 1 of 30 streams whose true share is 5 %.
  assert.ok(found <= 3, `${found} of 25`);
});

test('a model that falls well below its bound is found', () => {
  for (const one of cases) {
    const worse = { ...one, quality: one.metric === 'rmse' ? 0.75 : 0.8, windows: 20, seed: 8 };
    const { broken } = statesOf(worse, bounds.get(one) ?? 0);
    assert.ok(broken >= 6, `${one.metric} at ${one.labels} labels: ${broken} of 20`);
  }
});

test('six labels, or labels of one class, break nothing', () => {
  for (const labels of [6, 49]) {
    const stream: LabelledStream = { metric: 'roc_auc', prevalence: 0.5, quality: 0, labels, windows: 10, seed: 9 };
    assert.equal(statesOf(stream, 0.95)['too few'], 10, `${labels}`);
  }
  const rare: LabelledStream = { metric: 'recall', prevalence: 0.01, quality: 0, labels: 200, windows: 20, seed: 10 };
  assert.equal(statesOf(rare, 0.9).broken, 0);
});
