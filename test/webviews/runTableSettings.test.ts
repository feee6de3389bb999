import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { listViews } from '../../engine/tracking/savedViews.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { allRows, heads, names, persisted, rowTexts, runTableBench, waitForCount } from '../helpers/runTableView.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('filter, columns, views and groups of the table of runs', { skip: cannotTest() }, () => {
  const { open, openView } = runTableBench();

  it('filters by an expression with completion, keeps the filter for another time, and underlines what cannot be read', async () => {
    const runs = makeRuns(120);
    const view = await open(runs);
    const { page } = view;
    await page.locator('table.runs').focus();
    await page.keyboard.press('f');
    await page.keyboard.type('metrics.pr');
    const first = page.locator('#filter-list li').first();
    await first.waitFor();
    await until('the choice is marked', async () => (await first.getAttribute('aria-selected')) === 'true');
    assert.equal(await page.locator('#filter').getAttribute('aria-expanded'), 'true');
    assert.equal(await page.locator('#filter').getAttribute('aria-activedescendant'), 'filter-item-0');
    await page.keyboard.press('Tab');
    assert.equal(await page.locator('#filter').inputValue(), 'metrics.pr_auc');
    await page.keyboard.type(' > 0.9');
    await page.keyboard.press('Enter');
    const better = runs.filter((run) => (run.metrics['pr_auc'] ?? 0) > 0.9);
    await waitForCount(view, new RegExp(`^${better.length} runs$`));
    assert.deepEqual(await allRows(view), names(better));
    await page.keyboard.press('f');
    await page.keyboard.press('End');
    await page.keyboard.type(' and params.lr <');
    await page.locator('.filter-problem').waitFor();
    assert.match(await page.locator('.filter-problem').innerText(), /Expected a value.*filter is not applied/s);
    assert.equal(await page.locator('.mistake').count(), 1);
    assert.equal(await page.locator('#filter').getAttribute('aria-invalid'), 'true');
    await waitForCount(view, /^120 runs$/);
    await view.picture('runTable-problem-dark');
    for (let i = 0; i < ' and params.lr <'.length; i++) await page.keyboard.press('Backspace');
    await waitForCount(view, new RegExp(`^${better.length} runs$`));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await waitForCount(view, /^120 runs$/);
    await page.locator('#filter').click();
    await page.getByText('used before').first().waitFor();
    const offered = await page.locator('#filter-list').innerText();
    assert.match(offered, /metrics\.pr_auc > 0\.9/);
    assert.doesNotMatch(offered, /params\.lr </, 'what could not be read is not offered again');
    await view.picture('runTable-completion-dark');
    assert.deepEqual(view.faults, []);
  });

  it('completes what was typed since the list came, also while the next completions are late', async () => {
    // Tried with: the rest of a word, a word that no item has, and the word taken back to its first letter.
    for (const [first, listed, then, right] of [
      ['metrics.', 'metrics.pr_auc', 'pr', 'metrics.pr_auc'],
      ['m', 'metrics.', 'etrics.pr', /^metrics\.pr/],
      ['metrics.p', 'metrics.pr_auc', 'zz', 'metrics.pzz'],
    ] as const) {
      const view = await open(makeRuns(12));
      const { page } = view;
      await page.locator('table.runs').focus();
      await page.keyboard.press('f');
      await page.keyboard.type(first);
      await page.locator('#filter-list li', { hasText: listed }).first().waitFor();
      view.answer({ 'runs/complete': () => new Promise(() => {}) });
      await page.keyboard.type(then);
      await page.keyboard.press('Tab');
      const typed = await page.locator('#filter').inputValue();
      if (typeof right === 'string') assert.equal(typed, right);
      else assert.match(typed, right);
      await view.close();
    }
  });

  it('words and expression narrow together, and nothing found offers the way back', async () => {
    const runs = makeRuns(120);
    const view = await open(runs);
    await view.page.locator('#filter').fill('params.learning_rate = 0.001');
    await view.page.locator('#filter').press('Enter');
    await view.page.locator('#search').fill('wider finished');
    const both = runs.filter(
      (run) => run.params['learning_rate'] === 0.001 && run.experiment === 'wider' && run.status === 'finished',
    );
    await waitForCount(view, new RegExp(`^${both.length} runs?$`));
    assert.deepEqual(await allRows(view), names(both));
    await view.page.locator('#search').fill('nothing-has-this');
    await view.page.getByText('No run matches').waitFor();
    await view.picture('runTable-nothing-dark');
    await view.page.getByText('Show all runs').click();
    await waitForCount(view, /^120 runs$/);
    assert.equal(await view.page.locator('#filter').inputValue(), '');
  });

  it('columns are found, chosen, pinned, moved by keyboard and by drag, made wider, and all of it is kept', async () => {
    const view = await open(makeRuns(60));
    const { page } = view;
    await until('the columns', async () => (await heads(view)).includes('params.hidden'));
    await page.locator('#open-columns').click();
    await page.getByLabel('Find a column').fill('weight');
    await page.getByRole('checkbox', { name: 'class_weight' }).check();
    await page.getByLabel('Find a column').fill('');
    await page.locator('.line[data-column="metrics.log_loss"] input').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await until('it moved', async () => (await heads(view)).join().includes('metrics.log_loss,metrics.roc_auc'));
    await page.keyboard.press('p');
    await until('it is pinned', async () => (await heads(view)).slice(0, 2).join() === 'name,metrics.log_loss');
    await view.picture('runTable-columns-dark');
    await page.keyboard.press('Escape');
    await page.locator('th[data-column="status"]').dragTo(page.locator('th[data-column="duration"]'));
    await until('it was dropped', async () => (await heads(view)).join().includes('started,duration,status'));
    const edge = await page.locator('th[data-column="duration"] .resizer').boundingBox();
    assert.ok(edge);
    await page.mouse.move(edge.x + 3, edge.y + 8);
    await page.mouse.down();
    await page.mouse.move(edge.x + 83, edge.y + 8, { steps: 4 });
    await page.mouse.up();
    await until('it is wider', async () => ((await persisted(view)).layout.widths['duration'] ?? 0) > 160);
    await page.locator('table.runs').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    assert.equal(
      await page.evaluate(() => document.activeElement?.closest('th')?.dataset['column']),
      'metrics.log_loss',
    );
    await page.keyboard.press('Alt+ArrowRight');
    await until(
      'it moved out of the pinned',
      async () =>
        (await heads(view)).indexOf('metrics.log_loss') === 2 &&
        !(await persisted(view)).layout.pinned.includes('metrics.log_loss'),
    );
    await page.locator('.scroller').evaluate((box) => {
      box.scrollLeft = 500;
    });
    assert.ok(((await page.locator('th[data-column="name"]').boundingBox())?.x ?? -1) >= 60, 'the name stays in sight');
    assert.ok((await persisted(view)).layout.columns?.includes('params.class_weight'));
    assert.deepEqual(view.faults, []);
  });

  it('views are saved, told when they are edited, renamed and deleted', async () => {
    const view = await open(makeRuns(120));
    const { page } = view;
    const menu = page.locator('#open-views');
    await page.locator('#filter').fill('metrics.pr_auc > 0.88');
    await page.locator('#filter').press('Enter');
    await menu.click();
    await page.getByLabel('Name of a new view').fill('Good ones');
    await page.keyboard.press('Enter');
    await page.getByText('Saved the view').waitFor();
    assert.deepEqual(
      listViews(view.store).map((one) => one.name),
      ['Good ones'],
    );
    assert.match(await menu.innerText(), /^\s*Good ones\s*$/);
    await page.getByRole('button', { name: 'Duration' }).click();
    await until('it is told as edited', async () => /edited/.test(await menu.innerText()));
    await menu.click();
    await view.picture('runTable-views-dark');
    await page.getByText('Save “Good ones”').click();
    await until('it is saved', async () => !/edited/.test(await menu.innerText()));
    await menu.click();
    await page.locator('.popup-views .choice').first().click();
    await until('all runs again', async () => (await page.locator('#filter').inputValue()) === '');
    await menu.click();
    await page.locator('.choice', { hasText: 'Good ones' }).click();
    await until(
      'the filter is back',
      async () => (await page.locator('#filter').inputValue()) === 'metrics.pr_auc > 0.88',
    );
    assert.deepEqual((await persisted(view)).order, [{ column: 'duration', descending: true }]);
    await menu.click();
    await page.getByLabel('Another name for Good ones').fill('Best');
    await page.keyboard.press('Enter');
    await until(
      'it is renamed',
      () =>
        listViews(view.store)
          .map((one) => one.name)
          .join() === 'Best',
    );
    await menu.click();
    await page.getByText('Delete “Best”').click();
    await until('it is gone', () => listViews(view.store).length === 0);
    assert.deepEqual(view.faults, []);
  });

  it('groups by a param with what the metrics are in each group, and opens a group', async () => {
    const runs = makeRuns(400);
    const view = await open(runs);
    const { page } = view;
    await until('the params', async () => (await heads(view)).includes('params.learning_rate'));
    await page.locator('#filter').fill("status = 'finished' or status = 'failed'");
    await page.locator('#filter').press('Enter');
    await page.locator('#group').selectOption('params.learning_rate');
    await page.locator('tr.group').first().waitFor();
    assert.equal(await page.locator('tr.group').count(), 3);
    const of = runs.filter(
      (run) => (run.status === 'finished' || run.status === 'failed') && run.params['learning_rate'] === 0.001,
    );
    const row = page.locator('tr.group', { hasText: '0.001' });
    assert.match(await row.innerText(), new RegExp(`${of.length} runs`));
    const values = of.flatMap((run) => run.metrics['pr_auc'] ?? []);
    await until('the sums', async () => (await row.innerText()).includes(Math.min(...values).toFixed(3)));
    for (const value of [Math.max(...values), values.reduce((sum, one) => sum + one, 0) / values.length])
      assert.ok((await row.innerText()).includes(value.toFixed(3)), String(value));
    await row.click();
    await until('its runs', async () => (await rowTexts(view)).length > 5);
    assert.equal(await page.locator('table.runs').getAttribute('aria-rowcount'), String(of.length + 3 + 1));
    assert.deepEqual((await rowTexts(view)).slice(0, 5), names(of.slice(0, 5)));
    await view.picture('runTable-groups-dark');
    await page.locator('table.runs').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await until('it is closed', async () => (await rowTexts(view)).length === 0);
    assert.deepEqual(view.faults, []);
  });

  it('everything that was set is there after a reload', async () => {
    const runs = makeRuns(80);
    const view = await open(runs);
    await view.page.locator('#filter').fill('metrics.pr_auc > 0.85');
    await view.page.locator('#filter').press('Enter');
    await view.page.locator('#search').fill('finished');
    await view.page.getByRole('button', { name: 'Name', exact: true }).click();
    await view.page.locator('#group').selectOption('experiment');
    await view.page.locator('tr.group').first().waitFor();
    const before = await persisted(view);
    const { store } = view;
    const again = await openView(
      'runHistory',
      { experiment: null, runId: null },
      { ...view.all, 'project/overview': () => overview },
      'dark',
      undefined,
      { persisted: { root: '/projects/card-fraud', ui: before } },
    );
    await again.page.locator('tr.group').first().waitFor();
    assert.deepEqual(
      [
        await again.page.locator('#filter').inputValue(),
        await again.page.locator('#search').inputValue(),
        await again.page.locator('#group').inputValue(),
      ],
      ['metrics.pr_auc > 0.85', 'finished', 'experiment'],
    );
    const total = listRuns(store, { filter: 'metrics.pr_auc > 0.85', search: 'finished' }).total;
    await waitForCount(again, new RegExp(`^${total} runs in 2 groups$`));
  });
});
