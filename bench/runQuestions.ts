import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureExperiment } from '../engine/tracking/experiments.ts';
import { listRuns } from '../engine/tracking/findRuns.ts';
import { metricSeries } from '../engine/tracking/metricSeries.ts';
import { runColumns } from '../engine/tracking/runColumns.ts';
import { runGroups } from '../engine/tracking/runGroups.ts';
import { openStore } from '../engine/tracking/openStore.ts';
import { type Store } from '../engine/store/store.ts';
import { metricKeyId, writeParam, writePoints, writeTag } from '../engine/tracking/writeRun.ts';
import type { RunQuery } from '../protocol/runs.ts';
import { inMs } from './measure.ts';

// Questions over 100,000 runs and a curve of 1,000,000 points, in the engine: part of `npm run bench -- --tracking`, or
// alone
// `node_modules/.bin/node bench/runQuestions.ts`.

/** 100,000 runs of 8 metrics and 5 params each. */
export function writeManyRuns(store: Store, count: number): void {
  const metrics = ['roc_auc', 'pr_auc', 'loss', 'f1', 'precision', 'recall', 'latency_p95_ms', 'train_seconds'];
  const experiments = ['default', 'wider', 'deep', 'xgb'];
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  store.sql.write(() => {
    for (const name of experiments) ensureExperiment(store, name);
    const keys = metrics.map((name) => metricKeyId(store, name));
    for (let i = 0; i < count; i++) {
      const at = 1_700_000_000_000 + i * 60_000;
      const { lastId } = store.sql.run(
        'INSERT INTO runs (run_id, name, experiment, status, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)',
        i.toString(16).padStart(32, '0'),
        `run-${i}`,
        experiments[i % 4] ?? 'default',
        i % 17 === 3 ? 'failed' : 'finished',
        at,
        at + Math.floor(random() * 1e6),
      );
      for (const key of keys) {
        const value = random();
        store.sql.run('INSERT INTO points VALUES (?, ?, 0, ?, ?, 0)', lastId, key, at, value);
        store.sql.run('INSERT INTO latest VALUES (?, ?, 0, ?, ?, 0, 1)', lastId, key, at, value);
      }
      writeParam(store, lastId, 'lr', Number((10 ** (-4 * random())).toPrecision(4)));
      writeParam(
        store,
        lastId,
        'hidden',
        [
          [64, 32],
          [128, 64],
          [256, 128],
        ][i % 3] ?? [],
      );
      writeParam(store, lastId, 'model', ['mlp', 'xgb', 'logreg'][i % 3] ?? '');
      writeParam(store, lastId, 'epochs', 10 + (i % 50));
      writeParam(store, lastId, 'seed', i);
      writeTag(store, lastId, 'team', ['a', 'b', 'c'][i % 3] ?? '');
    }
  });
}

/** Milliseconds of some turns; `before` each is not counted. */
function timed(turns: number, before: (turn: number) => void, work: (turn: number) => void): number[] {
  return Array.from({ length: turns }, (_, turn) => {
    before(turn);
    const started = performance.now();
    work(turn);
    return performance.now() - started;
  });
}

function tell(name: string, [first = Number.NaN, ...later]: number[]): void {
  console.log(`  ${name}: ${first.toFixed(1)} ms, ${inMs(later)}`);
}

/** Writes the store into a folder and asks it. */
export function benchQuestions(work: string): void {
  const folder = join(work, 'many');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'loopwright.yaml'), 'version: 1\nproject: many\nstages: {}\n');
  const store = openStore(folder);
  const [written = Number.NaN] = timed(
    1,
    () => {},
    () => writeManyRuns(store, 100_000),
  );
  console.log(`\n100,000 runs of 8 metrics, 5 params and a tag written in ${(written / 1000).toFixed(1)} s`);
  askRuns(store);
  askSeries(store);
  store.sql.close();
}

function askRuns(store: Store): void {
  const best = [{ column: 'metrics.pr_auc', descending: true }];
  const asked: [string, RunQuery][] = [
    ['newest first', {}],
    ['ordered by a metric', { order: best }],
    [
      'filter and order: metrics.roc_auc > 0.9 and params.lr < 0.01',
      { filter: 'metrics.roc_auc > 0.9 and params.lr < 0.01', order: best },
    ],
    [
      "filter and order: params.model = 'xgb' and metrics.f1 > 0.5",
      { filter: "params.model = 'xgb' and metrics.f1 > 0.5", order: best },
    ],
    [
      'filter and order, few meet it: three metrics > 0.95',
      { filter: 'metrics.roc_auc > 0.95 and metrics.f1 > 0.95 and metrics.recall > 0.95', order: best },
    ],
    ['filter with or', { filter: 'metrics.roc_auc > 0.9 or params.lr < 0.001', order: best }],
    [
      "filter with not and a tag: not (metrics.roc_auc > 0.9 or tags.team = 'a')",
      { filter: "not (metrics.roc_auc > 0.9 or tags.team = 'a')", order: best },
    ],
    ["filter by a state: status = 'failed'", { filter: "status = 'failed'", order: best }],
    ['ordered by name', { order: [{ column: 'name', descending: false }] }],
    ['ordered by a param', { order: [{ column: 'params.lr', descending: false }] }],
    ['ordered by duration', { order: [{ column: 'duration', descending: true }] }],
    ['ordered by a tag', { order: [{ column: 'tags.team', descending: false }] }],
    [
      'ordered by a param of three values, then a metric',
      { order: [{ column: 'params.model', descending: false }, ...best] },
    ],
    ['words', { search: 'run-9999' }],
    ['last page, ordered by a metric', { order: best, offset: 99_900 }],
    ['last page of a filter, ordered by a metric', { filter: 'metrics.roc_auc > 0.5', order: best, offset: 49_900 }],
  ];
  // A write makes the engine find all anew, as when runs go on.
  const write = (turn: number): void => writeTag(store, 1, 'tick', String(turn));
  console.log(
    '\na page of 100 with the total, in the engine (goal 20 ms for filter and order); first time, then median of 20 with everything found anew',
  );
  for (const [name, query] of asked)
    tell(
      name,
      timed(21, write, () => listRuns(store, { limit: 100, ...query })),
    );
  tell(
    'groups by a param with two metrics',
    timed(21, write, () => runGroups(store, {}, 'params.model', ['loss', 'roc_auc'])),
  );
  tell(
    'groups of a filter by the experiment with two metrics',
    timed(21, write, () =>
      runGroups(store, { filter: 'metrics.roc_auc > 0.9 and params.lr < 0.01' }, 'experiment', ['loss', 'roc_auc']),
    ),
  );
  tell(
    'columns',
    timed(21, write, () => runColumns(store, {})),
  );
}

function askSeries(store: Store): void {
  const points = 1_000_000;
  const run = store.sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES ('long', 'long', 'default', 'running', 1700000000000)`,
  ).lastId;
  const write = (from: number, to: number): void =>
    writePoints(
      store,
      run,
      Array.from({ length: to - from }, (_, i) => ({
        key: 'step_loss',
        value: Math.random(),
        step: from + i,
        at: 1_700_000_000_000 + 10 * (from + i),
      })),
    );
  for (let from = 0; from < points; from += 10_000) write(from, from + 10_000);
  console.log('\na curve of 1,000,000 points as the view gets it, in the engine; first time, then median of 10');
  tell(
    'whole',
    timed(
      11,
      () => {},
      () => metricSeries(store, ['long'], 'step_loss'),
    ),
  );
  let end = metricSeries(store, ['long'], 'step_loss')[0]?.end ?? '';
  tell(
    'what came since: 100 points',
    timed(
      11,
      (turn) => write(points + turn * 100, points + turn * 100 + 100),
      () => {
        const [more] = metricSeries(store, ['long'], 'step_loss', { long: end });
        if (more?.count !== 100) throw new Error(`${more?.count} points came`);
        end = more.end ?? '';
      },
    ),
  );
}

if (process.argv[1] === import.meta.filename)
  benchQuestions(join(import.meta.dirname, '..', 'build', 'bench', 'tracking'));
