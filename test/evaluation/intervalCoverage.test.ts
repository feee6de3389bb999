import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  binaryPopulation,
  championCoverage,
  classPopulation,
  coverageOf,
  fairnessCoverage,
  normal,
  regressionPopulation,
  studentT,
  type Coverage,
} from '../helpers/intervalCoverage.ts';
import { longTest } from '../helpers/rounds.ts';

// Short simulations with fixed seeds; `bench/coverage.ts` prints the long ones that docs/intervals.md records.

/** 120 samples of intervals that cover 95 % are below 91 % about once in 20, and the seeds are fixed. */
const least = 0.91;

function assertCovered(found: readonly Coverage[], floor = least): void {
  assert.ok(found.length > 0);
  for (const { metric, n, covered } of found)
    assert.ok(covered >= floor, `${metric} of ${n} rows: ${(100 * covered).toFixed(1)} %`);
}

test('intervals of a binary model cover the true value, with few positives and near 1', () => {
  for (const [share, distance, form, n] of [
    [0.02, 1, 'calibrated', 300],
    [0.1, 3, 'calibrated', 50],
    [0.5, 3, 'bimodal', 50],
  ] as const)
    assertCovered(coverageOf(binaryPopulation(share, distance, form), [n], { samples: 100, seed: 21 }));
});

test('agreement and cost are covered where most samples have no positive', () => {
  const population = binaryPopulation(0.01, 1, 'calibrated');
  const costs = [
    [0, 1],
    [20, 0],
  ];
  const options = { ...population.options, parameters: { costs } };
  const only = ['cohen_kappa', 'cost'];
  assertCovered(coverageOf({ ...population, options }, [50, 200], { samples: 60, seed: 29, only }));
});

test('intervals of several classes cover the true value', () => {
  assertCovered(coverageOf(classPopulation, [60], { samples: 120, seed: 22 }));
});

test('intervals of a regression cover the true value, and heavy tails cost little', () => {
  const only = ['rmse', 'mae'];
  assertCovered(coverageOf(regressionPopulation('normal', normal), [60], { samples: 120, seed: 23, only }));
  assertCovered(coverageOf(regressionPopulation('t5', studentT(5)), [200], { samples: 120, seed: 23, only }), 0.88);
});

longTest(
  'intervals of a difference to the champion cover the true one, of few rows and of models that answer much alike',
  () => {
    for (const [apart, n] of [
      [0.1, 20],
      [0.5, 50],
    ] as const)
      assertCovered(championCoverage(binaryPopulation(0.1, 3, 'calibrated'), [n], { samples: 50, seed: 26, apart }));
    const errors = regressionPopulation('t5', studentT(5));
    assertCovered(championCoverage(errors, [50], { samples: 50, seed: 27, apart: 0.1 }), 0.88);
  },
);

test('intervals of mostly exact predictions cover the true error and stay within the largest one', () => {
  const only = ['rmse', 'mae'];
  for (const [share, n] of [
    [0.04, 60],
    [0.02, 200],
    [0.2, 200],
  ] as const) {
    const errors = regressionPopulation('rare', (random) => Number(random.next() < share));
    const found = coverageOf(errors, [n], { samples: 100, seed: 28, only });
    assertCovered(found);
    for (const { width } of found) assert.ok(width < 1, String(width));
  }
});

test('intervals of fairness cover 0 for equal groups, and the true difference of others', () => {
  const none = {
    demographic_parity_difference: 0,
    demographic_parity_ratio: 1,
    equalized_odds_difference: 0,
    equal_opportunity_difference: 0,
  };
  const equal = (rows: number) => ({ rows, selected: 0.3, positive: 0.4 });
  for (const sizes of [
    [100, 100],
    [200, 60, 30, 12],
  ])
    assertCovered(fairnessCoverage(sizes.map(equal), none, { samples: 300, seed: 24 }), 0.93);
  const apart = [{ ...equal(200), selected: 0.5 }, equal(200)];
  const truths = {
    demographic_parity_difference: 0.2,
    demographic_parity_ratio: 0.6,
    equalized_odds_difference: 0.2,
    equal_opportunity_difference: 0.2,
  };
  assertCovered(fairnessCoverage(apart, truths, { samples: 300, seed: 25 }), 0.93);
});
