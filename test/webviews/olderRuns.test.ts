import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RunPoint, RunQuery } from '../../protocol/runs.ts';
import { OlderRuns } from '../../webviews/runHistory/compare/olderRuns.ts';

const point = (i: number): RunPoint => ({
  runId: `r${i}`,
  name: `r${i}`,
  status: 'finished',
  startedAt: 0,
  endedAt: 0,
  metrics: { loss: i },
  params: {},
  tags: {},
});
const runsFrom = (from: number, to: number): RunPoint[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => point(from + i));
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
};

/** A store of runs; what is asked for waits until it is let through. */
function store(total: number): {
  asked: [number | undefined, readonly string[]][];
  older: OlderRuns;
  holds: { answers: boolean; error: string | null };
  go(): void;
} {
  const asked: [number | undefined, readonly string[]][] = [];
  const holds = { answers: false, error: null as string | null };
  let waiting: (() => void)[] = [];
  const ask = async (query: RunQuery, columns: readonly string[]): Promise<RunPoint[]> => {
    asked.push([query.offset, columns]);
    if (holds.answers)
      await new Promise<void>((done) => {
        waiting.push(done);
      });
    if (holds.error !== null) throw new Error(holds.error);
    return runsFrom(query.offset ?? 0, Math.min(total, (query.offset ?? 0) + (query.limit ?? 0)));
  };
  return {
    asked,
    older: new OlderRuns(ask, () => {}),
    holds,
    go: () => {
      for (const done of waiting.splice(0)) done();
      waiting = [];
    },
  };
}

it('loads older runs page by page and gives them beside the newest, the same list until something changes', async () => {
  const { asked, older } = store(25_000);
  const newest = runsFrom(0, 2000);
  assert.equal(older.beside(newest), newest);
  older.need({ query: { filter: 'x' }, columns: ['metrics.loss', 'params.lr'], offset: 2000 });
  await settle();
  assert.deepEqual(
    asked.map(([offset]) => offset),
    [2000, 12_000, 22_000],
  );
  assert.deepEqual(older.state, { whole: true, came: 0, problem: null });
  const all = older.beside(newest);
  assert.deepEqual(
    [all.length, new Set(all.map((run) => run.runId)).size, older.beside(newest) === all],
    [25_000, 25_000, true],
  );
  // Fewer columns of the same are here already; another column is not.
  older.need({ query: { filter: 'x' }, columns: ['metrics.loss'], offset: 2000 });
  await settle();
  assert.equal(asked.length, 3);
  older.need({ query: { filter: 'x' }, columns: ['metrics.f1'], offset: 2000 });
  assert.equal(older.beside(newest).length, 2000, 'no chart of a column is drawn with runs that lack it');
  await settle();
  assert.equal(older.beside(newest).length, 25_000);
  // Runs that began meanwhile push others down.
  assert.equal(older.beside(runsFrom(0, 2010)).length, 25_000);
});

it('drops answers to what is not asked any more', async () => {
  const { older, holds, go } = store(5000);
  holds.answers = true;
  older.need({ query: {}, columns: ['metrics.a'], offset: 2000 });
  older.need({ query: {}, columns: ['metrics.b'], offset: 4000 });
  go();
  await settle();
  assert.deepEqual([older.state.whole, older.beside([]).length], [true, 1000]);
  older.need({ query: {}, columns: ['metrics.a'], offset: 2000 });
  older.stop();
  go();
  await settle();
  assert.deepEqual([older.state.whole, older.beside([]).length], [false, 0]);
});

it('keeps what it has when a later load fails, says why, and tries again at once when asked', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { older, holds, asked } = store(5000);
  holds.error = 'The store cannot be read.';
  older.need({ query: {}, columns: ['metrics.a'], offset: 2000 });
  await settle();
  assert.deepEqual(older.state, { whole: false, came: 0, problem: 'The store cannot be read.' });
  holds.error = null;
  older.outdate();
  await settle();
  assert.deepEqual([older.state.problem, older.beside([]).length], [null, 3000]);
  holds.error = 'gone';
  older.outdate();
  await settle();
  assert.deepEqual([older.state.problem, older.beside([]).length, asked.length], ['gone', 3000, 3]);
});
