import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { evaluator } from '../../engine/evaluation/evaluate.ts';
import { fairnessMeasures } from '../../engine/evaluation/fairness/fairnessMeasures.ts';
import { measures } from '../../engine/evaluation/measures.ts';
import { tasksOf, type MetricDescription } from '../../engine/evaluation/measures/measure.ts';
import {
  fairnessNames,
  metricDocs,
  metricOf,
  metricRange,
  metricsFor,
  modelMeasures,
  smallerIsBetter,
  usualMetrics,
} from '../../engine/evaluation/metrics.ts';
import { tasks, type LearnedTask, type Predictions } from '../../engine/evaluation/predictions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const root = join(import.meta.dirname, '..', '..');
const learned: LearnedTask[] = ['binary', 'multiclass', 'regression'];
const all: readonly MetricDescription[] = [...measures, ...modelMeasures, ...fairnessMeasures];

/** The constant that each file of a folder is named for. */
async function exportsOf(folder: string, besides: readonly string[]): Promise<unknown[]> {
  const files = globSync(`engine/evaluation/${folder}/*.ts`, { cwd: root })
    .map((path) => basename(path.replaceAll('\\', '/'), '.ts'))
    .filter((name) => !besides.includes(name));
  return Promise.all(
    files.map(async (name) => {
      const module = (await import(`../../engine/evaluation/${folder}/${name}.ts`)) as Record<string, unknown>;
      assert.ok(module[name], `${folder}/${name}.ts exports ${name}`);
      return module[name];
    }),
  );
}

test('every file of measures/ is in its list, and nothing else is', async () => {
  const inMeasures = await exportsOf('measures', ['measure', 'modelMeasures', 'robustnessMeasures']);
  assert.ok(inMeasures.length > 10);
  assert.deepEqual(new Set(inMeasures), new Set(measures));
});

test('names, documentation, direction and range of a metric come from its file', () => {
  const page = readFileSync(join(root, 'docs', 'reference', 'metrics.md'), 'utf8');
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const metric of all) {
    assert.match(metric.docs, /^[A-Z0-9].*\.$/, metric.name);
    assert.equal(metricOf(metric.name), metric);
    assert.deepEqual(metricRange(metric.name), metric.range);
    assert.equal(smallerIsBetter(metric.name), metric.direction === 'smaller');
    assert.ok(page.includes(`| \`${metric.name}\` |`) && page.includes(metricDocs(metric.name) ?? '?'), metric.name);
  }
  assert.deepEqual(
    fairnessNames,
    fairnessMeasures.map(({ name }) => name),
  );
});

test('a metric fits the tasks that it has a formula for', () => {
  for (const measure of measures) {
    assert.ok(tasksOf(measure).length > 0, measure.name);
    for (const task of tasks)
      assert.equal(metricsFor(task).includes(measure.name), tasksOf(measure).includes(task), measure.name);
  }
  for (const task of tasks) for (const name of usualMetrics(task)) assert.ok(metricsFor(task).includes(name));
});

/** Rows with missing labels and tied scores, and how often each counts. */
function example(task: LearnedTask): { truth: Float64Array; predictions: Predictions; weights: Float64Array } {
  const random = seededRandom(11);
  const fill = (value: () => number) => Float64Array.from({ length: 60 }, value);
  const known = (value: number) => (random.next() < 0.1 ? Number.NaN : value);
  const truth = fill(() =>
    known(task === 'regression' ? random.next() * 9 : random.integer(task === 'binary' ? 2 : 3)),
  );
  const values = fill(() =>
    known(task === 'multiclass' ? random.integer(3) : task === 'binary' ? random.integer(9) / 8 : random.next() * 9),
  );
  const probabilities = task === 'multiclass' ? [0, 1, 2].map(() => fill(() => random.next())) : [];
  return { truth, predictions: { task, values, probabilities }, weights: fill(() => random.integer(4)) };
}

// From the code before it was cut into one measure a file.
const before: Record<LearnedTask, { each: Record<string, number>; weighted: Record<string, number> }> = {
  binary: {
    each: {
      pr_auc: 0.5241495571658615,
      roc_auc: 0.4914772727272727,
      recall_at_precision: 0.125,
      accuracy: 0.45652173913043476,
      balanced_accuracy: 0.4564393939393939,
      precision: 0.4782608695652174,
      recall: 0.4583333333333333,
      f1: 0.46808510638297873,
      log_loss: 5.352918389812526,
      brier: 0.3702445652173913,
      ece: 0.3804347826086957,
    },
    weighted: {
      pr_auc: 0.5012059937611408,
      roc_auc: 0.4931066176470588,
      recall_at_precision: 0,
      accuracy: 0.48484848484848486,
      balanced_accuracy: 0.4806985294117647,
      precision: 0.4583333333333333,
      recall: 0.34375,
      f1: 0.39285714285714285,
      log_loss: 6.569522388980419,
      brier: 0.3678977272727273,
    },
  },
  multiclass: {
    each: {
      accuracy: 0.32608695652173914,
      balanced_accuracy: 0.3253968253968254,
      macro_precision: 0.3244047619047619,
      macro_recall: 0.3253968253968254,
      macro_f1: 0.3239962651727358,
      log_loss: 1.110377448126338,
    },
    weighted: {
      accuracy: 0.41509433962264153,
      balanced_accuracy: 0.4151960784313726,
      macro_precision: 0.4165413533834586,
      macro_recall: 0.4151960784313726,
      macro_f1: 0.4148148148148148,
      log_loss: 1.0281564896276865,
    },
  },
  regression: {
    each: { rmse: 3.6792865027596773, mae: 3.0667433100499455, r2: -1.2445450325719376 },
    weighted: { rmse: 3.78830761422697, mae: 3.106430963464928, r2: -1.3200100825468706 },
  },
};

test('the numbers are those of the formulas before they were cut into files, to the last bit', () => {
  for (const task of learned) {
    const { truth, predictions, weights } = example(task);
    const metrics = evaluator(truth, predictions, { threshold: 0.5, minPrecision: 0.6 });
    const [each, weighted] = [metrics(), metrics(weights)];
    for (const [name, value] of Object.entries(before[task].each)) assert.equal(each[name], value, name);
    for (const [name, value] of Object.entries(before[task].weighted)) assert.equal(weighted[name], value, name);
  }
});
