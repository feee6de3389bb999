import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { type Store } from '../../engine/store/store.ts';
import { writePoints, type MetricPoint } from '../../engine/tracking/writeRun.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import type { MetricSeries } from '../../protocol/runs.ts';

function newStore(): { store: Store; run: number } {
  const store = openStore(makeProject());
  const { lastId } = store.sql.run(
    `INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES ('r', 'r', 'default', 'finished', 1)`,
  );
  return { store, run: lastId };
}

const doubles = (text: string): number[] => [...new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)];
const pointsOf = ({ steps, at, values, count, from = 0 }: MetricSeries): number[][] => {
  const [s, t, v] = [
    steps === null ? Array.from({ length: count }, (_, i) => from + i) : doubles(steps),
    doubles(at),
    doubles(values),
  ];
  return v.map((value, i) => [s[i] ?? -1, t[i] ?? -1, value]);
};
const only = (series: MetricSeries[]): MetricSeries => {
  const [one] = series;
  assert.ok(one);
  return one;
};
const point = (step: number, value: number, at = step): MetricPoint => ({ key: 'loss', step, value, at });

test('with the end of an answer only the points after it come, and none when there are none', () => {
  const { store, run } = newStore();
  writePoints(store, run, [point(0, 5), point(1, 4), point(2, Number.NaN)]);
  const whole = only(metricSeries(store, ['r'], 'loss'));
  assert.deepEqual(
    [whole.from, whole.count, whole.steps, pointsOf(whole)],
    [
      0,
      3,
      null,
      [
        [0, 0, 5],
        [1, 1, 4],
        [2, 2, Number.NaN],
      ],
    ],
  );
  const same = only(metricSeries(store, ['r'], 'loss', { r: whole.end ?? '' }));
  assert.deepEqual([same.from, same.count, same.end], [3, 0, whole.end]);
  writePoints(store, run, [point(3, Infinity), point(4, 1)]);
  const more = only(metricSeries(store, ['r'], 'loss', { r: whole.end ?? '' }));
  assert.deepEqual(
    [more.from, more.count, more.steps, pointsOf(more)],
    [
      3,
      2,
      null,
      [
        [3, 3, Infinity],
        [4, 4, 1],
      ],
    ],
  );
  writePoints(store, run, [point(9, 0.1 + 0.2), point(9, -Infinity, 8)]);
  const last = only(metricSeries(store, ['r'], 'loss', { r: more.end ?? '' }));
  assert.deepEqual(
    [last.from, last.count, pointsOf(last)],
    [
      5,
      2,
      [
        [9, 8, -Infinity],
        [9, 9, 0.1 + 0.2],
      ],
    ],
  );
  assert.equal(
    only(metricSeries(store, ['r'], 'loss', { r: last.end ?? '' })).count,
    0,
    'a value with all its digits is found again',
  );
});

test('all points come when some were put before the end, or the end is of something else', () => {
  const { store, run } = newStore();
  writePoints(store, run, [point(5, 1), point(6, 0)]);
  const { end = '' } = only(metricSeries(store, ['r'], 'loss'));
  writePoints(store, run, [point(7, 3), point(2, 9)]);
  const again = only(metricSeries(store, ['r'], 'loss', { r: end }));
  assert.deepEqual([again.from, pointsOf(again).map(([step]) => step)], [0, [2, 5, 6, 7]]);
  writePoints(store, run, [{ ...point(7, 3), at: 1 }]);
  assert.deepEqual(
    [only(metricSeries(store, ['r'], 'loss', { r: again.end ?? '' })).from],
    [0],
    'an earlier time of the same step',
  );
  for (const wrong of ['', 'x', '1 2 3 4 0', '5 7 8 3 0', '999 1 1 1 1', "1 0'; -- 1 1 1"])
    assert.deepEqual(
      [
        only(metricSeries(store, ['r'], 'loss', { r: wrong })).from,
        only(metricSeries(store, ['r'], 'loss', { r: wrong })).count,
      ],
      [0, 5],
      wrong,
    );
  assert.deepEqual(
    metricSeries(store, ['none', 'r'], 'nothing', { r: end }).map(({ count, from }) => [count, from]),
    [
      [0, 0],
      [0, 0],
    ],
  );
});

test('steps of more digits than a number of JavaScript has are told apart', () => {
  const { store, run } = newStore();
  const key = store.sql.run(`INSERT INTO metric_keys (key) VALUES ('loss')`).lastId;
  const add = (step: string) => {
    store.sql.run('INSERT INTO points VALUES (?, ?, CAST(? AS INTEGER), 1, 1, 0)', run, key, step);
    store.sql.run(
      'INSERT INTO latest VALUES (?, ?, 1, 1, 1, 0, 1) ON CONFLICT DO UPDATE SET count = count + 1',
      run,
      key,
    );
  };
  add('9223372036854775800');
  const first = only(metricSeries(store, ['r'], 'loss'));
  add('9223372036854775801');
  const second = only(metricSeries(store, ['r'], 'loss', { r: first.end ?? '' }));
  assert.deepEqual([second.from, second.count], [1, 1]);
  add('9223372036854775799');
  assert.deepEqual([only(metricSeries(store, ['r'], 'loss', { r: second.end ?? '' })).from], [0]);
});

test('parts put together are the whole, however points are written', () => {
  const random = seededRandom(5);
  for (let round = 0; round < 60; round++) {
    const { store, run } = newStore();
    let [points, end, parts]: [number[][], string, number] = [[], '', 0];
    for (let i = 0; i < 12; i++) {
      writePoints(
        store,
        run,
        Array.from({ length: random.integer(5) }, () =>
          point(
            random.next() < 0.8 ? i * 5 + random.integer(3) : random.integer(60),
            [0, -0, 1, Number.NaN, Infinity, -Infinity, random.next()][random.integer(7)] ?? 0,
            random.integer(3),
          ),
        ),
      );
      const answer = only(metricSeries(store, ['r'], 'loss', { r: end }));
      if ((answer.from ?? 0) > 0) parts++;
      points = [...points.slice(0, answer.from), ...pointsOf(answer)];
      end = answer.end ?? '';
      assert.deepEqual(points, pointsOf(only(metricSeries(store, ['r'], 'loss'))));
    }
    assert.ok(round > 0 || parts > 0);
    store.sql.close();
  }
});
