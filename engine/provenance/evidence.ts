import type { Store } from '../store/store.ts';
import { snapshotHashesOf } from '../tracking/runInputs.ts';
import { runsWithMetric } from '../tracking/runsWithMetric.ts';
import { paramsOfRuns } from '../tracking/runValues.ts';

/** The change of a metric between runs that differ in one part only. */
export interface Evidence {
  /** The number of compared runs, without the two in question. */
  runs: number;
  /**
   * Mean over the groups of runs that are otherwise equal: the largest mean of the metric for one value minus the
   * smallest.
   */
  effect: number;
}

/** The inputs of a run by part: `param:lr`, `seed`, `code`, `data:features`, `packages`. */
type Parts = Map<string, string>;

interface Known {
  runId: string;
  value: number;
  parts: Parts;
}

const mostRuns = 2000;

/** Evidence about a metric from other runs of the store; the newest 2,000 with the metric are read. */
export class RunEvidence {
  readonly #runs: Known[];
  readonly #asked: ReadonlySet<string>;

  constructor(store: Pick<Store, 'sql'>, metric: string, asked: readonly string[]) {
    this.#asked = new Set(asked);
    const runs = runsWithMetric(store, metric, mostRuns);
    const ids = runs.map(({ id }) => id);
    const known = new Map(
      runs.map((run): [number, Known] => [
        run.id,
        {
          runId: run.runId,
          value: run.value,
          parts: new Map([
            ['seed', String(run.seed)],
            ['code', `${run.commit} ${run.patch}`],
            ['packages', String(run.packages)],
            ['period', String(run.asOf)],
          ]),
        },
      ]),
    );
    for (const { run, key, value } of paramsOfRuns(store, ids)) known.get(run)?.parts.set(`param:${key}`, value);
    for (const { run, dataset, hash } of snapshotHashesOf(store, ids))
      known.get(run)?.parts.set(`data:${dataset}`, hash);
    this.#runs = [...known.values()];
  }

  /**
   * Evidence from runs that differ only in these parts (`data:` stands for all datasets); null when there are no runs
   * besides the two in question.
   */
  of(part: string): Evidence | null {
    const own = (name: string) => (part.endsWith(':') ? name.startsWith(part) : name === part);
    const groups = new Map<string, Known[]>();
    for (const run of this.#runs) {
      const rest = JSON.stringify(
        [...run.parts].filter(([name]) => !own(name)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
      groups.set(rest, [...(groups.get(rest) ?? []), run]);
    }
    const effects: number[] = [];
    let runs = 0;
    for (const group of groups.values()) {
      const others = group.filter(({ runId }) => !this.#asked.has(runId)).length;
      const means = meansByValue(group, (run) =>
        JSON.stringify([...run.parts].filter(([name]) => own(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      );
      if (others === 0 || means.length < 2) continue;
      effects.push(Math.max(...means) - Math.min(...means));
      runs += others;
    }
    return effects.length === 0
      ? null
      : { runs, effect: effects.reduce((sum, effect) => sum + effect, 0) / effects.length };
  }
}

function meansByValue(runs: readonly Known[], valueOf: (run: Known) => string): number[] {
  const byValue = new Map<string, { sum: number; n: number }>();
  for (const run of runs) {
    const found = byValue.get(valueOf(run)) ?? { sum: 0, n: 0 };
    byValue.set(valueOf(run), { sum: found.sum + run.value, n: found.n + 1 });
  }
  return [...byValue.values()].map(({ sum, n }) => sum / n);
}
