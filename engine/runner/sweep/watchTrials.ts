import { pointsAfterStep } from '../../tracking/metricPoints.ts';
import type { Store } from '../../store/store.ts';
import { Halving, type HalvingRules, type Stop } from './halving.ts';

export interface Watch {
  /** Starts to watch the points of a run; `stop` is called once when the run must end. */
  add(trial: number, runId: string, stop: (why: string) => void): void;
  /** Reads the points of a trial a last time and stops watching it. */
  remove(trial: number): void;
  /** Adds the points of an earlier session: trials and their runs. */
  replay(runs: Iterable<[number, string]>): void;
  /** Whether any trial logged the metric by step. */
  readonly seen: boolean;
  close(): void;
}

const everyMs = 150;

interface Watched {
  runId: string;
  /** The last step that was read. */
  step: number;
  stop: (why: string) => void;
}

interface Point {
  step: number;
  /** When it was logged, epoch milliseconds. */
  at: number;
  value: number;
}

/**
 * Stops trials early by a metric that they log by step. It reads the metric from the store, so it works for every
 * program, however it logs. New points are handled in the order in which they were logged, so that a trial is compared
 * with everything that was known before it.
 */
export function watchTrials(store: Pick<Store, 'sql'>, metric: string, rules: HalvingRules): Watch {
  const halving = new Halving(rules);
  const watched = new Map<number, Watched>();
  let seen = false;
  const look = (): void => {
    const came = [...watched].flatMap(([trial, one]) =>
      inOrder(pointsAfter(store, one.runId, metric, one.step)).map((point) => ({ trial, one, point })),
    );
    for (const { trial, one, point } of came.toSorted((a, b) => a.point.at - b.point.at)) {
      if (!watched.has(trial)) continue;
      seen = true;
      one.step = point.step;
      const stop = halving.report(trial, point.step, point.value);
      if (!stop) continue;
      watched.delete(trial);
      one.stop(reasonOf(metric, stop));
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    add: (trial, runId, stop) => void watched.set(trial, { runId, step: Number.NEGATIVE_INFINITY, stop }),
    remove(trial) {
      const one = watched.get(trial);
      if (!one) return;
      // The trial has ended: its last points serve only as a comparison for others.
      one.stop = () => {};
      look();
      watched.delete(trial);
    },
    replay(runs) {
      for (const [trial, runId] of runs) this.add(trial, runId, () => {});
      look();
      watched.clear();
    },
    get seen() {
      return seen;
    },
    close: () => clearInterval(timer),
  };
}

function reasonOf(metric: string, { step, value, reached, best }: Stop): string {
  return `${metric} ${Number.isNaN(value) ? 'is NaN' : `${Number(value.toPrecision(4))} is not ${best === 1 ? 'the best' : `among the best ${best}`} of the ${reached} trials that reached this step`}, at step ${step}`;
}

/** Points of a trial in the order of their steps, none earlier than the one before it. */
function inOrder(points: readonly Point[]): Point[] {
  let latest = Number.NEGATIVE_INFINITY;
  return points.map((point) => ({ ...point, at: (latest = Math.max(latest, point.at)) }));
}

/** The last value of each step after one, in order. */
function pointsAfter(store: Pick<Store, 'sql'>, runId: string, metric: string, after: number): Point[] {
  return [
    ...new Map(
      pointsAfterStep(store, runId, metric, after).map(({ step, at, value, is_nan: isNan }) => [
        step,
        { step, at, value: isNan === 1 ? Number.NaN : value },
      ]),
    ).values(),
  ];
}
