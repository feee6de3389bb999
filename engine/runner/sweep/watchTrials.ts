import type { Store } from '../../tracking/store.ts';
import { Halving, type HalvingRules, type Stop } from './halving.ts';

export interface Watch {
  /** From now on the points of this run are looked at; `stop` is called once when it has to end. */
  add(trial: number, runId: string, stop: (why: string) => void): void;
  /** Looks a last time at what came of a trial, and no more after. */
  remove(trial: number): void;
  /** Takes in what an earlier session measured. */
  replay(trial: number, runId: string): void;
  /** Whether any trial logged the metric by step. */
  readonly seen: boolean;
  close(): void;
}

const everyMs = 150;

/** Stops trials early by a metric that they log by step, read from the store as it comes: the same for every program, however it logs. */
export function watchTrials(store: Pick<Store, 'sql'>, metric: string, rules: HalvingRules): Watch {
  const halving = new Halving(rules);
  const watched = new Map<number, { runId: string; step: number; stop: (why: string) => void }>();
  let seen = false;
  const look = (trial: number, runId: string, after: number): { stop: Stop | null; step: number } => {
    let step = after;
    for (const point of pointsAfter(store, runId, metric, after)) {
      seen = true;
      step = point.step;
      const stop = halving.report(trial, point.step, point.value);
      if (stop) return { stop, step };
    }
    return { stop: null, step };
  };
  const tick = () => {
    for (const [trial, one] of watched) {
      const { stop, step } = look(trial, one.runId, one.step);
      one.step = step;
      if (!stop) continue;
      watched.delete(trial);
one.stop(`${metric} ${Number.isNaN(stop.value) ? 'is NaN' : `${Number(stop.value.toPrecision(4))} is not ${stop.best === 1 ? 'the best' : `among the best ${stop.best}`} of the ${stop.reached} trials that reached this step`}, at step ${stop.step}`);
    }
  };
  const timer = setInterval(tick, everyMs);
  return {
    add: (trial, runId, stop) => void watched.set(trial, { runId, step: Number.NEGATIVE_INFINITY, stop }),
    remove(trial) {
      const one = watched.get(trial);
      if (one) look(trial, one.runId, one.step);
      watched.delete(trial);
    },
    replay: (trial, runId) => void look(trial, runId, Number.NEGATIVE_INFINITY),
    get seen() { return seen; },
    close: () => clearInterval(timer),
  };
}

/** The last value of each step after one, in order. */
function pointsAfter({ sql }: Pick<Store, 'sql'>, runId: string, metric: string, after: number): { step: number; value: number }[] {
  const rows = sql.all<{ step: number; value: number; is_nan: number }>(
    `SELECT p.step, p.value, p.is_nan FROM points p WHERE p.run = (SELECT id FROM runs WHERE run_id = ?) AND p.key = (SELECT id FROM metric_keys WHERE key = ?) AND p.step > ? ORDER BY p.step, p.at`,
    runId, metric, Number.isFinite(after) ? after : Number.MIN_SAFE_INTEGER);
  return [...new Map(rows.map(({ step, value, is_nan: isNan }) => [step, { step, value: isNan === 1 ? Number.NaN : value }])).values()];
}
