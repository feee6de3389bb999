import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RunDetail, RunSummary } from '../../protocol/runs.ts';
import { sequentialColor } from '../../webviews/ui/charts/sequential.ts';
import { csvOf } from '../../webviews/ui/csv.ts';
import { fileName } from '../../webviews/ui/saveChart.ts';
import { readCompareState } from '../../webviews/runHistory/compare/compareState.ts';
import { largestCount, rowShares } from '../../webviews/runHistory/compare/confusion.ts';
import { differencesCsv } from '../../webviews/runHistory/compare/differenceTable.ts';
import { differencesOf } from '../../webviews/runHistory/compare/differences.ts';
import { axisScale, partText, pressed } from '../../webviews/runHistory/compare/brushKeys.ts';
import type { Interval } from '../../webviews/runHistory/compare/brushKeys.ts';
import { canBeLog, categories, extent, fieldsOf } from '../../webviews/runHistory/compare/fields.ts';
import type { Field } from '../../webviews/runHistory/compare/fields.ts';
import { axisCategories, brushedRuns } from '../../webviews/runHistory/compare/parallel.ts';
import { RunDetails } from '../../webviews/runHistory/compare/runDetails.ts';
import { bestPoint, scatterRuns } from '../../webviews/runHistory/compare/scatter.ts';
import { sweepQuery, scopeNames, scopeQuery } from '../../webviews/runHistory/compare/scope.ts';
import { belief, directionText, importanceCsv, importanceSvg } from '../../webviews/runHistory/compare/importance.ts';
import { plainSettings } from '../../webviews/runHistory/state/settings.ts';
import { detailOf, makeRuns } from '../fixtures/views/runs.ts';

const [plainRun] = makeRuns(2).map((run) => ({ ...run, status: 'finished' as const, dirty: false }));

function run(part: Partial<RunSummary> & { runId: string }): RunDetail {
  if (!plainRun) throw new Error('There is a run.');
  return {
    ...detailOf({ ...plainRun, name: part.runId, metrics: {}, params: {}, tags: {}, ...part }),
    inputs: [],
    environment: {},
  };
}

function field(runs: readonly RunSummary[], id: string): Field {
  const found = fieldsOf(runs).find((one) => one.id === id);
  assert.ok(found, id);
  return found;
}

it('tells what differs, by how much from the baseline, and to the good or not', () => {
  const runs = [
    run({
      runId: 'a',
      metrics: { loss: 0.5, acc: 0.9, same: 1, 'system/cpu': 3 },
      params: { lr: 0.1, units: [64, 32] },
    }),
    run({
      runId: 'b',
      metrics: { loss: 0.4, acc: 0.8, same: 1, 'system/cpu': 5 },
      notFinite: { extra: 'NaN' },
      params: { lr: 0.1, units: [64, 16] },
      tags: { owner: 'me' },
    }),
    run({
      runId: 'c',
      status: 'failed',
      metrics: { loss: 0.1, same: 1 },
      notFinite: { acc: '-Infinity' },
      params: { lr: 0.1, units: [64, 32] },
    }),
  ];
  const lines = new Map(differencesOf(runs, 0).map((line) => [line.name, line]));
  assert.deepEqual(
    lines.get('loss')?.cells.map(({ text, delta, better, best }) => [text, delta, better, best]),
    [
      ['0.500', '', null, false],
      ['0.400', '−0.1', true, true],
      ['0.100', '−0.4', true, false],
    ],
  );
  assert.deepEqual(
    lines.get('acc')?.cells.map(({ text, delta, better, best }) => [text, delta, better, best]),
    [
      ['0.900', '', null, true],
      ['0.800', '−0.1', false, false],
      ['−∞', '', null, false],
    ],
  );
  assert.deepEqual(
    lines.get('system/cpu')?.cells.map(({ delta, better, best }) => [delta, better, best]),
    [
      ['', null, false],
      ['+2', null, false],
      ['', null, false],
    ],
  );
  assert.deepEqual(
    lines.get('extra')?.cells.map(({ text }) => text),
    ['–', 'NaN', '–'],
  );
  assert.deepEqual(
    ['same', 'lr', 'units', 'owner', 'commit'].map((name) => lines.get(name)?.differs),
    [false, false, true, true, false],
  );
  assert.deepEqual(
    differencesOf(runs, 1)
      .find((line) => line.name === 'loss')
      ?.cells.map((cell) => cell.delta),
    ['+0.1', '', '−0.3'],
  );
  assert.deepEqual(
    [...new Set(differencesOf(runs, 0).map((line) => line.group))],
    ['Metrics', 'Params', 'Tags', 'Code'],
  );
  assert.match(
    differencesCsv(runs, differencesOf(runs, 0)),
    /^group,name,a,b,c\r\nMetrics,loss,0\.5,0\.4,0\.1\r\nMetrics,acc,0\.9,0\.8,−∞\r\n/,
  );
});

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

it('shows a confusion matrix as shares of the truth, on one scale for all', () => {
  assert.deepEqual(
    rowShares({
      labels: ['a', 'b'],
      counts: [
        [3, 1],
        [0, 0],
      ],
    }),
    [
      [0.75, 0.25],
      [null, null],
    ],
  );
  assert.equal(
    largestCount([
      { labels: ['a'], counts: [[3]] },
      { labels: ['a'], counts: [[9]] },
      { labels: [], counts: [] },
    ]),
    9,
  );
});

it('names files, writes CSV, and colours evenly', () => {
  assert.deepEqual(
    [
      fileName('eval/acc@champion', 'png'),
      fileName('../../etc/passwd', 'csv'),
      fileName('', 'svg'),
      fileName('größe', 'svg'),
    ],
    ['eval-acc-champion.png', 'etc-passwd.csv', 'chart.svg', 'große.svg'],
  );
  assert.equal(csvOf(['a'], [['x\ny'], [null], ['q"']]), 'a\r\n"x\ny"\r\n\r\n"q"""\r\n');
  assert.deepEqual(
    [sequentialColor(0, false), sequentialColor(1, true), sequentialColor(7, true)],
    ['rgb(0, 34, 78)', 'rgb(254, 232, 56)', 'rgb(254, 232, 56)'],
  );
});

it('takes a kept comparison only where it fits', () => {
  const state = readCompareState({
    tab: 'constructor',
    parallel: { axes: ['a', 1], brushes: { x: [[1, 2], 'no'], y: 3 } },
    scatter: { color: '' },
    images: { step: 'x' },
    confusion: 'rows',
  });
  assert.deepEqual(
    [
      state.tab,
      state.parallel.axes,
      state.parallel.brushes,
      state.scatter.color,
      state.images.step,
      state.confusion,
      state.tall,
    ],
    ['curves', ['a'], { x: [[1, 2]] }, '', null, 'rows', false],
  );
  assert.deepEqual(readCompareState(JSON.parse(JSON.stringify(state))), state);
});

it('asks for the details of runs together, some at once, and again only for those that go on', async () => {
  const asked: string[][] = [];
  let going = 0;
  let ended = false;
  const grown: string[][] = [];
  const details = new RunDetails(
    async (runIds) => {
      asked.push(runIds);
      assert.equal(++going, 1);
      await Promise.resolve();
      going--;
      return runIds
        .filter((runId) => runId !== 'gone')
        .map((runId) => run({ runId, status: runId === 'live' && !ended ? 'running' : 'finished' }));
    },
    (grew) => grown.push(grew),
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 40; turn++) await Promise.resolve();
  };
  details.set(['a', 'live', 'b']);
  await settle();
  assert.deepEqual(
    details.runs.map((one) => one.runId),
    ['a', 'live', 'b'],
  );
  details.refresh();
  details.refresh();
  await settle();
  assert.deepEqual(asked, [['a', 'live', 'b'], ['live'], ['live']]);
  ended = true;
  grown.length = 0;
  details.refresh();
  await settle();
  details.refresh();
  await settle();
  assert.deepEqual(asked.slice(3), [['live']], 'once more after it ended, then no more');
  assert.deepEqual(grown.flat(), ['live'], 'the last points came with its end');
  asked.length = 0;
  details.set(['gone', ...Array.from({ length: 120 }, (_, i) => `r${i}`)]);
  await settle();
  assert.deepEqual(
    asked.slice(0, 3).map((runIds) => runIds.length),
    [50, 50, 21],
  );
  assert.equal(details.runs.length, 120);
  assert.equal(details.error, 'Of the compared runs gone is not in the store any more.');
});

it('knows all runs of a sweep by its tag, else by the parent that all have', () => {
  const trial = (runId: string, sweep: string, parent: string | null) =>
    run({ runId, tags: { 'loopwright.sweep': sweep }, parent });
  assert.deepEqual(sweepQuery([trial('a', "it's.1", 'p'), trial('b', "it's.1", 'p')]), {
    filter: "tags.`loopwright.sweep` = 'it''s.1'",
  });
  assert.deepEqual(sweepQuery([trial('a', 'x.1', 'p'), trial('b', 'x.2', 'p')]), { filter: "parent = 'p'" });
  assert.equal(sweepQuery([trial('a', 'x.1', 'p'), trial('b', 'x.2', null)]), null);
  assert.equal(sweepQuery([run({ runId: 'a' }), run({ runId: 'b' })]), null);
  assert.equal(sweepQuery([]), null);
  const settings = { ...plainSettings, filter: 'params.lr > 1', order: [{ column: 'name', descending: true }] };
  assert.deepEqual(scopeQuery('table', [], settings), { filter: 'params.lr > 1' });
  assert.equal(scopeQuery('selected', [], settings), null);
  assert.deepEqual(scopeNames(3, true, settings), [
    ['selected', 'the 3 selected'],
    ['table', 'all that the filter finds'],
    ['sweep', 'all of this sweep'],
  ]);
  assert.deepEqual(scopeNames(3, false, plainSettings).at(-1), ['table', 'all of the table']);
});

it('says in words how params move a metric, and how far that can be believed', () => {
  const param = (rho: number | null, pValue = 0) => ({
    key: 'a<b',
    kind: rho === null ? ('category' as const) : ('number' as const),
    importance: 0.5,
    correlation: rho === null ? null : { rho, pValue: pValue / 2, adjusted: pValue },
    log: false,
    distinct: 3,
  });
  assert.deepEqual(
    [param(0.9), param(-0.9), param(0.1, 0.5), param(null)].map((one) => directionText(one, 'loss')),
    ['loss rises with it', 'loss falls as it rises', 'no one direction', '3 categories'],
  );
  assert.deepEqual(
    [null, -0.2, 0, 0.1, 0.83].map((r2) => belief(r2).level),
    ['none', 'none', 'none', 'weak', 'good'],
  );
  assert.match(belief(0.83).text, /explains 83 % of the differences between runs it has not seen\.$/);
  const found = {
    metric: 'loss & more',
    params: [param(-0.5)],
    found: 9,
    runs: 9,
    leftOutRuns: [],
    leftOutParams: [],
    r2: 0.5,
    alone: 1,
    problem: null,
  };
  const colors = {
    kind: 'dark' as const,
    foreground: '#fff',
    muted: '#999',
    grid: '#333',
    background: '#000',
    focus: '#00f',
    series: ['#0af'],
    calm: '',
    drifted: '',
    broken: '',
    font: 'system-ui',
  };
  const svg = importanceSvg(found, colors);
  assert.ok(
    svg.includes('>a&lt;b</text>') &&
      svg.includes('What moves loss &amp; more') &&
      svg.includes('↓ loss &amp; more falls as it rises'),
  );
  assert.equal(
    importanceCsv(found),
    'param,importance,kind,log,distinct,spearman,p_value,p_adjusted\r\na<b,0.5,number,false,3,-0.5,0,0\r\n',
  );
});

it('keeps the choices of importance and of the runs, where they are such', () => {
  const { importance, scope } = readCompareState({
    importance: { metric: 'acc', table: true },
    scope: 'sweep',
    tab: 'importance',
  });
  assert.deepEqual([importance, scope], [{ metric: 'acc', table: true }, 'sweep']);
  const odd = readCompareState({ importance: { metric: 5 }, scope: 'everything' });
  assert.deepEqual([odd.importance, odd.scope], [{ metric: null, table: false }, 'selected']);
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
