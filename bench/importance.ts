import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../engine/statistics/random.ts';
import { ensureExperiment } from '../engine/tracking/experiments.ts';
import { paramImportance } from '../engine/tracking/paramImportance.ts';
import { openStore } from '../engine/tracking/openStore.ts';
import { type Store } from '../engine/store/store.ts';
import { writeParam, writePoints } from '../engine/tracking/writeRun.ts';
import { inMs } from './measure.ts';

// Which params move a metric, in the engine: part of `npm run bench -- --tracking`, or alone `node_modules/.bin/node
// bench/importance.ts`.

/** Runs of numeric params and of every fourth with five categories; the first moves the metric. */
function writeTrials(store: Store, runs: number, params: number): void {
  const random = seededRandom(3);
  store.sql.write(() => {
    ensureExperiment(store, 'default');
    for (let i = 0; i < runs; i++) {
      const at = 1_700_000_000_000 + i * 1000;
      const { lastId } = store.sql.run(
        "INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at) VALUES (?, ?, 'default', 'finished', ?, ?)",
        i.toString(16).padStart(32, '0'),
        `run-${i}`,
        at,
        at + 500,
      );
      const drawn = Array.from({ length: params }, (_, at) =>
        at % 4 === 3 ? (['a', 'b', 'c', 'd', 'e'][random.integer(5)] ?? '') : random.next(),
      );
      for (const [at, value] of drawn.entries()) writeParam(store, lastId, `p${at}`, value);
      writePoints(store, lastId, [{ key: 'acc', value: Number(drawn[0]) * 3 + random.next(), step: 0, at }]);
    }
  });
}

/** Times the answer, and how long anything else had to wait meanwhile. */
export async function benchImportance(work: string): Promise<void> {
  const folder = join(work, 'importance');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'loopwright.yaml'), 'version: 1\nproject: importance\nstages: {}\n');
  const store = openStore(folder);
  writeTrials(store, 2000, 20);
  const [took, longest]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    let [worst, last, going] = [0, performance.now(), true];
    const look = (): void => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
      if (going) setImmediate(look);
    };
    const began = performance.now();
    const asked = paramImportance(store, { metric: 'acc', of: { query: {} } });
    setImmediate(look);
    const { params } = await asked;
    going = false;
    if (params[0]?.key !== 'p0') throw new Error(`${params[0]?.key} is said to move the metric most`);
    took.push(performance.now() - began);
    longest.push(worst);
  }
  store.sql.close();
  console.log(
    `\nparam importance of 2,000 runs × 20 params: ${inMs(took)}; the longest that other requests waited meanwhile: ${inMs(longest)}`,
  );
}

if (process.argv[1] === import.meta.filename)
  await benchImportance(join(import.meta.dirname, '..', 'build', 'bench', 'tracking'));
