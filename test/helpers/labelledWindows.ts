import { judgeExpectations } from '../../engine/monitoring/expectations.ts';
import { realisedPerformance } from '../../engine/monitoring/performance.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';
import type { ExpectationState } from '../../protocol/drift.ts';
import { versionReport } from './versionReport.ts';
import { windowRows } from './windowRows.ts';

/** A stream of windows of one model whose performance does not change, of which so many rows have labels. */
export interface LabelledStream {
  metric: string;
  /** Share of positive rows; null for a regression, whose errors have heavy tails (Student's t, 5 degrees of freedom). */
  prevalence: number | null;
  /** Distance of the scores of the classes in standard deviations; of a regression, the scale of its error. */
  quality: number;
  labels: number;
  windows: number;
  seed: number;
}

/** How often each state occurs over the windows of a stream, held against a bound. */
export function statesOf(stream: LabelledStream, bound: number): Record<ExpectationState, number> {
  const states = { met: 0, uncertain: 0, broken: 0, waiting: 0, 'too few': 0, 'no value': 0 };
  const random = seededRandom(stream.seed);
  for (let i = 0; i < stream.windows; i++) {
    const state = stateOf(stream, bound, drawn(random, stream, stream.labels));
    if (state) states[state]++;
  }
  return states;
}

/** Windows of a stream that break their bound when any of so many of their labels, one number after the other, are there. */
export function everBroken(stream: LabelledStream, bound: number, looks: readonly number[]): number {
  const random = seededRandom(stream.seed);
  let broken = 0;
  for (let i = 0; i < stream.windows; i++) {
    const rows = drawn(random, stream, stream.labels);
    const first = (n: number) => ({ scores: rows.scores.slice(0, n), truth: rows.truth.slice(0, n) });
    if (looks.some((n) => stateOf(stream, bound, first(n)) === 'broken')) broken++;
  }
  return broken;
}

interface Drawn {
  scores: Float64Array;
  truth: number[];
}

function stateOf(stream: LabelledStream, bound: number, rows: Drawn): ExpectationState | undefined {
  const { labelled, rarerLabels, metrics } = realised(stream, rows);
  const limit = stream.metric === 'rmse' ? { max: bound } : { min: bound };
  const [expectation] = judgeExpectations(
    { deployment: 'd', reference: 'v', window: { every: '1d' }, expect: { [stream.metric]: limit } },
    {
      rows: labelled,
      answered: labelled,
      errors: 0,
      performance: metrics,
      labelled,
      rarerLabels,
      latency: null,
      values: [],
      labelsAreDue: true,
      hasLabels: true,
    },
  );
  return expectation?.state;
}

/** The value of a metric on so many rows that chance hardly moves it. */
export function trueValue(stream: Omit<LabelledStream, 'labels' | 'windows'>, rows = 400_000): number {
  const random = seededRandom(stream.seed + 1);
  const parts = 20;
  // A mean of parts, so that the interval of each takes no long time.
  const values = Array.from({ length: parts }, () => {
    const { metrics } = realised(stream, drawn(random, stream, rows / parts), 1);
    return metrics.get(stream.metric)?.value ?? Number.NaN;
  });
  return values.reduce((sum, value) => sum + value, 0) / parts;
}

function drawn(
  random: Random,
  { prevalence, quality }: Pick<LabelledStream, 'prevalence' | 'quality'>,
  rows: number,
): Drawn {
  const scores = new Float64Array(rows);
  const truth = Array.from({ length: rows }, (_, i) => {
    if (prevalence === null) {
      const value = gaussian(random);
      const spread = [1, 2, 3, 4, 5].reduce((sum) => sum + gaussian(random) ** 2, 0);
      scores[i] = value + quality * (gaussian(random) / Math.sqrt(spread / 5));
      return value;
    }
    const positive = random.next() < prevalence;
    const z = gaussian(random) + (positive ? quality : 0);
    // The calibrated score of a row.
    scores[i] = 1 / (1 + Math.exp(-(quality * z - quality ** 2 / 2 + Math.log(prevalence / (1 - prevalence)))));
    return positive ? 1 : 0;
  });
  return { scores, truth };
}

function realised({ prevalence }: Pick<LabelledStream, 'prevalence'>, { scores, truth }: Drawn, resamples?: number) {
  const report = versionReport({
    task: prevalence === null ? 'regression' : 'binary',
    positive: null,
    threshold: prevalence === null ? null : Math.min(0.5, prevalence * 3),
  });
  return realisedPerformance({ ...windowRows({}, scores), truth }, null, { report }, resamples);
}

/** A normal deviate (Box & Muller 1958). */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
