import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, before, describe, it, test } from 'node:test';
import type { PlotSeries, RunPlot } from '../../protocol/runPlot.ts';
import { artifactsFolder } from '../../engine/store/store.ts';
import { plotForm } from '../../webviews/runHistory/detail/runPlots.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { skipsPictures } from '../helpers/picture.ts';
import { runStore } from '../helpers/runStore.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';

function plot(id: string, series: PlotSeries[], more: Partial<RunPlot> = {}): RunPlot {
  return { format: 'loopwright-plot/1', id, title: id, template: null, xLabel: 'x', yLabel: 'y', series, ...more };
}

const steps = Array.from({ length: 60 }, (_, i) => i / 59);
const all: RunPlot[] = [
  plot(
    'ROC',
    [
      { name: 'train.json', x: steps, y: steps.map((x) => x ** 0.2) },
      { name: 'test.json', x: steps.toReversed(), y: steps.toReversed().map((x) => x ** 0.4) },
    ],
    { xLabel: 'fpr', yLabel: 'tpr' },
  ),
  plot('loss.csv', [{ name: 'loss', x: [0, 1, 2, 3, 4], y: [0.5, 'NaN', 'Infinity', null, 0.1] }], {
    xLabel: 'step',
    yLabel: 'loss',
  }),
  plot('residuals.csv', [{ name: 'error', x: steps, y: steps.map((x) => Math.sin(x * 40) * x) }], {
    template: 'scatter',
  }),
  plot('importance.json', [{ name: 'gain', x: [0.1, 0.7, 0.2], y: ['age', 'a <b>', 'income'] }], {
    template: 'bar_horizontal_sorted',
    xLabel: 'gain',
    yLabel: 'feature',
  }),
  plot('classes.csv', [{ name: 'predicted', x: ['cat', 'cat', 'dog'], y: ['cat', 'dog', 'dog'] }], {
    template: 'confusion',
  }),
];

test('a plot is drawn as its template and values say', () => {
  // Tried: numbers, x out of order, NaN, infinities and empty cells, points, words on either side, sorted bars, a
  // confusion matrix, no rows, numbers as classes.
  const [roc, loss, residuals, importance, classes] = all.map(plotForm);
  assert.equal(roc?.kind === 'lines' && roc.lines[1]?.line.xs[0], 0);
  assert.equal(loss?.kind === 'lines' && loss.leftOut, 3);
  assert.deepEqual(loss?.kind === 'lines' && loss.lines[0]?.line.infinities, [2, 1]);
  assert.equal(residuals?.kind === 'lines' && residuals.lines[0]?.line.xs.length, 120);
  assert.deepEqual(importance, {
    kind: 'bars',
    words: 'y',
    names: ['a <b>', 'income', 'age'],
    series: [{ name: 'gain', values: [0.7, 0.2, 0.1] }],
  });
  assert.deepEqual(classes, {
    kind: 'confusion',
    matrix: {
      labels: ['cat', 'dog'],
      counts: [
        [1, 1],
        [0, 1],
      ],
    },
  });
  assert.deepEqual(plotForm(plot('n', [{ name: 'y', x: ['a', 'b'], y: [1, 'NaN'] }])), {
    kind: 'bars',
    words: 'x',
    names: ['a', 'b'],
    series: [{ name: 'y', values: [1, null] }],
  });
  assert.deepEqual(plotForm(plot('n', [], { template: 'confusion' })), {
    kind: 'confusion',
    matrix: { labels: [], counts: [] },
  });
  const digits = plotForm(plot('n', [{ name: 'y', x: [10, 9], y: [9, 10] }], { template: 'confusion_normalized' }));
  assert.deepEqual(digits.kind === 'confusion' && digits.matrix.labels, ['9', '10']);
});

describe('the plots of a run', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let held: ReturnType<typeof runStore>;
  const runs = makeRuns(3);
  before(async () => {
    bench = await ViewBench.start();
    held = runStore(runs);
    const put = (path: string, content: string) => {
      const full = join(artifactsFolder(held.store, runs[0]?.runId ?? ''), path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    };
    for (const one of all) put(`plots/${one.id}.plot.json`, JSON.stringify(one));
    put('plots/broken.plot.json', '{"format"');
    put('plots/other.plot.json', '{"format": "else"}');
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    held.close();
  });

  for (const theme of skipsPictures ? (['dark'] as const) : (['dark', 'light', 'contrast'] as const))
    it(`are charts in its page (${theme})`, async () => {
      const view = await bench.open(
        'runHistory',
        { experiment: null, runId: runs[0]?.runId ?? null },
        { ...held.answers, 'project/overview': () => overview },
        theme,
        { width: 1440, height: 1900 },
      );
      const section = view.page.locator('section[aria-label=plots]');
      await until('all are drawn', async () => (await section.locator('figure').count()) === all.length);
      await until('the curves are there', async () => (await section.locator('.curves canvas').count()) === 3);
      const text = await section.innerText();
      for (const part of ['ROC', 'train.json', 'test.json', '3 of 5 points are empty or not finite', 'a <b>', '0.700'])
        assert.ok(text.includes(part), `${part}\n${text}`);
      assert.equal(
        await section.locator('figure[aria-label=ROC] .plot').getAttribute('aria-label'),
        'ROC: 120 points, tpr over fpr',
      );
      await section.scrollIntoViewIfNeeded();
      await view.picture(`runPlots-${theme}`);
      assert.deepEqual(view.faults, []);
    });
});
