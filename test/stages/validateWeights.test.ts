import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

/**
 * `sample_weight`, `costs` and the rules of the threshold from YAML to the report. Variations: whole weights against
 * repeated rows, rows of weight 0, missing, negative and endless weights, none above 0, a column that there is not; costs
 * of a binary model, by class, of a class that there is not, and none for `lowest_cost`.
 */
interface Row {
  truth: string;
  score: number;
  weight: number | string;
  side: string;
}

function projectOf(rows: readonly Row[], keys: string, gates = '') {
  const csv = rows.map(({ truth, score, weight, side }) => `${truth},${score},${weight},${side}`);
  return runIn(
    makeProject({
      'scored.csv': `truth,score,weight,_split\n${csv.join('\n')}\n`,
      'scored.dataset.yaml': `fields:
  - { name: truth, type: string, categories: [fine, fraud], loopwright: { role: target, positive: fraud } }
  - { name: score, type: number, loopwright: { role: score } }
  - { name: weight, type: number }
`,
      'loopwright.yaml': `version: 1
project: weighted
datasets:
  scored: { path: scored.csv, schema: scored.dataset.yaml }
stages:
  validate:
    uses: validate
    with: { predictions: scored, find_slices: false${keys} }
${gates}`,
    }),
  );
}

async function reportOf(rows: readonly Row[], keys: string, gates = '') {
  const runner = projectOf(rows, keys, gates);
  const { error } = await runner.run();
  assert.equal(error, null, error?.message);
  return getVersion(runner.store, 'weighted', 1).report;
}

async function errorOf(rows: readonly Row[], keys: string): Promise<string> {
  // The check that finds a column before the run has a test of its own.
  const { error } = await projectOf(rows, keys).run({ check: () => [] });
  return error?.message ?? 'no error';
}

const random = seededRandom(5);
const rows: Row[] = Array.from({ length: 160 }, (_, i) => {
  const score = random.integer(40) / 40;
  return {
    truth: random.next() < 0.1 + 0.8 * score ? 'fraud' : 'fine',
    score,
    weight: random.integer(4),
    side: i % 2 === 0 ? 'test' : 'validation',
  };
});

test('whole weights give the numbers of repeated rows, and the intervals of fewer', async () => {
  const costs = ', costs: { false_positive: 1, false_negative: 4 }, threshold: lowest_cost, beta: 3, at_k: 10';
  const weighted = await reportOf(
    rows,
    `, sample_weight: weight${costs}`,
    '    gates: { cost: { max: 4 }, f_beta: { min: 0 } }',
  );
  const repeated = await reportOf(
    rows.flatMap((row) => Array.from({ length: Number(row.weight) }, () => ({ ...row, weight: 1 }))),
    costs,
  );
  assert.equal(weighted.threshold, repeated.threshold);
  assert.deepEqual(weighted.thresholdChoice?.gave, repeated.thresholdChoice?.gave);
  assert.equal(weighted.thresholdChoice?.rule.kind, 'cost');
  for (const [name, { value, low, high, n, effective }] of Object.entries(weighted.performance)) {
    // The bins of the calibration hold equal counts of rows, not of weight.
    if (name === 'ece') continue;
    const other = repeated.performance[name];
    assert.ok(other && Math.abs(other.value - value) < 1e-9, `${name} ${value} ${other?.value}`);
    assert.ok(n < other.n && effective !== undefined && effective < n, name);
    if (['accuracy', 'recall', 'roc_auc'].includes(name))
      assert.ok((high ?? 0) - (low ?? 0) > (other.high ?? 0) - (other.low ?? 0), name);
  }
  assert.equal(weighted.sampleWeight?.column, 'weight');
  assert.deepEqual(weighted.parameters?.costs, [
    [0, 1],
    [4, 0],
  ]);
  assert.ok(weighted.gates.every((gate) => gate.passed));
});

test('weights that do not count are an error with the row', async () => {
  const withWeight = (weight: number | string) => rows.map((row, i) => (i === 4 ? { ...row, weight } : row));
  const keys = ', sample_weight: weight';
  assert.match(await errorOf(withWeight(''), keys), /`weight` is the `sample_weight`.* row 3 has no number/);
  assert.match(await errorOf(withWeight(-1), keys), /row 3 has -1/);
  assert.match(
    await errorOf(
      rows.map((row) => ({ ...row, weight: 0 })),
      keys,
    ),
    /it is 0 in all 80 rows/,
  );
  assert.match(
    await errorOf(rows, ', sample_weight: wieght'),
    /names `wieght`, which `scored` does not have.*`weight`/,
  );
});

test('costs name classes of the target', async () => {
  const report = await reportOf(rows, ', costs: { fraud: { fine: 9 } }, threshold: { recall: 0.8 }');
  assert.deepEqual(report.parameters?.costs, [
    [0, 0],
    [9, 0],
  ]);
  assert.ok((report.thresholdChoice?.gave?.recall ?? 0) >= 0.8);
  assert.match(await errorOf(rows, ', costs: { frod: { fine: 9 } }'), /class `frod`.*fine, fraud/);
  assert.match(await errorOf(rows, ', threshold: lowest_cost'), /needs the costs/);
});

test('a metric without a value says why', async () => {
  const report = await reportOf(rows, ', threshold: 2, at_k: 1000');
  assert.equal(report.performance['precision'], undefined);
  assert.equal(report.undefinedMetrics?.['precision'], 'no row is decided as positive');
  assert.match(report.undefinedMetrics?.['precision_at_k'] ?? '', /fewer rows than `at_k`/);
});
