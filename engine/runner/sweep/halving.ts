export interface HalvingRules {
  direction: 'maximize' | 'minimize';
  /** The step of the first rung. */
  minSteps: number;
  /** One in this many trials continues from each rung. */
  reduction: number;
}

/** The numbers behind stopping a trial, for a sentence. */
export interface Stop {
  step: number;
  value: number;
  /** How many trials have reached the rung, this one included, and how many of them continue. */
  reached: number;
  best: number;
}

/**
 * Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning") that stops
 * early instead of pausing: at the steps `minSteps`, `minSteps` × `reduction`, `minSteps` × `reduction`², … a trial
 * continues only when its value is among the best 1/`reduction` of all values at that rung so far; the first trial
 * always continues. A trial whose value is NaN stops at its next rung. The decisions equal those of Optuna's
 * SuccessiveHalvingPruner with a min_early_stopping_rate of 0.
 */
export class Halving {
  readonly #rules: HalvingRules;
  /** The value of each trial at each rung. */
  readonly #rungs: Map<number, number>[] = [];
  readonly #reached = new Map<number, number>();

  constructor(rules: HalvingRules) {
    this.#rules = rules;
  }

  /** Reports the value of a trial at a step, in the order of its steps. Returns why the trial must stop, or null. */
  report(trial: number, step: number, value: number): Stop | null {
    const { minSteps, reduction } = this.#rules;
    for (let rung = this.#reached.get(trial) ?? 0; ; rung++) {
      if (step < minSteps * reduction ** rung) return null;
      if (Number.isNaN(value)) return { step, value, reached: this.#rungs[rung]?.size ?? 0, best: 0 };
      const values = (this.#rungs[rung] ??= new Map<number, number>()).set(trial, value);
      this.#reached.set(trial, rung + 1);
      const best = Math.max(1, Math.floor(values.size / reduction));
      if (!this.#isAmong(best, value, [...values.values()])) return { step, value, reached: values.size, best };
    }
  }

  #isAmong(best: number, value: number, all: readonly number[]): boolean {
    const sign = this.#rules.direction === 'maximize' ? -1 : 1;
    const bound = all.map((one) => sign * one).toSorted((a, b) => a - b)[best - 1] ?? 0;
    return sign * value <= bound;
  }
}
