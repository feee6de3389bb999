import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { longTest } from '../helpers/rounds.ts';
import { writeRun } from '../helpers/runStore.ts';
import { allRows, names, persisted, rowTexts, runTableBench, waitForCount } from '../helpers/runTableView.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('the table of runs', { skip: cannotTest() }, () => {
  const { open } = runTableBench();

  it('sorts in the engine by several keys and marks the best of all runs, not of those on the screen', async () => {
    const runs = makeRuns(2500);
    const view = await open(runs);
    const best = runs.reduce((a, b) => ((b.metrics['pr_auc'] ?? 0) > (a.metrics['pr_auc'] ?? 0) ? b : a));
    const value = best.metrics['pr_auc']?.toFixed(3) ?? '';
    await view.page.waitForFunction(() => document.querySelectorAll('td.bar').length > 10);
    assert.equal(await view.page.locator('td.best', { hasText: value }).count(), 0);
    await view.page.getByRole('button', { name: 'pr_auc' }).click();
    await until('the best run is first', async () => (await rowTexts(view))[0] === best.name);
    assert.match(await view.page.locator('tr[aria-selected] td.best').first().innerText(), new RegExp(value));
    assert.ok((await view.page.locator('table.runs tbody tr').count()) < 80, 'rows are virtual');
    await view.page.getByRole('button', { name: 'Experiment' }).click();
    await view.page.getByRole('button', { name: 'log_loss' }).click({ modifiers: ['Shift'] });
    const expected = runs.toSorted((a, b) =>
      a.experiment < b.experiment
        ? -1
        : a.experiment > b.experiment
          ? 1
          : (a.metrics['log_loss'] ?? 9) - (b.metrics['log_loss'] ?? 9),
    );
    await until(
      'both keys order',
      async () => (await rowTexts(view)).slice(0, 5).join() === names(expected.slice(0, 5)).join(),
    );
    assert.deepEqual((await persisted(view)).order, [
      { column: 'experiment', descending: false },
      { column: 'metrics.log_loss', descending: false },
    ]);
    assert.equal(await view.page.locator('th[data-column="metrics.log_loss"]').getAttribute('aria-sort'), 'ascending');
  });

  it('does not mark the best of a run that failed, in the table and in groups', async () => {
    const runs = makeRuns(60).map((run, i): RunSummary =>
      i === 7 ? { ...run, status: 'failed', metrics: { ...run.metrics, pr_auc: 0.999 } } : run,
    );
    const view = await open(runs);
    const best = runs
      .filter((run) => run.status !== 'failed')
      .reduce((a, b) => ((b.metrics['pr_auc'] ?? 0) > (a.metrics['pr_auc'] ?? 0) ? b : a));
    await view.page.waitForFunction(() => document.querySelectorAll('td.bar').length > 10);
    await view.page.getByRole('button', { name: 'pr_auc' }).click();
    await until('the failed run is first', async () => (await rowTexts(view))[0] === runs[7]?.name);
    const marked = view.page.locator('td.best', { hasText: /0\.[89]\d{2}/ });
    await until('the best is marked', async () =>
      (await marked.allInnerTexts()).join().includes(best.metrics['pr_auc']?.toFixed(3) ?? '?'),
    );
    assert.doesNotMatch((await view.page.locator('td.best').allInnerTexts()).join(), /0\.999/);
    await view.page.locator('#group').selectOption('params.hidden');
    await view.page.locator('tr.group').first().waitFor();
    for (const group of await view.page.locator('tr.group').all()) await group.click();
    await until('the best is marked in its group', async () =>
      (await view.page.locator('td.best').allInnerTexts()).join().includes(best.metrics['pr_auc']?.toFixed(3) ?? '?'),
    );
    assert.doesNotMatch((await view.page.locator('td.best').allInnerTexts()).join(), /0\.999/);
  });

  it('an answer that comes after the answer to a newer question is not shown', async () => {
    const runs = makeRuns(120);
    const view = await open(runs);
    await until(
      'everything is there',
      async () => view.requests.includes('runs/columns') && (await view.page.locator('td.bar').count()) > 0,
    );
    const list = view.all['runs/list'];
    assert.ok(list);
    let release = (): void => {};
    const held = new Promise<void>((go) => {
      release = go;
    });
    let [asked, late] = [false, false];
    view.answer({
      'runs/list': async (query) => {
        const page = await list(query);
        if (query.search === 'wider') {
          asked = true;
          await held;
          late = true;
        }
        return page;
      },
    });
    await view.page.locator('#search').fill('wider');
    await until('the old question is asked', () => asked);
    await view.page.locator('#search').fill('retraining');
    const expected = names(runs.filter((run) => run.tags['trigger'] === 'retraining'));
    await until('the new rows', async () => (await rowTexts(view)).join() === expected.join());
    release();
    await until('the old answer came', () => late);
    await view.changed();
    await until(
      'the rows were asked for again',
      async () => view.requests.filter((one) => one === 'runs/list').length > 3,
    );
    assert.deepEqual(await allRows(view), expected);
  });

  it('scrolls over any number of rows, asks only for what is in sight, and End and Home reach the ends', async () => {
    const runs = makeRuns(5000);
    const view = await open(runs);
    assert.equal(await view.page.locator('table.runs').getAttribute('aria-rowcount'), '5001');
    await view.page.locator('table.runs').focus();
    await view.page.keyboard.press('End');
    await until('the last row', async () => (await view.page.locator('#row-4999 td.name').count()) === 1);
    const last = listRuns(view.store, { offset: 4999, limit: 1 }).runs[0];
    assert.equal(await view.page.locator('#row-4999 td.name button').innerText(), last?.name);
    assert.equal(await view.page.locator('table.runs').getAttribute('aria-activedescendant'), 'row-4999');
    const lists = view.requests.filter((one) => one === 'runs/list').length;
    assert.ok(lists < 20, `${lists} requests`);
    await view.page.keyboard.press('Home');
    await until('the first row', async () => (await view.page.locator('#row-0 td.name').count()) === 1);
    assert.deepEqual(view.faults, []);
  });

  it('a frame of scrolling touches only the rows that come in', async () => {
    const view = await open(makeRuns(500));
    await view.page.locator('.scroller').evaluate((box) => {
      box.scrollTop = 60 * 28;
    });
    await until(
      'nothing is asked any more',
      async () =>
        (await view.page.locator('tr.waiting').count()) === 0 && (await view.page.locator('#row-60').count()) === 1,
    );
    // The last thing that comes: the range of the last metric.
    await view.page.waitForFunction(
      () =>
        [...document.querySelectorAll('#row-62 td.number')].filter((cell) => cell.classList.contains('bar')).length ===
        4,
    );
    const touched = await view.page.evaluate(async () => {
      const rows = new Set<Element | null | undefined>();
      const note = (all: MutationRecord[]): void => {
        for (const { target } of all)
          rows.add((target instanceof Element ? target : target.parentElement)?.closest('tr'));
      };
      const observer = new MutationObserver(note);
      const body = document.querySelector('.runs tbody');
      const box = document.querySelector('.scroller');
      if (!body || !box) return -1;
      observer.observe(body, { subtree: true, childList: true, attributes: true, characterData: true });
      box.scrollTop += 3 * 28;
      const isMoved = (): boolean => document.querySelector('#row-90') !== null && rows.size >= 3;
      for (let i = 0; i < 200 && !isMoved(); i++)
        await new Promise((turn) => {
          requestAnimationFrame(turn);
        });
      note(observer.takeRecords());
      return rows.size;
    });
    assert.equal(touched, 3);
  });

  it('a run that comes in stands at the top, and moves nothing for who reads further down', async () => {
    const runs = makeRuns(900);
    const view = await open(runs);
    const [newest] = runs;
    assert.ok(newest);
    await view.page.locator('.scroller').evaluate((box) => {
      box.scrollTop = 400 * 28 + 9;
    });
    await until('the middle is loaded', async () => (await view.page.locator('#row-405 td.name').count()) === 1);
    await view.page.locator('#row-405').click();
    const before = await view.page.locator('tr.active').boundingBox();
    const name = await view.page.locator('tr.active td.name button').innerText();
    writeRun(view.store, {
      ...newest,
      runId: 'f'.repeat(32),
      name: 'new-comer',
      startedAt: newest.startedAt + 1000,
      registered: [],
    });
    await view.changed();
    await waitForCount(view, /^901 runs$/);
    await until('it moved a row', async () => (await view.page.locator('tr.active').getAttribute('id')) === 'row-406');
    assert.equal(await view.page.locator('tr.active td.name button').innerText(), name);
    assert.equal((await view.page.locator('tr.active').boundingBox())?.y, before?.y);
    await view.page.locator('.scroller').evaluate((box) => {
      box.scrollTop = 0;
    });
    await until('the new run', async () => (await rowTexts(view))[0] === 'new-comer');
  });

  it('a storm of changes asks for one refresh at a time', async () => {
    let [underWay, most, asked] = [0, 0, 0];
    const view = await open(makeRuns(300));
    await until(
      'everything is there',
      async () => view.requests.includes('runs/columns') && (await view.page.locator('td.bar').count()) > 0,
    );
    view.answer({
      'runs/list': async (query) => {
        most = Math.max(most, ++underWay);
        asked++;
        await new Promise((turn) => {
          setTimeout(turn, 20);
        });
        underWay--;
        const list = view.all['runs/list'];
        return list ? await list(query) : { runs: [], total: 0 };
      },
    });
    for (let i = 0; i < 200; i++) await view.changed();
    await until('it settles', () => underWay === 0 && asked > 0);
    // The rows, and beside them one request for the ends of a metric.
    assert.ok(most <= 2, `${most} requests at once`);
    assert.ok(asked < 100, `${asked} requests for 200 changes`);
  });

  it('shows rows to come as such, and the last good rows while the engine does not answer', async () => {
    const view = await open(makeRuns(2000));
    view.answer({ 'runs/list': () => new Promise(() => {}) });
    await view.page.locator('.scroller').evaluate((box) => {
      box.scrollTop = 1200 * 28;
    });
    await view.page.locator('tr.waiting').first().waitFor();
    await view.page.waitForFunction(() =>
      [...document.querySelectorAll('tr.waiting i')].some((one) => Number(getComputedStyle(one).opacity) > 0.4),
    );
    await view.picture('runTable-waiting-dark');
    assert.equal(await view.page.locator('tr.waiting').first().getAttribute('aria-busy'), 'true');
  });

  for (const theme of ['light', 'contrast'] as const) {
    longTest(`looks right in ${theme}`, async () => {
      const view = await open(makeRuns(400), {}, theme);
      await until('bars', async () => (await view.page.locator('td.bar').count()) > 20);
      await view.page.locator('table.runs').focus();
      for (const key of ['ArrowDown', 'Space', 'ArrowDown', 'ArrowDown', 'Space', 'ArrowDown'])
        await view.page.keyboard.press(key);
      await view.picture(`runTable-full-${theme}`);
      await view.page.locator('#filter').fill('metrics.');
      await view.page.locator('#filter-list li').first().waitFor();
      await view.picture(`runTable-completion-${theme}`);
      await view.page.locator('#filter').fill('metrics.pr_auc >> 3');
      await view.page.locator('.filter-problem', { hasText: 'Expected a value' }).waitFor();
      await view.picture(`runTable-problem-${theme}`);
      await view.page.locator('#filter').fill('');
      await view.page.locator('#filter').press('Enter');
      await view.page.locator('#group').selectOption('params.hidden');
      await view.page.locator('tr.group').nth(1).click();
      await view.page.locator('#open-columns').click();
      await view.picture(`runTable-groups-${theme}`);
      assert.deepEqual(view.faults, []);
    });
  }
});
