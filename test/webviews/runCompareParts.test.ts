import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sequentialColor } from '../../webviews/ui/charts/sequential.ts';
import { csvOf } from '../../webviews/ui/csv.ts';
import { fileName } from '../../webviews/ui/saveChart.ts';
import { readCompareState } from '../../webviews/runHistory/compare/compareState.ts';
import { largestCount, rowShares } from '../../webviews/runHistory/compare/confusion.ts';
import { differencesCsv } from '../../webviews/runHistory/compare/differenceTable.ts';
import { differencesOf } from '../../webviews/runHistory/compare/differences.ts';
import { RunDetails } from '../../webviews/runHistory/compare/runDetails.ts';
import { sweepQuery, scopeNames, scopeQuery } from '../../webviews/runHistory/compare/scope.ts';
import { belief, directionText, importanceCsv, importanceSvg } from '../../webviews/runHistory/compare/importance.ts';
import { plainSettings } from '../../webviews/runHistory/state/settings.ts';
import { run } from '../fixtures/views/comparedRun.ts';

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
  assert.equal(details.error, 'gone is no longer in the store.');
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
    ['table', 'all that match the filter'],
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
    score: '',
    error: '',
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
