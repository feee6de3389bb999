import assert from 'node:assert/strict';
import { test } from 'node:test';
import { andersonDarling } from '../../engine/statistics/andersonDarling.ts';
import { benjaminiHochberg } from '../../engine/statistics/benjaminiHochberg.ts';
import { studentTwoSided } from '../../engine/statistics/betaTail.ts';
import { quantile } from '../../engine/statistics/quantile.ts';
import { chiSquareContingency, chiSquareFit } from '../../engine/statistics/chiSquare.ts';
import { cohenKappa } from '../../engine/statistics/cohenKappa.ts';
import { chooseThreshold, type ThresholdRule } from '../../engine/evaluation/threshold.ts';
import { cramerVonMises } from '../../engine/statistics/cramerVonMises.ts';
import { evaluator } from '../../engine/evaluation/evaluate.ts';
import { fairnessResults, fairnessRows } from '../../engine/evaluation/fairness/fairness.ts';
import { fairnessInput } from '../../engine/evaluation/fairness/fairnessInput.ts';
import { groupsOf } from '../../engine/evaluation/groups.ts';
import type { Task } from '../../engine/evaluation/predictions.ts';
import { fisherExact } from '../../engine/statistics/fisherExact.ts';
import { gammaTail } from '../../engine/statistics/gammaTail.ts';
import { countBins, equalEdges, quantileEdges } from '../../engine/statistics/histogram.ts';
import { jensenShannon } from '../../engine/statistics/jensenShannon.ts';
import { kolmogorovTail, pelzGoodTail } from '../../engine/statistics/kolmogorov.ts';
import { ksTest } from '../../engine/statistics/ksTest.ts';
import { mannWhitney } from '../../engine/statistics/mannWhitney.ts';
import { normalTail } from '../../engine/statistics/normal.ts';
import { numberPair } from '../../engine/statistics/pairs.ts';
import { psi } from '../../engine/statistics/psi.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { correlation } from '../../engine/data/relations.ts';
import { mutualInformation } from '../../engine/statistics/mutualInformation.ts';
import { standardDeviation, wasserstein } from '../../engine/statistics/wasserstein.ts';
import { aucInterval } from '../../engine/statistics/aucInterval.ts';
import { longTest, rounds } from '../helpers/rounds.ts';
import { askPython, preparePython } from './parityPython.ts';

interface Check {
  measure: string;
  args: unknown[];
  ours: number | number[] | null | undefined;
  tolerance: number;
}

const checks: Check[] = [];
const check = (measure: string, args: unknown[], ours: Check['ours'], tolerance = 1e-9) =>
  checks.push({ measure, args, ours, tolerance });
const random = seededRandom(20260501);
const list = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
const evaluate = (
  task: Task,
  truth: number[],
  values: number[],
  {
    threshold = null,
    minPrecision = 0.9,
    probabilities = [],
  }: {
    threshold?: number | null;
    minPrecision?: number;
    probabilities?: number[][];
  } = {},
) =>
  evaluator(
    Float64Array.from(truth),
    {
      task,
      values: Float64Array.from(values),
      probabilities: probabilities.map((column) => Float64Array.from(column)),
    },
    { threshold, minPrecision },
  );
const ascending = (values: number[]) => values.toSorted((a, b) => a - b);

/** Plain, skewed, tied, constant and far from zero. */
const shapes: ((i: number) => number)[] = [
  () => random.next() * 2 - 1,
  () => Math.exp(random.next() * 20),
  () => random.integer(3),
  () => 4.2,
  () => 1e9 + random.next() / 1e3,
  () => (random.next() < 0.98 ? 0 : random.next() * 1e6),
];
const shape = (i: number) => shapes[i % shapes.length] ?? Math.random;

for (let i = 0; i < rounds(120); i++) {
  const size = () => [1, 2, 3, 7, 30, 200, 1500][random.integer(7)] ?? 1;
  const [a, b] = [ascending(list(size(), shape(i))), ascending(list(size(), shape(i % 4 === 0 ? i + 1 : i)))];
  const ks = ksTest(a, b);
  check('ks_d', [a, b], ks?.statistic);
  check('ks_exact', [a, b], ks?.pValue, 1e-9);
  check('wasserstein', [a, b], wasserstein(a, b), 1e-9 * Math.max(1, Math.abs(a.at(-1) ?? 1)));
  check('std', [a], standardDeviation(a), 1e-9 * Math.max(1, Math.abs(a.at(-1) ?? 1)));
  check('quantile', [a, 0.37], quantile(a, 0.37), 1e-9 * Math.max(1, Math.abs(a.at(-1) ?? 1)));
  for (const edges of [equalEdges(a, 10), quantileEdges(a, 7)]) check('histogram', [a, edges], countBins(a, edges));
}

for (const [n, m] of [
  [12_000, 15_000],
  [10_500, 11_000],
  [20_000, 20_000],
  [9000, 10_000],
] as const) {
  for (const shift of [0, 0.004, 0.02]) {
    const [a, b] = [ascending(list(n, () => random.next())), ascending(list(m, () => random.next() + shift))];
    check('ks_p', [a, b], ksTest(a, b)?.pValue, 1e-8);
  }
}
for (const n of [1000, 5000, 100_000])
  for (const z of [0.3, 0.5, 0.8, 1.2, 1.8, 3])
    check('kstwo', [n, z / Math.sqrt(n)], pelzGoodTail(n, z / Math.sqrt(n)), 1e-8);

for (const n of [1, 2, 3, 7, 20, 100, 139, 140, 141, 500, 910, 2000, 50_000])
  for (const z of [0.2, 0.3, 0.5, 0.8, 1.2, 1.48, 1.6, 2.1, 3])
    check('kstwo', [n, z / Math.sqrt(n)], kolmogorovTail(n, z / Math.sqrt(n)), 1e-8);
for (const z of [-9, -3, -0.5, 0, 1e-9, 0.3, 1, 1.96, 4, 8, 30]) check('norm_sf', [z], normalTail(z), 1e-12);
for (const df of [1, 1.7, 2, 5, 30, 999, 123_456.7, 1e7])
  for (const t of [0, 0.01, 0.7, -1.96, 5, 40]) check('t_two_sided', [t, df], studentTwoSided(t, df), 1e-9);
for (let i = 0; i < rounds(120); i++) {
  const count = () => random.integer([3, 12, 60, 5000][i % 4] ?? 3);
  const cells = [count(), count(), count(), count()] as const;
  check('fisher', [...cells], fisherExact(...cells).pValue, 1e-8);
}
for (let i = 0; i < rounds(160); i++) {
  const size = () => [2, 3, 5, 8, 9, 12, 20, 21, 60, 400][random.integer(10)] ?? 2;
  const [a, b] = [list(size(), shape(i % 2 === 0 ? 0 : 2)), list(size(), shape(i % 2 === 0 ? 0 : 2))];
  const pair = numberPair(a, b);
  for (const alternative of ['two-sided', 'less', 'greater'] as const)
    check('mann_whitney', [a, b, alternative], mannWhitney(pair, alternative)?.pValue, 1e-9);
  const cvm = cramerVonMises(pair);
  check('cvm_statistic', [a, b], cvm?.statistic, 1e-9);
  check('cvm', [a, b], cvm?.pValue, 1e-7);
  if (pair.values.length > 1) check('anderson', [a, b], andersonDarling(pair)?.pValue, 1e-8);
}
for (let i = 0; i < 20; i++) {
  const p = list(1 + random.integer(30), () => (random.next() < 0.2 ? 0.5 : random.next() ** 3));
  check(
    'false_discovery',
    [p],
    benjaminiHochberg(p).map((value) => Number(value?.toPrecision(10))),
  );
}

for (let i = 0; i < rounds(100); i++) {
  const bins = 2 + random.integer(12);
  const count = () => (random.next() < 0.2 ? 0 : random.integer(i % 5 === 0 ? 100_000 : 30));
  const [r, c] = [list(bins, count), list(bins, count)];
  r[0] = (r[0] ?? 0) + 1;
  r[1] = (r[1] ?? 0) + 1;
  c[bins - 1] = (c[bins - 1] ?? 0) + 1;
  const js = jensenShannon(r, c);
  check('psi', [r, c], psi(r, c));
  check('js_distance_e', [r, c], js?.js_distance_e, 1e-7);
  check('js_distance_2', [r, c], js?.js_distance_2, 1e-7);
  check('js_divergence_2', [r, c], js?.js_divergence_2);
  if (r.every((n, k) => n > 0 || (c[k] ?? 0) === 0)) {
    check('chi_fit', [r, c], chiSquareFit(r, c)?.statistic, 1e-9 * (chiSquareFit(r, c)?.statistic ?? 1) + 1e-9);
    check('chi_fit_p', [r, c], chiSquareFit(r, c)?.pValue);
  }
  check(
    'chi_table',
    [r, c],
    chiSquareContingency(r, c)?.statistic,
    1e-9 * (chiSquareContingency(r, c)?.statistic ?? 1) + 1e-9,
  );
  check('chi_table_p', [r, c], chiSquareContingency(r, c)?.pValue);
}
for (const df of [1, 2, 3, 10, 99, 1000])
  for (const share of [0.01, 0.5, 0.9, 1, 1.1, 2, 5])
    check('chi2_sf', [df * share, df], gammaTail(df / 2, (df * share) / 2), 1e-11);

for (let i = 0; i < rounds(150); i++) {
  const n = [2, 3, 10, 100, 2000][random.integer(5)] ?? 2;
  const rate = [0.5, 0.02, 0.98][i % 3] ?? 0.5;
  const labels = list(n, () => (random.next() < rate ? 1 : 0));
  labels[0] = 1;
  labels[1] = 0;
  // Distinct, tied, constant and certain scores.
  const scores = list(
    n,
    (k) =>
      [random.next(), random.integer(4) / 3, 0.5, labels[k] ?? 0, 0.3 * (labels[k] ?? 0) + 0.7 * random.next()][
        i % 5
      ] ?? 0,
  );
  const weights = list(n, (k) => (k < 2 ? 1 : random.integer(4)));
  const threshold = scores[random.integer(n)] ?? 0.5;
  const metricsOf = evaluate('binary', labels, scores, { threshold, minPrecision: 0.6 });
  const [metrics, weighted] = [metricsOf(), metricsOf(weights)];
  check('average_precision', [labels, scores], metrics['pr_auc']);
  check('weighted_average_precision', [labels, scores, weights], weighted['pr_auc']);
  check('roc_auc', [labels, scores], metrics['roc_auc']);
  check('weighted_roc_auc', [labels, scores, weights], weighted['roc_auc']);
  check('recall_at_precision', [labels, scores, 0.6], metrics['recall_at_precision']);
  for (const name of ['accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1'])
    check(name, [labels, scores, threshold], metrics[name]);
  check('log_loss', [labels, scores], metrics['log_loss']);
  check('brier', [labels, scores], metrics['brier']);
  check('ece', [labels, scores, 10], metrics['ece']);
  const chosen = (rule: ThresholdRule) => {
    const predictions = { task: 'binary' as const, values: Float64Array.from(scores), probabilities: [] };
    return chooseThreshold({ truth: Float64Array.from(labels), predictions }, rule, 'probability')?.threshold;
  };
  check('best_f1_threshold', [labels, scores], chosen({ kind: 'best_f1' }));
  const cost = { falsePositive: 1 + (i % 3), falseNegative: 1 + (i % 7) };
  const cheapest = chosen({ kind: 'cost', ...cost });
  check('cheapest_threshold', [labels, scores, cost.falsePositive, cost.falseNegative], cheapest);
}

for (const [area, positives, negatives] of [
  [1, 12, 40],
  [0.9, 10, 490],
  [0.5, 30, 30],
  [0.63, 2000, 900],
  [0, 4, 4],
] as const)
  for (const confidence of [0.8, 0.95, 0.999]) {
    const { low, high } = aucInterval(area, [positives, negatives], confidence);
    check('auc_interval_low', [area, positives, negatives, confidence], low, 1e-8);
    check('auc_interval_high', [area, positives, negatives, confidence], high, 1e-8);
  }

for (let i = 0; i < rounds(60); i++) {
  const n = [2, 5, 40, 900][i % 4] ?? 2;
  const truth = list(n, shape(i % 2 === 0 ? 0 : 1));
  const predictions = truth.map((y) => y * (0.8 + random.next() * 0.4));
  const errors = evaluate('regression', truth, predictions)();
  const scale = 1e-9 * Math.max(1, ...truth.map(Math.abs));
  check('rmse', [truth, predictions], errors['rmse'], scale);
  check('mae', [truth, predictions], errors['mae'], scale);
  check('r2', [truth, predictions], errors['r2'], 1e-8);
  const k = 2 + random.integer(4);
  const raw = list(k, () => 0).map(() => list(n, () => random.next() + 1e-3));
  const probabilities = raw.map((column) =>
    column.map((p, row) => p / raw.reduce((sum, other) => sum + (other[row] ?? 0), 0)),
  );
  const labels = list(n, () => random.integer(k));
  const decisions = list(n, (row) =>
    probabilities.reduce((best, column, c) => ((column[row] ?? 0) > (probabilities[best]?.[row] ?? 0) ? c : best), 0),
  );
  const metrics = evaluate('multiclass', labels, decisions, { probabilities })();
  const names = {
    accuracy: 'class_accuracy',
    balanced_accuracy: 'class_balanced_accuracy',
    macro_precision: 'macro_precision',
    macro_recall: 'macro_recall',
    macro_f1: 'macro_f1',
    log_loss: 'class_log_loss',
  };
  for (const [ours, theirs] of Object.entries(names)) check(theirs, [labels, decisions, probabilities], metrics[ours]);
}

for (let i = 0; i < rounds(60); i++) {
  const n = 2 + random.integer(i % 3 === 0 ? 4 : 300);
  const k = 2 + random.integer(4);
  const first = list(n, () => random.integer(k));
  const second = first.map((label) => (random.next() < (i % 5) / 4 ? label : random.integer(k)));
  const { kappa } = cohenKappa(first.map(String), second.map(String));
  // Where it is not defined scikit-learn gives NaN; the tests of cohenKappa itself look at that.
  if (kappa !== null) check('cohen_kappa', [first, second], kappa);
}

const missing = preparePython();
const skip = missing === null || process.env['CI'] === 'true' ? false : `no Python to compare with: ${missing}`;

for (let i = 0; i < rounds(60); i++) {
  const [rows, columns] = [2 + random.integer(8), 2 + random.integer(6)];
  const table = Array.from({ length: rows }, (_, r) =>
    list(columns, (c) => (random.next() < 0.2 ? 0 : random.integer(40) + (r === c ? random.integer(100) : 0))),
  );
  table[0] = list(columns, (c) => 1 + c);
  const found = mutualInformation(table);
  check('mutual_information', [table], found?.mutual_information, 1e-9);
  // How homogeneous the groups of equal columns are in the rows they tell of: information over the entropy of the
  // columns.
  check('mi_share', [table], found?.uncertainty_coefficient, 1e-9);
  const baseline = found?.baseline ?? 0;
  check('mi_baseline', [table], baseline, baseline * 0.03);
  const [a, b] = [list(50, () => random.next() ** 3 * 10 ** random.integer(6)), list(50, () => random.next())];
  check('pearson', [a, b], correlation(a, b), 1e-9);
}

test('every measure agrees with scipy, scikit-learn or fairlearn', { skip }, (t) => {
  assert.equal(missing, null);
  const answers = askPython(checks.map(({ measure, args }) => [measure, args]));
  const largest = new Map<string, { n: number; difference: number }>();
  for (const [i, { measure, args, ours, tolerance }] of checks.entries()) {
    const theirs = answers[i];
    const shown = JSON.stringify(args).slice(0, 300);
    if (Array.isArray(theirs)) {
      assert.deepEqual(
        ours,
        measure === 'false_discovery' ? theirs.map((value) => Number(value.toPrecision(10))) : theirs,
        `${measure} ${shown}`,
      );
      continue;
    }
    // Without a prediction or a selection both sides have no value; scikit-learn writes 0, fairlearn NaN.
    if (ours === null ? theirs === 0 : theirs === null && ours === 1) continue;
    assert.ok(
      typeof ours === 'number' && typeof theirs === 'number',
      `${measure}: ours ${String(ours)}, theirs ${theirs} for ${shown}`,
    );
    const difference = Math.abs(ours - theirs);
    assert.ok(
      difference <= tolerance * Math.max(1, Math.abs(theirs)),
      `${measure}: ours ${ours}, theirs ${theirs} for ${shown}`,
    );
    const known = largest.get(measure) ?? { n: 0, difference: 0 };
    largest.set(measure, { n: known.n + 1, difference: Math.max(known.difference, difference) });
  }
  for (const [measure, { n, difference }] of largest)
    t.diagnostic(`${measure}: ${n} cases, largest difference ${difference.toExponential(1)}`);
});

longTest('the intervals of fairness measures span those of the bootstrap of fairlearn', { skip }, (t) => {
  const draw = seededRandom(5);
  const n = 1500;
  const groups = Array.from({ length: n }, () => ['a', 'b', 'c'][Math.min(2, draw.integer(5))] ?? 'a');
  const labels = groups.map((group) => Number(draw.next() < (group === 'b' ? 0.5 : 0.3)));
  const scores = labels.map((label, i) => 0.4 * label + (groups[i] === 'c' ? 0.15 : 0) + draw.next() * 0.7);
  const predictions = { task: 'binary' as const, values: Float64Array.from(scores), probabilities: [] };
  const input = fairnessInput(Float64Array.from(labels), predictions, { threshold: 0.5, minPrecision: 0.9 });
  const found = fairnessResults(fairnessRows('g', groupsOf(groups), input), 0.95);
  const names = [
    'demographic_parity_difference',
    'demographic_parity_ratio',
    'equalized_odds_difference',
    'equal_opportunity_difference',
  ];
  const ours = names.flatMap((name) => found.find(({ measure }) => measure === name) ?? []);
  const decisions = scores.map((score) => Number(score >= 0.5));
  const [theirs] = askPython([['fair_intervals', [labels, decisions, groups]]]);
  assert.ok(Array.isArray(theirs) && theirs.length === 2 * ours.length);
  for (const [i, { measure, low, high }] of ours.entries()) {
    const [theirLow = Number.NaN, theirHigh = Number.NaN] = theirs.slice(2 * i);
    assert.ok(low !== null && high !== null);
    // Fairlearn's ends of differences are biased away from 0, ours are corrected for the pairs: neither is far off.
    assert.ok(low <= theirLow + 0.02 && high >= theirHigh - 0.02 && high - low < 2 * (theirHigh - theirLow), measure);
    t.diagnostic(
      `${measure}: ours ${low.toFixed(4)} to ${high.toFixed(4)}, theirs ${theirLow.toFixed(4)} to ${theirHigh.toFixed(4)}`,
    );
  }
});
