import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import { clean, compareBench, comparePanel, drawn } from '../helpers/compareView.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';
import type { OpenView } from '../helpers/viewPage.ts';

describe(
  'parallel coordinates and scatter plot of compared runs, over the engine’s own answers',
  { skip: cannotTest() },
  () => {
    const { compare } = compareBench();

    it('filters runs by a part of a parallel axis and makes them the selected ones', async () => {
      const view = await compare(40, { tab: 'parallel' });
      const plot = view.page.locator('.compare .plot .echart canvas').first();
      await plot.waitFor();
      await until('all runs are there', async () =>
        /of 40 runs/.test((await view.page.locator('.compare .plot').getAttribute('aria-label')) ?? ''),
      );
      const box = await plot.boundingBox();
      assert.ok(box);
      // The first axis stands 60 pixels from the left, from 56 pixels below the top to 30 above the bottom.
      await view.page.mouse.move(box.x + 60, box.y + 160);
      await view.page.mouse.down();
      await view.page.mouse.move(box.x + 60, box.y + 40, { steps: 5 });
      await view.page.mouse.up();
      await view.picture('runCompare-parallel-dark');
      await view.page.getByText(/\d+ of 40 runs inside/).waitFor();
      const inside = Number(/(\d+) of 40/.exec(await view.page.locator('.compare').innerText())?.[1]);
      const wider = view.chosen.filter((run) => run.params['dropout'] === 0.2).length;
      assert.ok(inside > 0 && inside < 40, String(inside));
      assert.equal(inside, wider);
      await view.picture('runCompare-parallel-dark');
      await view.page.getByRole('button', { name: 'Select these runs' }).click();
      await until(
        'they are compared',
        async () => (await view.page.locator('.compare h1').innerText()) === `Compare ${inside} runs`,
      );
      await clean(view);
    });

    it('chooses a part of an axis by keys: moves, widens and takes it away, and says what is inside', async () => {
      const view = await compare(40, { tab: 'parallel' });
      await until('all runs are there', async () =>
        /of 40 runs/.test((await view.page.locator('.axes-plot .plot').getAttribute('aria-label')) ?? ''),
      );
      const handles = view.page.getByRole('slider', { name: /^Axis / });
      const titles = await handles.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
      assert.deepEqual(titles.slice(0, 3), ['Axis dropout', 'Axis hidden', 'Axis learning_rate']);
      // The Tab key reaches one of them, after the buttons of the line above.
      assert.deepEqual(
        await handles.evaluateAll((all) => all.map((one) => (one as HTMLElement).tabIndex)),
        titles.map((_, index) => (index === 0 ? 0 : -1)),
      );
      await view.page.getByLabel('Save the parallel coordinates as CSV').focus();
      await view.page.keyboard.press('Tab');
      const focused = (): Promise<(string | null)[]> =>
        view.page.evaluate(() => [
          document.activeElement?.getAttribute('aria-label') ?? null,
          document.activeElement?.getAttribute('aria-valuetext') ?? null,
        ]);
      assert.deepEqual(await focused(), ['Axis dropout', 'all']);
      for (let i = 0; i < 2; i++) await view.page.keyboard.press('ArrowRight');
      assert.deepEqual(await focused(), ['Axis learning_rate', 'all']);
      const inside = (): Promise<number> =>
        view.page
          .locator('.tool-line [role=status]')
          .innerText()
          .then((text) => Number(/^(\d+) of 40 runs inside/.exec(text)?.[1] ?? 40));
      const having = (wanted: (run: RunSummary) => boolean): number => view.chosen.filter(wanted).length;
      await view.page.keyboard.press('ArrowUp');
      await until(
        'the highest rates',
        async () => (await inside()) === having((run) => Number(run.params['learning_rate']) >= 0.00233),
      );
      assert.deepEqual(await focused(), ['Axis learning_rate', '0.002325 to 0.003']);
      for (let i = 0; i < 15; i++) await view.page.keyboard.press('ArrowDown');
      await until(
        'the lowest rates',
        async () => (await inside()) === having((run) => Number(run.params['learning_rate']) <= 0.000976),
      );
      for (let i = 0; i < 2; i++) await view.page.keyboard.press('Shift+ArrowUp');
      await until(
        'the next ones too',
        async () => (await inside()) === having((run) => Number(run.params['learning_rate']) <= 0.00125),
      );
      await view.picture('runCompare-parallel-keys-dark');
      await view.page.keyboard.press('ArrowLeft');
      assert.deepEqual(await focused(), ['Axis hidden', 'all']);
      await view.page.keyboard.press('ArrowDown');
      await until(
        'and of these one width',
        async () =>
          (await inside()) ===
          having((run) => Number(run.params['learning_rate']) <= 0.00125 && String(run.params['hidden']) === '64,32'),
      );
      assert.deepEqual(await focused(), ['Axis hidden', '[64, 32]']);
      await view.picture('runCompare-parallel-category-dark');
      const { parallel } = await comparePanel(view);
      assert.deepEqual(parallel.brushes['params.hidden'], [[0, 0]]);
      await view.page.keyboard.press('Escape');
      await until(
        'the width does not matter any more',
        async () => (await inside()) === having((run) => Number(run.params['learning_rate']) <= 0.00125),
      );
      await view.page.keyboard.press('ArrowRight');
      await view.page.keyboard.press('Escape');
      await until('all are inside', async () => (await inside()) === 40);
      assert.deepEqual(await focused(), ['Axis learning_rate', 'all']);
      await clean(view);
    });

    it('chooses and orders the axes', async () => {
      const view = await compare(6, { tab: 'parallel' });
      await view.page.getByRole('button', { name: /^Axes/ }).click();
      await view.page.getByLabel('Move hidden left').click();
      await view.page.getByRole('checkbox', { name: 'roc_auc metric' }).uncheck();
      await view.page.getByLabel('Logarithmic axis of learning_rate').click();
      const { parallel } = await comparePanel(view);
      assert.deepEqual(parallel.axes.slice(0, 2), ['params.hidden', 'params.dropout']);
      assert.ok(!parallel.axes.includes('metrics.roc_auc'));
      assert.deepEqual(parallel.log, ['params.learning_rate']);
      await view.picture('runCompare-axes-dark');
      await clean(view);
    });

    it('scatters any two, marks the best, and opens a run by a click', async () => {
      const view = await compare(30, { tab: 'scatter' });
      await view.page.locator('.compare .plot canvas').first().waitFor();
      await view.page.getByLabel('x', { exact: true }).selectOption('metrics.log_loss');
      await view.page.getByLabel('y', { exact: true }).selectOption('metrics.pr_auc');
      await until('the plot says its best', async () =>
        /pr_auc against log_loss of \d+ runs.*Best: /.test(
          (await view.page.locator('.compare .plot').getAttribute('aria-label')) ?? '',
        ),
      );
      await view.picture('runCompare-scatter-dark');
      await view.page.getByLabel('Table of the runs').click();
      await until('the rows', async () => (await view.page.locator('.compare .points tbody tr').count()) > 20);
      await view.page.locator('.compare .points tbody button').first().click();
      await view.page.locator('.detail h1').waitFor();
      await clean(view);
    });

    it('loads what draws parallel coordinates and scatter plots when one is first to be seen, and says when that fails', async () => {
      const loaded = (view: OpenView): Promise<number> =>
        view.page.evaluate(
          () =>
            performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/runHistoryCharts.js')).length,
        );
      const view = await compare(3);
      await drawn(view);
      assert.equal(await loaded(view), 0);
      let fails = true;
      await view.page.route('**/runHistoryCharts.js*', (route) => (fails ? route.abort() : route.continue()));
      await view.page.locator('#tab-scatter').click();
      await view.page.locator('#compared .error-bar').waitFor();
      assert.match(await view.page.locator('#compared .error-bar').innerText(), /^The charts could not be loaded: /);
      await view.picture('runCompare-charts-error-dark');
      fails = false;
      await view.page.getByText('Try again').click();
      await view.page.locator('.compare .plot canvas').first().waitFor();
      await view.page.locator('#tab-parallel').click();
      await view.page.locator('.axes-plot canvas').first().waitFor();
      // The browser tells of the request that was broken off here; nothing else went wrong.
      assert.deepEqual(
        view.faults.filter((fault) => !/ERR_FAILED/.test(fault)),
        [],
      );
    });
  },
);
