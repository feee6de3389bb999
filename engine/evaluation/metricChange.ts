import { studentInterval } from '../statistics/studentInterval.ts';
import { prepareBoth, type EvaluationOptions } from './evaluate.ts';
import { fewestRows } from './fewestRows.ts';
import { intervalOf, resample, type Interval, type Resampled } from './intervals.ts';
import { pairedInterval } from './pairedInterval.ts';
import { pairedLosses, pivotInterval, pivotOfChange } from './pairedLosses.ts';
import type { Predictions } from './predictions.ts';
import { union } from './union.ts';

/** The metrics of rows before and after something was changed in them. */
export interface ComparedAnswers {
  /** Rows with a true value and an answer. */
  n: number;
  /** Rows whose answer is another one after. */
  moved: number;
  /** The rows that a metric is about. */
  rowsBehind: (name: string) => number;
  /** Null for a metric that is not defined before or after. */
  valuesOf: (name: string) => { before: number; after: number } | null;
  /** The interval of the change, after minus before; null where there is none. */
  changeInterval: (name: string, confidence: number) => Interval | null;
  /** The interval of the value after. */
  afterInterval: (name: string, confidence: number) => Interval | null;
}

/**
 * Compares two answers to the same rows, of which every one has both and a weight above 0. `options.only` should name
 * the metrics: each is computed for every resample.
 *
 * A share of rows, and any metric where hardly an answer moved, has the interval that two models have
 * (`pairedInterval`). That one allows for more than was seen, and is too wide where many answers moved: means of losses
 * then span Student's interval and the studentised bootstrap of the differences of rows, other metrics the percentiles of
 * the differences over the resamples and the normal interval of their spread.
 */
export function compareAnswers(
  truth: Float64Array,
  answers: { before: Predictions; after: Predictions },
  options: EvaluationOptions,
  seed: number,
): ComparedAnswers {
  const [after, before] = prepareBoth(
    truth,
    { predictions: answers.after, options },
    { predictions: answers.before, options },
  );
  const moved = truth.reduce((sum, _, row) => sum + Number(hasMoved(answers.before, answers.after, row)), 0);
  const values = { before: before.values(), after: after.values() };
  const valuesOf = (name: string) => {
    const [a, b] = [values.after[name] ?? null, values.before[name] ?? null];
    return a === null || b === null ? null : { before: b, after: a };
  };
  const losses = lossesOf([after, before], Object.keys(values.after), answers.after.weights);
  let drawn: Drawn | null = null;
  const resamples = () => (drawn ??= bothResampled([after, before], losses, seed));
  return {
    n: after.n,
    moved,
    rowsBehind: (name) => Math.min(after.rowsBehind(name), before.rowsBehind(name)),
    valuesOf,
    changeInterval: (name, confidence) => {
      const found = valuesOf(name);
      if (!found) return null;
      const { own, rival, differences, pivots } = resamples();
      const likeModels = () =>
        pairedInterval(
          { own: { prepared: after, resampled: own }, rival: { prepared: before, resampled: rival }, differences },
          name,
          confidence,
        );
      if (moved < fewestRows || after.hits(name)) return likeModels();
      const all = losses.get(name)?.() ?? null;
      const ofLosses =
        all && all.error > 0
          ? union(
              pivotInterval(all, pivots.get(name), confidence),
              studentInterval(all.change, all.error, after.n - 1, confidence),
            )
          : null;
      if (ofLosses) return ofLosses;
      const spread = intervalOf(differences, name, confidence);
      return spread
        ? union(spread, normalInterval(found.after - found.before, differences.get(name), after.n, confidence))
        : likeModels();
    },
    afterInterval: (name, confidence) => after.intervalOf(name, resamples().own, confidence),
  };
}

function hasMoved(before: Predictions, after: Predictions, row: number): boolean {
  return (
    before.values[row] !== after.values[row] ||
    before.probabilities.some((column, c) => column[row] !== after.probabilities[c]?.[row])
  );
}

type Losses = ReadonlyMap<string, ReturnType<typeof pairedLosses>>;
type Both = ReturnType<typeof prepareBoth>;

/** The changes of the metrics that are means of losses of all rows. */
function lossesOf([own, rival]: Both, names: readonly string[], weights: Float64Array | undefined): Losses {
  return new Map(
    names.flatMap((name) => {
      const [a, b] = [own.losses(name), rival.losses(name)];
      return a && b && a.losses.length === own.draws.n && b.losses.length === own.draws.n
        ? [[name, pairedLosses(a, b, weights)]]
        : [];
    }),
  );
}

function normalInterval(
  change: number,
  drawn: Float64Array | undefined,
  n: number,
  confidence: number,
): Interval | null {
  if (!drawn || drawn.length < 2) return null;
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (drawn.length - 1);
  return studentInterval(change, Math.sqrt(variance), n - 1, confidence);
}

interface Drawn {
  own: Resampled;
  rival: Resampled;
  differences: Resampled;
  pivots: Resampled;
}

function bothResampled([own, rival]: Both, losses: Losses, seed: number): Drawn {
  const whole = new Map([...losses].map(([name, spreadOf]) => [name, spreadOf()]));
  const keyed = resample({ ...own.draws, seed }, (weights) => {
    const [a, b] = [own.statistics(weights), rival.statistics(weights)];
    const all: Record<string, number | null> = {};
    for (const [name, value] of Object.entries(a)) all[`own ${name}`] = value;
    for (const [name, value] of Object.entries(b)) {
      all[`rival ${name}`] = value;
      const other = a[name] ?? null;
      if (value !== null && other !== null) all[`differences ${name}`] = other - value;
    }
    for (const [name, spreadOf] of losses) {
      const spread = whole.get(name);
      if (spread) all[`pivots ${name}`] = pivotOfChange(spreadOf(weights), spread);
    }
    return all;
  });
  const part = (prefix: string): Resampled =>
    new Map(
      [...keyed].flatMap(([key, values]) =>
        key.startsWith(`${prefix} `) ? [[key.slice(prefix.length + 1), values]] : [],
      ),
    );
  return { own: part('own'), rival: part('rival'), differences: part('differences'), pivots: part('pivots') };
}
