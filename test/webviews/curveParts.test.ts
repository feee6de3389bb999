import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axisTitle, spanUnit, tickText, tickTexts } from '../../webviews/ui/charts/axisText.ts';
import { nearest, traceLine, visible } from '../../webviews/ui/charts/line.ts';
import type { Frame, Line } from '../../webviews/ui/charts/line.ts';
import { markerPath, styleAt } from '../../webviews/ui/charts/lineStyle.ts';
import { logTicks, roundTicks, xRange, yRange } from '../../webviews/ui/charts/ranges.ts';
import { curveOf, packed } from '../../webviews/ui/series.ts';
import type { Curve } from '../../webviews/ui/series.ts';
import { positions } from '../../webviews/runHistory/curves/axis.ts';
import { curvesCsv } from '../../webviews/runHistory/curves/curvesCsv.ts';
import { readGridState } from '../../webviews/runHistory/curves/gridState.ts';
import { prepare } from '../../webviews/runHistory/curves/prepare.ts';
import { SeriesStore } from '../../webviews/runHistory/curves/seriesStore.ts';
import { smoothed } from '../../webviews/runHistory/curves/smoothing.ts';
import { chartSentence, leftOutSentences, summaryOf } from '../../webviews/runHistory/curves/summary.ts';
import { packedSeries } from '../fixtures/views/runs.ts';
import { random } from '../fixtures/views/random.ts';

const { NaN: none, POSITIVE_INFINITY: infinite } = Number;

function curve(
  values: number[],
  { steps = values.map((_, index) => index), at = values.map((_, index) => 1000 * index), key = 'loss' } = {},
): Curve {
  return curveOf(
    packedSeries(
      'r',
      key,
      values.map((value, index) => ({ step: steps[index] ?? 0, at: at[index] ?? 0, value })),
    ),
  );
}

const frame: Frame = {
  xMin: 0,
  xMax: 100,
  yMin: 0,
  yMax: 1,
  logX: false,
  logY: false,
  left: 0,
  top: 0,
  width: 100,
  height: 100,
};

/** What a pen draws: stretches of points. */
function traced(
  xs: readonly number[],
  ys: readonly number[],
  part: Partial<Frame> = {},
  column = 1,
): [number, number][][] {
  const stretches: [number, number][][] = [];
  traceLine(Float64Array.from(xs), Float64Array.from(ys), { ...frame, ...part }, column, {
    moveTo: (x, y) => stretches.push([[x, y]]),
    lineTo: (x, y) => stretches.at(-1)?.push([x, y]),
  });
  // Going somewhere alone draws nothing.
  return stretches.filter((stretch) => stretch.length > 1);
}

it('reads a packed series to the bit, NaN and infinities with it', () => {
  const values = [0.1, -0, none, infinite, -infinite, 5e-324, Number.MAX_VALUE];
  const read = curve(values, { steps: [-1, 0, 1, 5, 5, 9, 2 ** 53] });
  assert.deepEqual([...read.values], values);
  assert.deepEqual([...read.steps], [-1, 0, 1, 5, 5, 9, 2 ** 53]);
  assert.deepEqual([...curve([3, 4]).steps], [0, 1]);
  assert.throws(
    () =>
      curveOf({ runId: 'r', key: 'k', count: 3, steps: null, at: '', values: packed(Float64Array.of(1, 2)) }).values,
    /3 points came with 16 bytes instead of 24/,
  );
});

it('smooths as TensorBoard does: by hand', () => {
  // w = 0.5: m = 0.5, 1.25, 2.125; over 1 − wⁱ = 0.5, 0.75, 0.875.
  assert.deepEqual(
    [...smoothed(Float64Array.of(1, 2, 3), 0.5)].map((one) => Number(one.toFixed(12))),
    [1, 1.666666666667, 2.428571428571],
  );
  assert.deepEqual(
    [...smoothed(Float64Array.of(7, 7, 7), 0.99)].map((one) => Number(one.toFixed(12))),
    [7, 7, 7],
  );
  // What is not finite stays, and the average goes on as if it had not been.
  const [first = 0, gap, top, second = 0] = smoothed(Float64Array.of(1, none, infinite, 2), 0.5);
  assert.deepEqual([first, gap, top], [1, none, infinite]);
  assert.ok(Math.abs(second - 5 / 3) < 1e-12);
  assert.deepEqual([...smoothed(Float64Array.of(4, 8), 0)], [4, 8]);
});

it('places points by step, time, clock and epoch', () => {
  const logged = curve([1, 2, 3, 4], { steps: [0, 10, 20, 30], at: [5000, 6000, 8000, 9000] });
  assert.deepEqual([...(positions(logged, 'relative', 4000, null) ?? [])], [1, 2, 4, 5]);
  assert.deepEqual([...(positions(logged, 'wall', 0, null) ?? [])], [5000, 6000, 8000, 9000]);
  const epochs = curve([1, 2], { steps: [10, 20], key: 'epoch' });
  assert.deepEqual([...(positions(logged, 'epoch', 0, epochs) ?? [])], [1, 1, 2, 2]);
  const half = curve([1, 2, 3], { steps: [10, 15, 20] });
  assert.deepEqual([...(positions(half, 'epoch', 0, epochs) ?? [])], [1, 1.5, 2]);
  assert.equal(positions(logged, 'epoch', 0, null), null);
  assert.equal(positions(logged, 'epoch', 0, curve([none, infinite])), null);
});

it('orders by time a run that logged old steps later, and smooths it as it was logged', () => {
  const settings = { axis: 'wall' as const, logX: false, logY: false, smoothing: 0.5 };
  const { line } = prepare(curve([1, 2, 3], { steps: [0, 1, 2], at: [3000, 1000, 2000] }), settings, 0, null);
  assert.deepEqual([...(line?.xs ?? [])], [1000, 2000, 3000]);
  assert.deepEqual([...(line?.ys ?? [])], [2, 3, 1]);
  assert.equal(line?.smooth?.[2], 1);
});

it('counts what it cannot draw, and says so', () => {
  const values = [1, none, infinite, -infinite, 0, -3];
  const { line, leftOut } = prepare(curve(values), { axis: 'step', logX: false, logY: true, smoothing: 0 }, 0, null);
  assert.deepEqual(leftOut, { positive: 1, negative: 1, missing: 1, notOnLog: 2 });
  assert.deepEqual(line?.infinities, [2, 1, 3, -1]);
  assert.deepEqual(
    leftOutSentences([
      { name: 'a', leftOut },
      { name: 'b', leftOut: { ...leftOut, notOnLog: 0 } },
    ]),
    [
      '2 points are +∞, marked ▲ at the upper edge (a, b).',
      '2 points are −∞, marked ▼ at the lower edge (a, b).',
      '2 points are NaN, gaps in the curve (a, b).',
      '2 points are at or below zero and have no place on a logarithmic axis (a).',
    ],
  );
  assert.deepEqual(summaryOf(curve(values)), {
    points: 6,
    extremes: { min: -3, minStep: 5, max: 1, maxStep: 0, last: -3, lastStep: 5 },
    missing: 1,
    infinite: 2,
  });
  assert.equal(
    chartSentence('loss', 'step', [
      { name: 'a', curve: curve([0.5, 0.25]) },
      { name: 'b', curve: curve([none]) },
    ]),
    'loss by step, 2 runs. a: 2 points, minimum 0.250, maximum 0.500, last 0.250. b: no finite value.',
  );
});

it('draws every point that has a column of its own, and breaks at what is not finite', () => {
  assert.deepEqual(traced([0, 50, 100], [0, 1, 0.5]), [
    [
      [0, 100],
      [50, 0],
      [100, 50],
    ],
  ]);
  assert.deepEqual(traced([0, 10, 20, 30, 40], [0, 0.1, none, 0.3, 0.4]), [
    [
      [0, 100],
      [10, 90],
    ],
    [
      [30, 70],
      [40, 60],
    ],
  ]);
  // A point alone between gaps is seen as a short dash.
  assert.deepEqual(traced([0, 10, 20], [none, 0.5, infinite]), [
    [
      [8.5, 50],
      [11.5, 50],
    ],
  ]);
  assert.deepEqual(traced([], []), []);
  assert.deepEqual(
    traced([1, 10, 100], [0.01, 0.1, 1], { xMin: 1, logX: true, yMin: 0.01, logY: true })
      .flat()
      .map((point) => point.map(Math.round)),
    [
      [0, 100],
      [50, 50],
      [100, 0],
    ],
  );
  assert.deepEqual(
    traced([0, 10, 100], [0.1, 0, 1], { yMin: 0.1, logY: true }).length,
    2,
    'zero has no place on a logarithmic axis: two points alone',
  );
});

it('loses no peak of a million points, whatever the column', () => {
  const next = random(3);
  const count = 1_000_000;
  const xs = Float64Array.from({ length: count }, (_, index) => index);
  const ys = Float64Array.from({ length: count }, () => 0.4 + next() * 0.1);
  ys[777_777] = 0.99;
  ys[123_456] = 0.01;
  for (const bars of [true, false]) {
    const seen: number[] = [];
    let drawn = 0;
    const went = traceLine(xs, ys, { ...frame, xMax: count - 1 }, 1, {
      moveTo: (_, y) => void seen.push(y),
      lineTo: (_, y) => void (seen.push(y), drawn++),
      ...(bars ? { bar: (_x: number, from: number, to: number) => void (seen.push(from, to), drawn++) } : {}),
    });
    assert.equal(went, count);
    assert.ok(Math.abs(Math.min(...seen) - 1) < 1e-9 && Math.abs(Math.max(...seen) - 99) < 1e-9);
    assert.ok(drawn < 500, `${drawn} strokes`);
    // Each column reaches from its lowest to its highest point.
    assert.ok(seen.length >= 200);
  }
});

it('covers the same pixels with columns as with all lines', () => {
  const next = random(11);
  const xs = Float64Array.from({ length: 5000 }, (_, index) => index / 50);
  const ys = Float64Array.from(xs, (x) => 0.5 + 0.4 * Math.sin(x / 9) * next());
  const all = new Set<string>();
  const paint = (to: Set<string>, x: number, low: number, high: number): void => {
    for (let y = Math.floor(low); y <= Math.floor(high); y++) to.add(`${Math.floor(x)} ${y}`);
  };
  const columns = new Set<string>();
  let at: [number, number] = [0, 0];
  traceLine(xs, ys, frame, 1, {
    moveTo: (x, y) => {
      at = [x, y];
    },
    lineTo: (x, y) => {
      if (Math.floor(x) === Math.floor(at[0])) paint(columns, x, Math.min(y, at[1]), Math.max(y, at[1]));
      at = [x, y];
    },
  });
  for (let i = 0; i < xs.length; i++) paint(all, xs[i] ?? 0, 100 - (ys[i] ?? 0) * 100, 100 - (ys[i] ?? 0) * 100);
  assert.deepEqual(
    [...all].filter((pixel) => !columns.has(pixel)),
    [],
  );
});

it('finds what is seen and what is nearest', () => {
  const xs = Float64Array.of(0, 1, 1, 2, 5, 9);
  assert.deepEqual(
    [visible(xs, { xMin: 1.5, xMax: 4 }), visible(xs, { xMin: -5, xMax: 50 }), visible(xs, { xMin: 20, xMax: 30 })],
    [
      [2, 5],
      [0, 6],
      [5, 6],
    ],
  );
  assert.deepEqual(
    [-3, 0.4, 1, 3.4, 3.6, 99].map((x) => nearest(xs, x)),
    [0, 0, 2, 3, 4, 5],
  );
  assert.equal(nearest(new Float64Array(0), 1), -1);
});

it('ranges over what can be drawn', () => {
  const line = (xs: number[], ys: number[], smooth: number[] | null = null): Line => ({
    xs: Float64Array.from(xs),
    ys: Float64Array.from(ys),
    smooth: smooth && Float64Array.from(smooth),
    infinities: [],
  });
  const lines = [line([0, 1, 2], [none, 2, infinite]), line([-1, 5], [4, -infinite])];
  assert.deepEqual(xRange(lines, false), [-1, 5]);
  assert.deepEqual(xRange(lines, true), [1, 5]);
  assert.deepEqual(yRange(lines, [-1, 5], false), [1.9, 4.1]);
  // The average of the part remembers what came before it.
  assert.deepEqual(yRange([line([0, 1], [9, 1], [9, 5])], [0.5, 2], false), [0.8, 5.2]);
  assert.deepEqual(
    [xRange([], false), yRange(lines, [3, 4], false), xRange([line([4], [1])], false)],
    [null, null, [3.6, 4.4]],
  );
  assert.deepEqual(yRange([line([0, 1], [0, 0])], [0, 1], false), [-1, 1]);
  assert.deepEqual(roundTicks(0, 100, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(roundTicks(0, 400, 5, 60), [0, 120, 240, 360]);
  assert.deepEqual(logTicks(0.119, 0.8, 6), [0.2, 0.3, 0.5, 0.7]);
  assert.deepEqual(logTicks(0.5, 60, 6), [0.5, 1, 2, 5, 10, 20, 50]);
  assert.deepEqual(logTicks(1e-8, 1, 4), [1e-8, 1e-6, 1e-4, 0.01, 1]);
  assert.deepEqual(logTicks(0.52, 0.53, 2), [0.52, 0.525, 0.53]);
});

it('writes axes with units', () => {
  assert.deepEqual(
    [20, 200, 20_000, 3e5].map((seconds) => spanUnit(seconds).unit),
    ['s', 'min', 'h', 'days'],
  );
  assert.equal(axisTitle('time since start', 'seconds', [0, 7200]), 'time since start (min)');
  assert.deepEqual(tickTexts('seconds', [0, 3600, null], [0, 7200]), ['0', '60', '']);
  assert.deepEqual([0, 0.25, 1e-7, 2_000_000, -0.5].map(tickText), ['0', '0.25', '1e−7', '2e6', '−0.5']);
  const day = Date.UTC(2026, 0, 2, 12);
  assert.match(tickTexts('clock', [day, day + 3_600_000], [day, day])[0] ?? '', /^\d\d:00\n2 Jan$/);
  assert.match(tickTexts('clock', [day, day + 1000], [day, day])[1] ?? '', /^\d\d:00:01$/);
});

it('gives 160 runs a look of their own', () => {
  const colors = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const looks = new Set(Array.from({ length: 160 }, (_, index) => JSON.stringify(styleAt(index, colors))));
  assert.equal(looks.size, 160);
  assert.equal(markerPath('none', 0, 0, 4), '');
});

it('writes all points as CSV', () => {
  const run = { runId: 'id', name: 'a "b", c', startedAt: 1000, status: 'finished' as const, seriesKeys: ['loss'] };
  const csv = curvesCsv('loss', [{ run, curve: curve([0.5, none], { steps: [0, 3], at: [1000, 2500] }) }], 0.5);
  assert.equal(
    csv,
    'run,run_id,metric,step,time,seconds_since_start,value,smoothed_0.5\r\n"a ""b"", c",id,loss,0,1970-01-01T00:00:01.000Z,0,0.5,0.5\r\n"a ""b"", c",id,loss,3,1970-01-01T00:00:02.500Z,1.5,NaN,NaN\r\n',
  );
});

it('takes a kept state only where it fits', () => {
  assert.deepEqual(readGridState({ metrics: ['a', 3], axis: 'toString', smoothing: 1, zoom: [5, 2], hidden: 'x' }), {
    metrics: ['a'],
    axis: 'step',
    logX: false,
    logY: [],
    smoothing: 0,
    zoom: null,
    hidden: [],
    tables: [],
  });
  const state = {
    metrics: null,
    axis: 'epoch' as const,
    logX: true,
    logY: ['a'],
    smoothing: 0.6,
    zoom: [1, 2] as [number, number],
    hidden: ['r'],
    tables: ['a'],
  };
  assert.deepEqual(readGridState(JSON.parse(JSON.stringify(state))), state);
});

it('asks for curves one request at a time, and never for more than a message holds', async () => {
  const asked: { runIds: string[]; key: string }[] = [];
  let going = 0;
  const store = new SeriesStore(
    async (params) => {
      asked.push(params);
      assert.equal(++going, 1);
      await Promise.resolve();
      going--;
      return params.runIds.map((runId) => ({
        ...packedSeries(runId, params.key, []),
        count: runId === 'r0' ? 1_000_000 : 0,
        runId,
      }));
    },
    () => {},
  );
  const runIds = Array.from({ length: 12 }, (_, index) => `r${index}`);
  store.want(runIds, 'loss');
  store.want(runIds, 'loss');
  store.want(['r1'], 'acc');
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  assert.deepEqual(
    asked.map(({ runIds, key }) => [key, runIds.length]),
    [
      ['loss', 8],
      ['loss', 2],
      ['loss', 2],
      ['acc', 1],
    ],
  );
  store.refresh(['r3']);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.deepEqual(asked.at(-1), { runIds: ['r3'], key: 'loss' });
  store.keepOnly(['r1']);
  assert.equal(store.get('r3', 'loss'), undefined);
});

it('keeps the old curve and says why when the engine fails', async () => {
  let fails = false;
  const store = new SeriesStore(
    ({ runIds, key }) =>
      fails
        ? Promise.reject(new Error('gone'))
        : Promise.resolve(runIds.map((runId) => packedSeries(runId, key, [{ step: 0, at: 0, value: 1 }]))),
    () => {},
  );
  store.want(['r'], 'loss');
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  fails = true;
  store.refresh(['r']);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.equal(store.error('loss'), 'gone');
  assert.equal(store.get('r', 'loss')?.count, 1);
});
