import { prepareMetrics, type EvaluationOptions } from '../../engine/evaluation/evaluate.ts';
import { fairnessRows, measureFairness } from '../../engine/evaluation/fairness/fairness.ts';
import { fairnessInput } from '../../engine/evaluation/fairness/fairnessInput.ts';
import { groupsOf } from '../../engine/evaluation/groups.ts';
import { resample, type Interval } from '../../engine/evaluation/intervals.ts';
import type { Predictions } from '../../engine/evaluation/predictions.ts';
import { evaluateRows } from '../../engine/stages/validation/evaluateRows.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';

/** Rows of a model whose true metrics are known from many more rows. */
export interface Population {
  name: string;
  options: EvaluationOptions;
  /** `at_k` is this share of the rows, so that it means the same of any number of them. */
  topShare?: number;
  draw: (n: number, random: Random) => { truth: Float64Array; predictions: Predictions };
}

/** The share of samples whose interval contains the true value, and the mean width of the intervals. */
export interface Coverage {
  metric: string;
  n: number;
  covered: number;
  width: number;
  /** Samples with an interval: the metric is not defined in a sample without a positive row. */
  samples: number;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Scores of a class at a distance in standard deviations from the other; calibrated, or with a second mode. */
export function binaryPopulation(share: number, distance: number, form: 'calibrated' | 'bimodal'): Population {
  return {
    name: `${100 * share} % positive, distance ${distance}, ${form}`,
    options: { threshold: distance < 2 ? share : 0.5, minPrecision: 0.6 },
    draw: (n, random) => {
      const truth = Float64Array.from({ length: n }, () => Number(random.next() < share));
      const values = truth.map((label) => {
        const isFar = form === 'calibrated' || random.next() < 0.6;
        const x = normal(random) + (label === 1 && isFar ? distance : 0);
        const odds = Math.exp(distance * x - distance ** 2 / 2) * (share / (1 - share));
        return odds / (1 + odds);
      });
      return { truth, predictions: { task: 'binary', values, probabilities: [] } };
    },
  };
}

/** Errors of a regression, by the form of their distribution. */
export function regressionPopulation(name: string, error: (random: Random) => number): Population {
  return {
    name,
    options: { threshold: null, minPrecision: 0.9 },
    draw: (n, random) => {
      const values = Float64Array.from({ length: n }, () => 2 * normal(random));
      return {
        truth: values.map((value) => value + error(random)),
        predictions: { task: 'regression', values, probabilities: [] },
      };
    },
  };
}

export function studentT(df: number): (random: Random) => number {
  return (random) => {
    let squares = 0;
    for (let i = 0; i < df; i++) squares += normal(random) ** 2;
    return normal(random) / Math.sqrt(squares / df);
  };
}

/** Three classes of which the last is rare and often taken for another one. */
export const classPopulation: Population = {
  name: 'three classes',
  options: { threshold: null, minPrecision: 0.9 },
  draw: (n, random) => {
    const of = (shares: readonly number[]) => {
      const at = random.next();
      return at < (shares[0] ?? 0) ? 0 : at < (shares[0] ?? 0) + (shares[1] ?? 0) ? 1 : 2;
    };
    const right = [
      [0.85, 0.1, 0.05],
      [0.2, 0.75, 0.05],
      [0.2, 0.2, 0.6],
    ];
    const truth = Float64Array.from({ length: n }, () => of([0.6, 0.3, 0.1]));
    const values = truth.map((label) => of(right[label] ?? []));
    const sure = truth.map(() => 0.4 + 0.6 * random.next());
    const probabilities = [0, 1, 2].map((c) => sure.map((p, i) => (values[i] === c ? p : (1 - p) / 2)));
    return { truth, predictions: { task: 'multiclass', values, probabilities } };
  },
};

function optionsAt({ options, topShare }: Population, n: number, only?: readonly string[]): EvaluationOptions {
  return {
    ...options,
    only,
    parameters: { ...options.parameters, ...(topShare && { atK: Math.round(topShare * n) }) },
  };
}

/** How often the 95 % intervals of each metric contain its value among 150,000 rows. */
export function coverageOf(
  population: Population,
  sizes: readonly number[],
  { samples, seed, only }: { samples: number; seed: number; only?: readonly string[] },
): Coverage[] {
  const random = seededRandom(seed);
  const all = population.draw(150_000, random);
  const truths = prepareMetrics(all.truth, all.predictions, optionsAt(population, 150_000, only)).values();
  return sizes.flatMap((n) => {
    const found = new Map<string, Coverage>();
    const options = optionsAt(population, n, only);
    for (let s = 0; s < samples; s++) {
      const { truth, predictions } = population.draw(n, random);
      const prepared = prepareMetrics(truth, predictions, options);
      const resampled = resample({ n, seed: s, resamples: 200 }, prepared.statistics);
      for (const [metric, value] of Object.entries(prepared.values())) {
        const interval = value === null ? null : prepared.intervalOf(metric, resampled, 0.95);
        if (interval && only?.includes(metric) !== false)
          count(found, { metric, n }, truths[metric] ?? Number.NaN, interval);
      }
    }
    return [...found.values()].map(shareOfSamples);
  });
}

/**
 * How often the 95 % intervals of `name@champion` contain the difference among 150,000 rows. The champion answers like
 * the model, but for a share of the rows, whose answers are those of other rows.
 */
export function championCoverage(
  population: Population,
  sizes: readonly number[],
  { samples, seed, apart }: { samples: number; seed: number; apart: number },
): Coverage[] {
  const random = seededRandom(seed);
  const draw = (n: number) => {
    const { truth, predictions } = population.draw(n, random);
    const values = predictions.values.map((value) =>
      random.next() < apart ? (predictions.values[random.integer(n)] ?? value) : value,
    );
    return { truth, predictions, champion: { ...predictions, values } };
  };
  const all = draw(150_000);
  const [own, rival] = [all.predictions, all.champion].map((one) =>
    prepareMetrics(all.truth, one, population.options).values(),
  );
  return sizes.flatMap((n) => {
    const found = new Map<string, Coverage>();
    for (let s = 0; s < samples; s++) {
      const evaluation = evaluateRows({
        test: { ...draw(n), rows: n, groups: new Map(), missing: new Map(), sample: { rows: 0, columns: {} } },
        options: population.options,
        championThreshold: population.options.threshold,
        attributes: [],
        seed: s,
        signal: new AbortController().signal,
      });
      for (const metric of Object.keys(evaluation.differences ?? {})) {
        const interval = evaluation.intervalOf(`${metric}@champion`, 0.95);
        const truth = (own?.[metric] ?? Number.NaN) - (rival?.[metric] ?? Number.NaN);
        if (interval) count(found, { metric: `${metric}@champion`, n }, truth, interval);
      }
    }
    return [...found.values()].map(shareOfSamples);
  });
}

/** How often the 95 % intervals of fairness contain the true value; groups have selection and positive rates of their own. */
export function fairnessCoverage(
  groups: readonly { rows: number; selected: number; positive: number }[],
  truths: Readonly<Record<string, number>>,
  { samples, seed }: { samples: number; seed: number },
): Coverage[] {
  const random = seededRandom(seed);
  const names = groups.flatMap(({ rows }, g) => Array.from({ length: rows }, () => `g${g}`));
  const of = groups.flatMap((group) => Array.from({ length: group.rows }, () => group));
  const found = new Map<string, Coverage>();
  for (let s = 0; s < samples; s++) {
    const labels = Float64Array.from(of, ({ positive }) => Number(random.next() < positive));
    const values = Float64Array.from(of, ({ selected }) => Number(random.next() < selected));
    const predictions = { task: 'binary' as const, values, probabilities: [] };
    const input = fairnessInput(labels, predictions, { threshold: 0.5, minPrecision: 0.9, areProbabilities: false });
    const rows = fairnessRows('g', groupsOf(names), input);
    for (const [measure, truth] of Object.entries(truths)) {
      const measured = measureFairness([rows], `${measure}[g]`, { confidence: 0.95, isAsked: true });
      if (measured?.kind === 'value' && measured.interval)
        count(found, { metric: measure, n: of.length }, truth, measured.interval);
    }
  }
  return [...found.values()].map(shareOfSamples);
}

function count(
  found: Map<string, Coverage>,
  { metric, n }: Pick<Coverage, 'metric' | 'n'>,
  truth: number,
  { low, high }: Interval,
): void {
  const so = found.get(metric) ?? { metric, n, covered: 0, width: 0, samples: 0 };
  so.samples++;
  so.width += high - low;
  if (low - 1e-9 <= truth && truth <= high + 1e-9) so.covered++;
  found.set(metric, so);
}

function shareOfSamples(found: Coverage): Coverage {
  return { ...found, covered: found.covered / found.samples, width: found.width / found.samples };
}
