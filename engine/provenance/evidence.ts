import type { Store } from '../store/store.ts';
import { findKey } from '../tracking/writeRun.ts';

/** How much a metric moved between runs that differ in one thing alone. */
export interface Evidence {
  /** Runs that were compared, without the two in question. */
  runs: number;
  /**
   * Mean over the groups of runs alike in all else: the largest mean of the metric for one value, less the smallest.
   */
  effect: number;
}

/** What a run was made with, thing by thing: `param:lr`, `seed`, `code`, `data:features`, `packages`. */
type Parts = Map<string, string>;

interface Known {
  runId: string;
  value: number;
  parts: Parts;
}

const mostRuns = 2000;

/** What other runs of the store tell of a metric; the newest 2,000 that have it are looked at. */
export class RunEvidence {
  readonly #runs: Known[];
  readonly #asked: ReadonlySet<string>;

  constructor({ sql }: Pick<Store, 'sql'>, metric: string, asked: readonly string[]) {
    this.#asked = new Set(asked);
    const key = findKey({ sql }, metric);
    const rows =
      key === null
        ? []
        : sql.all<{
            id: number;
            run_id: string;
            value: number;
            seed: number | null;
            commit_hash: string | null;
            patch: string | null;
            packages: string | null;
            as_of: number | null;
          }>(
            `SELECT r.id, r.run_id, l.value, r.seed, r.commit_hash, r.code ->> '$.patch' AS patch, r.environment ->> '$.packages' AS packages, r.as_of
       FROM latest l JOIN runs r ON r.id = l.run WHERE l.key = ? AND l.is_nan = 0 AND abs(l.value) < 1e308 AND r.deleted_at IS NULL AND r.status <> 'running' ORDER BY r.started_at DESC LIMIT ${mostRuns}`,
            key,
          );
    const ids = JSON.stringify(rows.map(({ id }) => id));
    const known = new Map(
      rows.map((row): [number, Known] => [
        row.id,
        {
          runId: row.run_id,
          value: row.value,
          parts: new Map([
            ['seed', String(row.seed)],
            ['code', `${row.commit_hash} ${row.patch}`],
            ['packages', String(row.packages)],
            ['period', String(row.as_of)],
          ]),
        },
      ]),
    );
    for (const { run, key: name, value } of sql.all<{ run: number; key: string; value: string }>(
      'SELECT p.run, p.key, p.value FROM json_each(?) j JOIN params p ON p.run = j.value',
      ids,
    ))
      known.get(run)?.parts.set(`param:${name}`, value);
    for (const { run, dataset, hash } of sql.all<{ run: number; dataset: string; hash: string }>(
      'SELECT r.id AS run, i.dataset, s.hash FROM json_each(?) j JOIN runs r ON r.id = j.value JOIN run_inputs i ON i.run_id = r.run_id JOIN snapshots s ON s.id = i.snapshot_id',
      ids,
    ))
      known.get(run)?.parts.set(`data:${dataset}`, hash);
    this.#runs = [...known.values()];
  }

  /**
   * What runs that differ in these parts alone tell (`data:` names all datasets together); null when there are none
   * beside the two asked about.
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
