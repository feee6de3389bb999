import assert from 'node:assert/strict';
import { it } from 'node:test';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { writePoints } from '../../engine/tracking/writeRun.ts';
import { SeriesStore } from '../../webviews/runHistory/curves/seriesStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

/** The view's curves over the engine's own answers. */
function curvesOfStore() {
  const store = openStore(makeProject());
  const run = store.sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES ('r', 'r', 'default', 'finished', 1)`,
  ).lastId;
  const answers: { from: number; count: number }[] = [];
  let came = 0;
  let hold: Promise<void> | null = null;
  const curves = new SeriesStore(
    async ({ runIds, key, ends }) => {
      const answer = metricSeries(store, runIds, key, ends);
      await hold;
      answers.push(...answer.map(({ from = 0, count }) => ({ from, count })));
      return answer;
    },
    () => {
      came++;
    },
  );
  const write = (...points: [step: number, value: number][]) =>
    writePoints(
      store,
      run,
      points.map(([step, value]) => ({ key: 'loss', step, value, at: step + 1000 })),
    );
  const settled = async (work: () => void): Promise<void> => {
    const before = came;
    work();
    await until('the curve came', () => came > before);
  };
  return {
    curves,
    answers,
    write,
    settled,
    hold: (until: Promise<void> | null) => {
      hold = until;
    },
  };
}

it('a curve that grows gets the new points alone, and is the same as if it had come whole', async () => {
  const { curves, answers, write, settled } = curvesOfStore();
  write([0, 5], [1, 4], [2, Number.NaN]);
  await settled(() => curves.want(['r'], 'loss'));
  const first = curves.get('r', 'loss');
  write([3, 1], [7, 2]);
  await settled(() => curves.refresh(['r']));
  await settled(() => curves.refresh(['r']));
  const curve = curves.get('r', 'loss');
  assert.deepEqual(
    [[...(curve?.steps ?? [])], [...(curve?.at ?? [])], [...(curve?.values ?? [])]],
    [
      [0, 1, 2, 3, 7],
      [1000, 1001, 1002, 1003, 1007],
      [5, 4, Number.NaN, 1, 2],
    ],
  );
  assert.deepEqual(answers, [
    { from: 0, count: 3 },
    { from: 3, count: 2 },
    { from: 5, count: 0 },
  ]);
  assert.deepEqual(
    [...(first?.values ?? [])],
    [5, 4, Number.NaN],
    'what is drawn already is not changed under the hand',
  );
});

it('a curve comes whole when points were put into its past', async () => {
  const { curves, answers, write, settled } = curvesOfStore();
  write([10, 1], [20, 2]);
  await settled(() => curves.want(['r'], 'loss'));
  write([30, 3], [15, 9]);
  await settled(() => curves.refresh(['r']));
  assert.deepEqual(
    [[...(curves.get('r', 'loss')?.steps ?? [])], [...(curves.get('r', 'loss')?.values ?? [])]],
    [
      [10, 15, 20, 30],
      [1, 9, 2, 3],
    ],
  );
  assert.deepEqual(answers.at(-1), { from: 0, count: 4 });
});

it('a curve that was let go of while its new points came is asked for as a whole', async () => {
  const { curves, answers, write, settled, hold } = curvesOfStore();
  write([0, 1]);
  await settled(() => curves.want(['r'], 'loss'));
  write([1, 2]);
  let release = (): void => {};
  hold(
    new Promise((go) => {
      release = go;
    }),
  );
  curves.refresh(['r']);
  curves.keepOnly([]);
  curves.want(['r'], 'loss');
  release();
  await until('the curve is there', () => curves.get('r', 'loss')?.count === 2);
  assert.deepEqual([[...(curves.get('r', 'loss')?.values ?? [])], answers.at(-1)], [[1, 2], { from: 0, count: 2 }]);
});
