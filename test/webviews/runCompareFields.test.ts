import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axisScale, partText, pressed } from '../../webviews/runHistory/compare/brushKeys.ts';
import type { Interval } from '../../webviews/runHistory/compare/brushKeys.ts';
import { canBeLog, categories, extent, fieldsOf } from '../../webviews/runHistory/compare/fields.ts';
import { axisCategories, brushedRuns } from '../../webviews/runHistory/compare/parallel.ts';
import { bestPoint, scatterRuns } from '../../webviews/runHistory/compare/scatter.ts';
import { field, run } from '../fixtures/views/comparedRun.ts';

it('knows which fields are numbers, and texts that are numbers in every run', () => {
  const runs = [
    run({
      runId: 'a',
      metrics: { loss: 0.5 },
      params: { lr: '1e-3', depth: 2, kind: 'relu', on: true, mixed: '3' },
      tags: { owner: 'x' },
    }),
    run({
      runId: 'b',
      metrics: { loss: Number.NaN },
      params: { lr: '0.01', depth: 10, kind: 'gelu', on: false, mixed: 'auto' },
      tags: { owner: 'x' },
    }),
  ];
  assert.deepEqual(
    fieldsOf(runs).map((one) => [one.id, one.numeric]),
    [
      ['metrics.loss', true],
      ['params.lr', true],
      ['params.depth', true],
      ['params.kind', false],
      ['params.on', false],
      ['params.mixed', false],
      ['duration', true],
    ],
  );
  assert.deepEqual(
    runs.map((one) => field(runs, 'params.lr').value(one)),
    [0.001, 0.01],
  );
  assert.deepEqual(
    runs.map((one) => field(runs, 'metrics.loss').value(one)),
    [0.5, null],
  );
  assert.deepEqual(extent(field(runs, 'params.depth'), runs), [2, 10]);
  assert.deepEqual(categories(field(runs, 'params.on'), runs), ['false', 'true']);
  assert.deepEqual(
    [
      canBeLog(field(runs, 'params.lr'), runs),
      canBeLog(field(runs, 'params.kind'), runs),
      canBeLog(field([run({ runId: 'z', params: { lr: 0 } })], 'params.lr'), [run({ runId: 'z', params: { lr: 0 } })]),
    ],
    [true, false, false],
  );
});

it('keeps the runs inside every chosen part of the axes', () => {
  const runs = [
    ['a', 0.1, 'relu'],
    ['b', 0.5, 'gelu'],
    ['c', 0.9, 'relu'],
    ['d', null, 'tanh'],
  ].map(([runId, loss, kind]) =>
    run({ runId: String(runId), metrics: loss === null ? {} : { loss: Number(loss) }, params: { kind: kind ?? '' } }),
  );
  const fields = [field(runs, 'metrics.loss'), field(runs, 'params.kind')];
  const inside = (brushes: Record<string, [number, number][]>): string[] =>
    brushedRuns({ runs, fields, brushes }).map((one) => one.runId);
  assert.deepEqual(inside({}), ['a', 'b', 'c', 'd']);
  assert.deepEqual(
    inside({
      'metrics.loss': [
        [0, 0.2],
        [0.8, 1],
      ],
    }),
    ['a', 'c'],
  );
  assert.deepEqual(axisCategories(field(runs, 'params.kind'), runs), ['gelu', 'relu', 'tanh']);
  assert.deepEqual(inside({ 'params.kind': [[0.6, 1.4]] }), ['a', 'c']);
  assert.deepEqual(inside({ 'params.kind': [[0, 1]], 'metrics.loss': [[0.3, 1]] }), ['b', 'c']);
  assert.deepEqual(inside({ 'params.gone': [[0, 0]] }), ['a', 'b', 'c', 'd']);
});

it('marks the best point by what its name says is better', () => {
  const runs = [
    run({ runId: 'a', metrics: { loss: 0.5, acc: 0.7 } }),
    run({ runId: 'b', metrics: { loss: 0.2, acc: 0.6 } }),
    run({ runId: 'c', status: 'failed', metrics: { loss: 0, acc: 1 } }),
    run({ runId: 'd', metrics: { acc: 0.1 } }),
  ];
  const [loss, acc] = [field(runs, 'metrics.loss'), field(runs, 'metrics.acc')];
  assert.deepEqual(
    [bestPoint(runs, loss)?.runId, bestPoint(runs, acc)?.runId, bestPoint(runs.slice(0, 1), acc)],
    ['b', 'a', null],
  );
  assert.deepEqual(
    scatterRuns({ runs, x: loss, y: acc }).map((one) => one.runId),
    ['a', 'b', 'c'],
  );
  assert.equal(bestPoint(runs, field(runs, 'duration')), null);
});

it('moves and widens a part of an axis by keys, within its ends, on the scale that it has', () => {
  const runs = [
    ['a', 0.001, 'x'],
    ['b', 0.1, 'y'],
    ['c', 10, 'z'],
  ].map(([runId, lr, kind]) => run({ runId: String(runId), params: { lr: lr ?? 0, kind: kind ?? '', same: 1 } }));
  const [lr, kind, same] = ['params.lr', 'params.kind', 'params.same'].map((id) => field(runs, id));
  assert.ok(lr && kind && same);
  const linear = axisScale(lr, runs, false);
  const log = axisScale(lr, runs, true);
  const names = axisScale(kind, runs, false);
  assert.ok(linear && log && names);
  assert.equal(axisScale(same, runs, false), null);
  const keys = (scale: typeof linear, ...all: string[]): Interval | null | undefined =>
    all.reduce<Interval | null | undefined>(
      (part, key) => pressed(key.replace('Shift+', ''), key.startsWith('Shift+'), part ?? null, scale),
      null,
    );
  assert.deepEqual(keys(log, 'ArrowUp'), [1, 10]);
  assert.deepEqual(keys(log, 'ArrowDown'), [0.001, 0.01]);
  assert.deepEqual(keys(log, 'ArrowDown', 'PageUp'), [0.01, 0.1]);
  assert.deepEqual(keys(linear, 'ArrowUp', 'End', 'ArrowUp'), [7.50025, 10]);
  assert.deepEqual(keys(linear, 'ArrowUp', 'Home')?.[0], 0.001);
  // A part is never empty, and never longer than the axis.
  const least = keys(log, 'ArrowDown', ...Array.from({ length: 9 }, () => 'Shift+ArrowDown'));
  assert.ok(least && least[0] === 0.001 && Math.abs(least[1] - 10 ** (-3 + 0.2)) < 1e-9, String(least));
  assert.deepEqual(keys(log, 'ArrowDown', 'Shift+End'), [0.001, 10]);
  assert.deepEqual(keys(names, 'ArrowDown'), [0, 0]);
  assert.deepEqual(keys(names, 'ArrowUp', 'ArrowUp'), [2, 2]);
  assert.deepEqual(keys(names, 'ArrowDown', 'Shift+ArrowUp', 'ArrowUp'), [1, 2]);
  assert.deepEqual(keys(names, 'ArrowDown', 'Shift+ArrowDown'), [0, 0]);
  assert.equal(keys(names, 'ArrowUp', 'Escape'), null);
  assert.equal(pressed('Escape', false, null, names), undefined);
  assert.equal(pressed('x', false, [0, 0], names), undefined);
  assert.deepEqual(
    [partText(null, names, kind), partText([0, 1], names, kind), partText([0.01, 0.1], log, lr)],
    ['all', 'x, y', '0.01 to 0.1'],
  );
});
