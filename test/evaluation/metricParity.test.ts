import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareMetrics } from '../../engine/evaluation/evaluate.ts';
import { measures } from '../../engine/evaluation/measures.ts';
import { tasksOf } from '../../engine/evaluation/measures/measure.ts';
import type { MetricParameters } from '../../engine/evaluation/metricParameters.ts';
import type { Predictions } from '../../engine/evaluation/predictions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { isLong } from '../helpers/rounds.ts';
import { answersOf, preparePython } from '../statistics/parityPython.ts';

/**
 * Each metric against scikit-learn, with and without weights. Variations: 1 to 300 rows; one class, two rows, 1 % of a
 * class, classes without a row; scores that are distinct, tied, constant, certain, beyond [0, 1] and infinite spread;
 * weights that are equal, whole, fractions, 0 and of very different size; numbers that are tiny, huge, tied and 0; one to 20
 * labels, of all rows, of none and rare ones, rows without any; queries of 1 to 40 rows in any order, with ties, without
 * a relevant row and with nothing else, grades that are no whole numbers, k beyond the rows.
 */
interface Case {
  question: [task: string, args: unknown[]];
  ours: Record<string, number | null>;
  /** Sums of numbers of this size lose digits. */
  scale: number;
}

const random = seededRandom(20260712);
const list = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
const size = () => [1, 2, 3, 5, 10, 40, 120, 300][random.integer(8)] ?? 1;

function weightsOf(n: number, i: number): number[] | null {
  const forms = [
    null,
    list(n, () => 1 + random.integer(4)),
    list(n, () => random.next() + 0.01),
    list(n, () => random.integer(3)).with(0, 2),
    list(n, () => 10 ** (random.integer(9) - 4)),
  ];
  return forms[i % forms.length] ?? null;
}

function metricsOf(
  truth: number[],
  predictions: Omit<Predictions, 'values' | 'weights'> & { values: number[]; weights: number[] | null },
  options: { threshold: number | null; parameters: MetricParameters; areProbabilities?: boolean },
): Record<string, number | null> {
  const { values, weights, ...rest } = predictions;
  return prepareMetrics(
    Float64Array.from(truth),
    { ...rest, values: Float64Array.from(values), ...(weights && { weights: Float64Array.from(weights) }) },
    { ...options, minPrecision: 0.6 },
  ).values();
}

/** Rows of weight 0 are not there for us; scikit-learn counts them in some metrics as rows. */
function withWeight(weights: number[] | null, n: number): number[] {
  return list(n, (i) => i).filter((i) => (weights?.[i] ?? 1) > 0);
}

function binaryCase(i: number): Case {
  const n = size();
  const share = [0.5, 0.01, 0.99, 0, 1][i % 5] ?? 0.5;
  const labels = list(n, () => Number(random.next() < share));
  const scores = list(
    n,
    (k) =>
      [
        random.next(),
        random.integer(4) / 3,
        0.5,
        labels[k] ?? 0,
        8 * random.next() - 4,
        0.3 * (labels[k] ?? 0) + 0.7 * random.next(),
        (random.next() - 0.5) * 10 ** random.integer(12),
      ][i % 7] ?? 0,
  );
  const weights = weightsOf(n, random.integer(5));
  const threshold = scores[random.integer(n)] ?? 0.5;
  const parameters = {
    beta: 0.25 + random.next() * 4,
    atK: 1 + random.integer(20),
    topShare: [0.1, 0.01, 0.5, 1][random.integer(4)] ?? 0.1,
    costs: [0, 1].map(() => [0, 1].map(() => random.integer(40) - 5)),
  };
  const kept = withWeight(weights, n);
  const of = (values: number[]) => kept.map((k) => values[k] ?? 0);
  const areProbabilities = of(scores).every((score) => score >= 0 && score <= 1);
  return {
    question: ['binary', [of(labels), of(scores), of(weights ?? list(n, () => 1)), threshold, parameters]],
    ours: metricsOf(
      labels,
      { task: 'binary', values: scores, probabilities: [], weights },
      { threshold, parameters, areProbabilities },
    ),
    scale: 1,
  };
}

function multiclassCase(i: number): Case {
  const n = size();
  const k = [3, 4, 7, 25][i % 4] ?? 3;
  const used = i % 3 === 0 ? 1 + random.integer(k) : k;
  const columns = list(k, () => 0).map(() =>
    list(n, () => (i % 2 === 0 ? random.next() + 1e-3 : (1 + random.integer(3)) / 8)),
  );
  const labels = list(n, () => random.integer(used));
  const decided = list(n, (row) =>
    random.next() < 0.4
      ? random.integer(k)
      : columns.reduce((best, column, c) => ((column[row] ?? 0) > (columns[best]?.[row] ?? 0) ? c : best), 0),
  );
  const weights = weightsOf(n, random.integer(5));
  const parameters = {
    topK: 1 + random.integer(4),
    costs: list(k, () => 0).map(() => list(k, () => random.integer(9))),
  };
  const kept = withWeight(weights, n);
  const of = (values: number[]) => kept.map((row) => values[row] ?? 0);
  return {
    question: [
      'multiclass',
      [
        of(labels),
        of(decided),
        columns.map(of),
        of(weights ?? list(n, () => 1)),
        { ...parameters, areEqual: !weights },
      ],
    ],
    ours: metricsOf(
      labels,
      {
        task: 'multiclass',
        values: decided,
        probabilities: columns.map((column) => Float64Array.from(column)),
        weights,
      },
      { threshold: null, parameters },
    ),
    scale: 1,
  };
}

function regressionCase(i: number): Case {
  const n = size();
  const shapes = [
    () => random.next() * 2 - 1,
    () => Math.exp(random.next() * 20),
    () => random.integer(3),
    () => 4.2,
    () => (random.next() < 0.9 ? 0 : random.next() * 1e6),
    () => random.next() * 1e-8,
  ];
  const shape = shapes[i % shapes.length] ?? (() => 0);
  const truth = list(n, shape);
  const values = truth.map((y) => (i % 4 === 0 ? y : y * (0.8 + random.next() * 0.4)) + (i % 7 === 0 ? shape() : 0));
  const weights = weightsOf(n, random.integer(5));
  const kept = withWeight(weights, n);
  const of = (all: number[]) => kept.map((row) => all[row] ?? 0);
  const parameters = { quantile: [0.05, 0.5, 0.9][i % 3] };
  return {
    question: [
      'regression',
      [of(truth), of(values), of(weights ?? list(n, () => 1)), { ...parameters, areEqual: !weights }],
    ],
    ours: metricsOf(truth, { task: 'regression', values, probabilities: [], weights }, { threshold: null, parameters }),
    scale: Math.max(1, ...truth.map(Math.abs)),
  };
}

function multilabelCase(i: number): Case {
  const n = size();
  const width = [1, 2, 3, 8, 20][i % 5] ?? 3;
  const share = (l: number) => [0.5, 0.02, 0, 1, 0.9][(i + l) % (i % 3 === 0 ? 5 : 2)] ?? 0.5;
  const truth = list(width, () => 0).map((_, l) => list(n, () => Number(random.next() < share(l))));
  const scores = truth.map((column) =>
    list(
      n,
      (k) =>
        [
          random.next(),
          random.integer(3) / 2,
          0.5,
          column[k] ?? 0,
          8 * random.next() - 4,
          0.4 * (column[k] ?? 0) + 0.6 * random.next(),
        ][i % 6] ?? 0,
    ),
  );
  const threshold = [0.5, 0, 2, scores[0]?.[0] ?? 0.5][random.integer(4)] ?? 0.5;
  const isDecided = i % 4 === 3;
  const decided = scores.map((column) =>
    column.map((score) => Number(isDecided ? random.next() < 0.4 : score >= threshold)),
  );
  const hasScores = i % 8 !== 7;
  const weights = weightsOf(n, random.integer(5));
  const kept = withWeight(weights, n);
  const of = (values: number[]) => kept.map((row) => values[row] ?? 0);
  const counts = list(n, (row) => truth.reduce((sum, column) => sum + (column[row] ?? 0), 0));
  return {
    question: [
      'multilabel',
      [truth.map(of), decided.map(of), hasScores ? scores.map(of) : null, of(weights ?? list(n, () => 1)), {}],
    ],
    ours: metricsOf(
      counts,
      {
        task: 'multilabel',
        values: list(n, () => 0),
        probabilities: hasScores ? scores.map((column) => Float64Array.from(column)) : [],
        labels: {
          truth: truth.map((column) => Uint8Array.from(column)),
          decided: isDecided || !hasScores ? decided.map((column) => Uint8Array.from(column)) : null,
        },
        weights,
      },
      { threshold, parameters: {}, areProbabilities: scores.flatMap(of).every((score) => score >= 0 && score <= 1) },
    ),
    scale: 1,
  };
}

function rankingCase(i: number): Case {
  const queries = [1, 2, 5, 20][i % 4] ?? 1;
  const parameters = {
    atK: [1, 2, 3, 5, 10, 50][random.integer(6)] ?? 10,
    relevantFrom: [undefined, 1, 2, 0.5][random.integer(4)],
    gain: (['linear', 'exponential'] as const)[random.integer(2)],
    withoutRelevant: (['zero', 'one', 'skip'] as const)[random.integer(3)],
  };
  const grades = [[0, 1], [0, 0, 0, 1, 2, 3], [0], [0, 0.5, 1.5], [0, 0, 0, 0, 0, 0, 0, 0, 4], [1, 2]][i % 6] ?? [0];
  const asked = list(queries, () => 0).map(() => {
    // All orders of tied rows are tried, so only short queries have ties.
    const isTied = random.next() < 0.6;
    const rows = isTied ? 1 + random.integer(6) : 1 + random.integer(40);
    const scores = list(rows, (k) =>
      isTied ? random.integer(3) - 1 : ([random.next(), k, (random.next() - 0.5) * 1e9][i % 3] ?? 0),
    );
    return [list(rows, () => grades[random.integer(grades.length)] ?? 0), scores] as const;
  });
  const byQuery = weightsOf(queries, random.integer(5));
  // The rows of the queries in any order.
  const inOrder = asked.flatMap(([relevance, scores], q) =>
    relevance.map((grade, k) => ({ grade, score: scores[k] ?? 0, q })),
  );
  const mixed = [...inOrder.keys()];
  random.shuffle(mixed);
  const rows = mixed.flatMap((at) => inOrder[at] ?? []);
  const kept = withWeight(byQuery, queries);
  return {
    question: [
      'ranking',
      [
        kept.map((q) => asked[q]),
        kept.map((q) => byQuery?.[q] ?? 1),
        { ...parameters, relevantFrom: parameters.relevantFrom ?? null },
      ],
    ],
    ours: metricsOf(
      rows.map(({ grade }) => grade),
      {
        task: 'ranking',
        values: rows.map(({ score }) => score),
        probabilities: [],
        queries: Int32Array.from(rows, ({ q }) => q),
        weights: byQuery && rows.map(({ q }) => byQuery[q] ?? 0),
      },
      { threshold: null, parameters },
    ),
    scale: 1,
  };
}

const lacking = preparePython();
const skip = lacking === null || process.env['CI'] === 'true' ? false : `no Python to compare with: ${lacking}`;

test('every metric agrees with scikit-learn, weighted or not, on nasty rows', { skip }, (t) => {
  assert.equal(lacking, null);
  const cases = Array.from({ length: isLong ? 700 : 16 }, (_, i) => [
    binaryCase(i),
    multiclassCase(i),
    regressionCase(i),
    multilabelCase(i),
    rankingCase(i),
  ]).flat();
  const script = join(import.meta.dirname, 'metricParity.py');
  const questions = cases.map(({ question }) => question);
  // A Python that asks scikit-learn of all of them would be taken for one that hangs.
  const answers = Array.from({ length: Math.ceil(questions.length / 300) }, (_, part) =>
    answersOf(script, questions.slice(300 * part, 300 * (part + 1))),
  ).flat() as Record<string, number | null>[];
  const seen = new Map<string, { n: number; undefined: number; difference: number }>();
  for (const [i, { question, ours, scale }] of cases.entries()) {
    for (const [name, theirs] of Object.entries(answers[i] ?? {})) {
      const own = ours[name] ?? null;
      const what = `${name}: ours ${own}, theirs ${theirs} for ${JSON.stringify(question).slice(0, 600)}`;
      const known = seen.get(name) ?? { n: 0, undefined: 0, difference: 0 };
      seen.set(name, known);
      if (theirs === null) {
        assert.equal(own, null, what);
        known.undefined++;
        continue;
      }
      assert.ok(own !== null, what);
      // R² of nearly equal numbers is a difference of large ones.
      const size = ['rmse', 'mae', 'median_absolute_error', 'quantile_loss'].includes(name) ? scale : 1;
      const difference = Math.abs(own - theirs) / Math.max(size, Math.abs(theirs));
      assert.ok(difference <= 1e-9, what);
      known.n++;
      known.difference = Math.max(known.difference, difference);
    }
  }
  const all = measures.flatMap((measure) => tasksOf(measure).map(() => measure.name));
  for (const name of new Set(all)) assert.ok((seen.get(name)?.n ?? 0) > 0, `${name} was compared`);
  for (const [name, { n, undefined: none, difference }] of seen)
    t.diagnostic(`${name}: ${n} cases, ${none} without a value, largest difference ${difference.toExponential(1)}`);
});
