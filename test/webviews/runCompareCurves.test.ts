import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pointsEach, writeCurves } from '../fixtures/views/richRuns.ts';
import { clean, compareBench, comparePanel, drawn, saved } from '../helpers/compareView.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';
import type { Answers } from '../helpers/viewPage.ts';

describe('the curves of compared runs, over the engine’s own answers', { skip: cannotTest() }, () => {
  const { compare, held } = compareBench();

  it('draws a chart a metric with every point, says what it cannot draw, and sums itself up', async () => {
    const view = await compare(5);
    await drawn(view);
    assert.deepEqual(
      await view.page.locator('.chart-card h3').allInnerTexts(),
      ['val_pr_auc', 'val_loss', 'loss'],
      'primary first',
    );
    const [odd] = view.chosen;
    assert.match(
      (await view.page.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      new RegExp(
        `^loss by step, 5 runs\\. ${odd?.name}: ${pointsEach} points, minimum 0\\.\\d{3}, maximum 0\\.\\d{3}, last`,
      ),
    );
    const notes = await view.page.locator('.chart-card[aria-label="loss"] .chart-note').allInnerTexts();
    assert.deepEqual(
      notes.map((note) => note.trim()),
      [
        `1 point is +∞, marked ▲ at the upper edge (${odd?.name}).`,
        `1 point is −∞, marked ▼ at the lower edge (${odd?.name}).`,
        `1 point is NaN, a gap in the curve (${odd?.name}).`,
      ],
    );
    await view.picture('runCompare-curves-dark');
    await clean(view);
  });

  it('zooms all charts together by a drag, says where the cursor is for all runs, and highlights one', async () => {
    const view = await compare(5);
    await drawn(view);
    const over = view.page.locator('.chart-card[aria-label="loss"] .u-over');
    const box = await over.boundingBox();
    assert.ok(box);
    await view.page.mouse.move(box.x + box.width * 0.25, box.y + 60);
    await view.page.mouse.down();
    await view.page.mouse.move(box.x + box.width * 0.5, box.y + 70, { steps: 4 });
    await view.page.mouse.up();
    await view.page.getByRole('button', { name: 'Show all' }).waitFor();
    const zoom = (await comparePanel(view)).curves['zoom'] as [number, number];
    assert.ok(Math.abs(zoom[0] - 100) < 3 && Math.abs(zoom[1] - 200) < 3, String(zoom));
    await view.page.mouse.move(box.x + box.width * 0.6, box.y + 90);
    await until(
      'the legend has a value a run',
      async () =>
        (await view.page.locator('.legend li .number').allInnerTexts()).filter((text) => /0\.\d{3}/.test(text))
          .length === 5,
    );
    assert.match(await view.page.locator('.legend-head').innerText(), /loss\s+step 1[56]\d/);
    assert.equal(await view.page.locator('.readout .reading').count(), 5);
    // The other charts follow with their dots.
    assert.equal(await view.page.locator('.chart-card[aria-label="val_pr_auc"] .dots circle').count(), 5);
    await view.page.locator('.legend li').nth(2).hover();
    await view.page.locator('.legend li.focused').waitFor();
    await view.picture('runCompare-zoom-dark');
    await over.dblclick();
    await until('all is shown again', async () => (await comparePanel(view)).curves['zoom'] === null);
    await clean(view);
  });

  it('is walked through by keys: points, zoom, tabs', async () => {
    const view = await compare(3);
    await drawn(view);
    const plot = view.page.locator('.chart-card[aria-label="loss"] .plot');
    await plot.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'PageDown']) await view.page.keyboard.press(key);
    await until('the point is said', async () =>
      /^step 11\. /.test(await view.page.locator('.chart-card[aria-label="loss"] [role=status]').innerText()),
    );
    await view.page.keyboard.press('+');
    await view.page.getByRole('button', { name: 'Show all' }).waitFor();
    await view.page.keyboard.press('0');
    await view.page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
    await view.page.locator('#tab-curves').focus();
    await view.page.keyboard.press('ArrowRight');
    await until(
      'the next tab is on',
      async () => (await view.page.locator('#tab-parallel').getAttribute('aria-selected')) === 'true',
    );
    assert.equal(await view.page.evaluate(() => document.activeElement?.id), 'tab-parallel');
    await clean(view);
  });

  it('smooths with the raw curve behind, has log axes, and every x axis', async () => {
    const view = await compare(4);
    await drawn(view);
    await view.page.locator('.smoothing input').fill('0.9');
    await view.page.getByLabel('Logarithmic y axis of loss').click();
    await view.picture('runCompare-smooth-dark');
    for (const [axis, title] of [
      ['relative', /^loss by time since start/],
      ['wall', /^loss by clock time/],
      ['epoch', /^loss by epoch/],
    ] as const) {
      await view.page.locator('select.axis').selectOption(axis);
      await until(`the charts are by ${axis}`, async () =>
        title.test((await view.page.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? ''),
      );
    }
    await view.page.locator('.log-x').check();
    await until('what has no place is told', async () =>
      (await view.page.locator('.chart-card[aria-label="loss"] .chart-note').allInnerTexts()).some((note) =>
        /at or below zero and ha(s|ve) no place/.test(note),
      ),
    );
    await view.picture('runCompare-epoch-dark');
    const { curves } = await comparePanel(view);
    assert.deepEqual(
      [curves['axis'], curves['logX'], curves['logY'], curves['smoothing']],
      ['epoch', true, ['loss'], 0.9],
    );
    await clean(view);
  });

  it('shows the points as a table, page by page', async () => {
    const view = await compare(3, { from: 2 });
    await drawn(view);
    await view.page.getByLabel('Table of loss').click();
    const table = view.page.locator('.chart-card[aria-label="loss"] .points table');
    await table.waitFor();
    assert.equal(await table.locator('tbody tr').count(), 100);
    await view.page.getByLabel('Last page').click();
    await until(
      'the last page is there',
      async () =>
        (await view.page.locator('.pager [role=status]').innerText()) === `301 to ${pointsEach} of ${pointsEach}`,
    );
    assert.match(await table.locator('tbody tr').last().innerText(), new RegExp(`^${pointsEach - 1}\\b`));
    await view.picture('runCompare-table-dark');
    await clean(view);
  });

  it('saves a chart as PNG, as SVG of real lines, and all its points as CSV', async () => {
    const view = await compare(3, { from: 2 });
    await drawn(view);
    const card = view.page.locator('.chart-card[aria-label="loss"]');
    await card.getByLabel('Save loss as SVG').click();
    const svg = (await saved(view, 'loss.svg')).toString();
    assert.match(svg, /^<svg xmlns/);
    for (const run of view.chosen) assert.ok(svg.includes(`>${run.name}</text>`), run.name);
    const longest = Math.max(...[...svg.matchAll(/ d="([^"]*)"/g)].map((found) => found[1]?.split('L').length ?? 0));
    assert.ok(longest >= pointsEach, `${longest} points in a path`);
    assert.doesNotMatch(svg, /NaN|<image/);
    const whole = await view.page.evaluate(
      (text) =>
        new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ?? 'whole',
      svg,
    );
    assert.equal(whole, 'whole');
    await card.getByLabel('Save loss as PNG').click();
    assert.equal((await saved(view, 'loss.png')).subarray(1, 4).toString(), 'PNG');
    await card.getByLabel('Save loss as CSV').click();
    assert.equal((await saved(view, 'loss.csv')).toString().trim().split('\r\n').length, 1 + 3 * pointsEach);
    for (const tab of ['parallel', 'scatter']) {
      await view.page.locator(`#tab-${tab}`).click();
      for (const format of ['SVG', 'PNG', 'CSV'])
        await view.page
          .getByRole('button', {
            name: `Save the ${tab === 'parallel' ? 'parallel coordinates' : 'scatter plot'} as ${format}`,
          })
          .click();
    }
    const parallel = (await saved(view, 'Parallel-coordinates.svg')).toString();
    assert.ok(parallel.includes('learning_rate') && parallel.includes('<path'));
    assert.equal((await saved(view, 'Parallel-coordinates.png')).subarray(1, 4).toString(), 'PNG');
    assert.match((await saved(view, 'Parallel-coordinates.csv')).toString(), /^run,run_id,params\.\w+/);
    await clean(view);
  });

  it('follows a run that goes on, keeps the zoom, and asks one question of a kind at a time', async () => {
    let going = 0;
    let most = 0;
    const slow: Answers = {
      'runs/series': async (params) => {
        most = Math.max(most, ++going);
        await new Promise((done) => setTimeout(done, 30));
        going--;
        return held().answers['runs/series']?.(params) ?? [];
      },
    };
    const view = await compare(3, { from: 0, more: slow });
    await drawn(view);
    const [live] = view.chosen;
    assert.ok(live?.status === 'running');
    await view.page.locator('.chart-card[aria-label="loss"] .plot').focus();
    await view.page.keyboard.press('+');
    await view.page.getByRole('button', { name: 'Show all' }).waitFor();
    const zoom = (await comparePanel(view)).curves['zoom'];
    writeCurves(held().store, live, 0, pointsEach + 50, pointsEach);
    for (let i = 0; i < 5; i++) await view.changed();
    await until('the new points are there', async () =>
      new RegExp(`${live.name}: ${pointsEach + 50} points`).test(
        (await view.page.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    assert.deepEqual((await comparePanel(view)).curves['zoom'], zoom);
    assert.equal(await view.page.evaluate(() => document.activeElement?.classList.contains('plot')), true);
    assert.equal(most, 1);
    await clean(view);
  });

  it('says why a curve could not be had, keeps the others, and tries again', async () => {
    let fails = true;
    const view = await compare(2, {
      more: {
        'runs/series': (params) => {
          if (fails && params.key === 'val_loss') throw new Error('The store is locked.');
          return held().answers['runs/series']?.(params) ?? [];
        },
      },
    });
    await drawn(view);
    const card = view.page.locator('.chart-card[aria-label="val_loss"]');
    await card.locator('.error-bar').waitFor();
    await view.picture('runCompare-error-dark');
    fails = false;
    await card.getByText('Try again').click();
    await drawn(view, 'val_loss');
    assert.equal(await card.locator('.error-bar').count(), 0);
  });
});
