// One view with one bench: parts of its own would start Chromium and fill a store again each.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { listViews } from '../../engine/tracking/savedViews.ts';
import type { PersistedState } from '../../webviews/runHistory/model.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { detailOf, makeRuns } from '../fixtures/views/runs.ts';
import { runStore, writeRun } from '../helpers/runStore.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const skip = cannotTest();
const closing: (() => void)[] = [];

/** The view over a store with these runs: every answer is the engine's. */
async function open(
  bench: ViewBench,
  runs: readonly RunSummary[],
  more: Answers = {},
  theme: 'dark' | 'light' | 'contrast' = 'dark',
) {
  const { store, answers, close } = runStore(runs);
  closing.push(close);
  const detail: Answers = {
    'project/overview': () => overview,
    'runs/get': ({ runId }) =>
      detailOf(listRuns(store, { filter: `run_id = '${runId}'`, which: 'all' }).runs[0] ?? (runs[0] as RunSummary)),
  };
  const view = await bench.open(
    'runHistory',
    { experiment: null, runId: null },
    { ...answers, ...detail, ...more },
    theme,
  );
  await view.page.locator('tr[aria-selected]').first().waitFor();
  return { ...view, store, all: answers };
}

const rowTexts = (view: OpenView): Promise<string[]> =>
  view.page.locator('table.runs tr[aria-selected] td.name button').allInnerTexts();
/** All rows that stand in the page, when those out of sight have come too. */
const allRows = async (view: OpenView): Promise<string[]> => {
  await until('no row is waiting', async () => (await view.page.locator('tr.waiting').count()) === 0);
  return rowTexts(view);
};
const names = (runs: readonly RunSummary[]): string[] => runs.map((run) => run.name);
const persisted = async (view: OpenView): Promise<PersistedState> =>
  ((await view.page.evaluate('window.persistedState')) as { ui: PersistedState }).ui;
const count = (view: OpenView, text: RegExp) =>
  until(`the count is ${text}`, async () => text.test(await view.page.locator('.actions .count').innerText()));
const heads = (view: OpenView): Promise<string[]> =>
  view.page
    .locator('th[data-column]')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['column'] ?? ''));

describe('the table of runs', { skip }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(async () => {
    await bench.closePages();
    for (const close of closing.splice(0)) close();
  });
  after(() => bench.stop());

  it('filters by an expression with completion, keeps the filter for another time, and underlines what cannot be read', async () => {
    const runs = makeRuns(120);
    const view = await open(bench, runs);
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
    await count(view, new RegExp(`^${better.length} runs$`));
    assert.deepEqual(await allRows(view), names(better));
    await page.keyboard.press('f');
    await page.keyboard.press('End');
    await page.keyboard.type(' and params.lr <');
    await page.locator('.filter-problem').waitFor();
    assert.match(await page.locator('.filter-problem').innerText(), /Expected a value.*without this filter/s);
    assert.equal(await page.locator('.mistake').count(), 1);
    assert.equal(await page.locator('#filter').getAttribute('aria-invalid'), 'true');
    await count(view, /^120 runs$/);
    await view.picture('runTable-problem-dark');
    for (let i = 0; i < ' and params.lr <'.length; i++) await page.keyboard.press('Backspace');
    await count(view, new RegExp(`^${better.length} runs$`));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await count(view, /^120 runs$/);
    await page.locator('#filter').click();
    await page.getByText('used before').first().waitFor();
    const offered = await page.locator('#filter-list').innerText();
    assert.match(offered, /metrics\.pr_auc > 0\.9/);
    assert.doesNotMatch(offered, /params\.lr </, 'what could not be read is not offered again');
    await view.picture('runTable-completion-dark');
    assert.deepEqual(view.faults, []);
  });

  it('words and expression narrow together, and nothing found offers the way back', async () => {
    const runs = makeRuns(120);
    const view = await open(bench, runs);
    await view.page.locator('#filter').fill('params.learning_rate = 0.001');
    await view.page.locator('#filter').press('Enter');
    await view.page.locator('#search').fill('wider finished');
    const both = runs.filter(
      (run) => run.params['learning_rate'] === 0.001 && run.experiment === 'wider' && run.status === 'finished',
    );
    await count(view, new RegExp(`^${both.length} runs?$`));
    assert.deepEqual(await allRows(view), names(both));
    await view.page.locator('#search').fill('nothing-has-this');
    await view.page.getByText('No run matches').waitFor();
    await view.picture('runTable-nothing-dark');
    await view.page.getByText('Show all runs').click();
    await count(view, /^120 runs$/);
    assert.equal(await view.page.locator('#filter').inputValue(), '');
  });

  it('sorts in the engine by several keys and marks the best of all runs, not of those on the screen', async () => {
    const runs = makeRuns(2500);
    const view = await open(bench, runs);
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
    const view = await open(bench, runs);
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

  it('selects with Shift all runs of open groups between two rows, those that were never loaded too', async () => {
    const runs = makeRuns(900);
    const view = await open(bench, runs);
    const { page } = view;
    await until('the params', async () => (await heads(view)).includes('params.hidden'));
    await page.locator('#group').selectOption('params.hidden');
    await page.locator('tr.group').first().waitFor();
    await page.locator('tr.group').nth(0).click();
    await until('its runs', async () => (await page.locator('table.runs').getAttribute('aria-rowcount')) === '304');
    await page.locator('tr[aria-selected]').nth(1).click();
    await page.keyboard.press('Shift+End');
    const first =
      (await page.locator('tr.group').count()) > 0
        ? runs.filter((run) => JSON.stringify(run.params['hidden']) === JSON.stringify(runs[0]?.params['hidden']))
            .length
        : 0;
    assert.equal(first, 300);
    await until('all but the first are selected', async () => (await persisted(view)).selected.length === 299);
    const group = (id: string): string => JSON.stringify(runs.find((run) => run.runId === id)?.params['hidden']);
    const { selected } = await persisted(view);
    assert.deepEqual(
      [new Set(selected.map(group)).size, new Set(selected).size],
      [1, 299],
      'closed groups are not opened',
    );
  });

  it('an answer that comes after the answer to a newer question is not shown', async () => {
    const runs = makeRuns(120);
    const view = await open(bench, runs);
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
    const view = await open(bench, runs);
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
    const view = await open(bench, makeRuns(500));
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
    const view = await open(bench, runs);
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
      modelVersion: null,
    });
    await view.changed();
    await count(view, /^901 runs$/);
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
    const view = await open(bench, makeRuns(300));
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

  it('columns are found, chosen, pinned, moved by keyboard and by drag, made wider, and all of it is kept', async () => {
    const view = await open(bench, makeRuns(60));
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
    const view = await open(bench, makeRuns(120));
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

  it('stars, tags, notes, renames, archives and deletes, and takes each back', async () => {
    const runs = makeRuns(40).map((run) => ({
      ...run,
      status: 'finished' as const,
      endedAt: run.startedAt + 1000,
      progress: null,
    }));
    const view = await open(bench, runs);
    const { page } = view;
    const [a, b, c] = runs;
    assert.ok(a && b && c);
    const now = (run: RunSummary) =>
      listRuns(view.store, { which: 'all', filter: `run_id = '${run.runId}'` }).runs[0] ??
      listRuns(view.store, { which: 'deleted', filter: `run_id = '${run.runId}'` }).runs[0];
    await page.locator('table.runs').focus();
    await page.keyboard.press('s');
    await until('it is starred', () => now(a)?.starred);
    await page.keyboard.press('Control+z');
    await until('it is not', () => now(a)?.starred === false);
    await page.keyboard.press('Control+Shift+z');
    await until('it is again', () => now(a)?.starred);
    for (const key of ['Space', 'ArrowDown', 'Space']) await page.keyboard.press(key);
    await page.locator('#open-tags').click();
    await page.getByLabel('Name of the tag').fill('owner');
    await page.getByLabel('Value of the tag').fill('ann');
    await page.keyboard.press('Enter');
    await until('both are tagged', () => now(a)?.tags['owner'] === 'ann' && now(b)?.tags['owner'] === 'ann');
    await page.getByLabel('Remove the tag owner').waitFor();
    await view.picture('runTable-tags-dark');
    await page.getByLabel('Remove the tag owner').click();
    await until('both are not', () => now(a)?.tags['owner'] === undefined && now(b)?.tags['owner'] === undefined);
    await page.keyboard.press('Escape');
    await page.locator('#open-note').click();
    await page.getByLabel('Note', { exact: true }).fill('It **helps**.');
    await page.keyboard.press('Control+Enter');
    await until('both have the note', () => now(a)?.note === 'It **helps**.' && now(b)?.note === 'It **helps**.');
    await page.locator('.actions').getByText('Clear').click();
    await page.locator('#row-2').click();
    await page.locator('#open-rename').click();
    await page.getByLabel('Name of the run').fill('the one');
    await page.keyboard.press('Enter');
    await until('it is renamed', () => now(c)?.name === 'the one');
    await page.locator('table.runs').focus();
    await page.keyboard.press('Delete');
    await until('it is deleted', () => now(c)?.deleted);
    await count(view, /^39 runs$/);
    await view.picture('runTable-undo-dark');
    await page.locator('#undo').click();
    await until('it is back', () => now(c)?.deleted === false);
    await count(view, /^40 runs$/);
    await page.locator('#row-2').click();
    await page.locator('.actions').getByText('Archive').click();
    await count(view, /^39 runs$/);
    await page.locator('#which').selectOption('archived');
    await count(view, /^1 run$/);
    await page.locator('#row-0').click();
    await page.keyboard.press(' ');
    await page.getByText('1 selected').waitFor();
    await page.locator('.actions').getByText('Restore').click();
    await until('it is in use', () => now(c)?.archived === false);
    await page.getByText('No run is here').waitFor();
    assert.equal(await page.getByText('1 selected').count(), 0, 'what left the table is not selected any more');
    assert.deepEqual(view.faults, []);
  });

  it('a change that the engine refuses is told, and the rows show what is', async () => {
    const view = await open(bench, makeRuns(10));
    await view.page.locator('table.runs').focus();
    await view.page.keyboard.press('Delete');
    await view.page.locator('.toast.error').waitFor();
    assert.match(await view.page.locator('.toast').innerText(), /still running/);
    await count(view, /^10 runs$/);
  });

  it('selects ranges, and all that match up to 1,000', async () => {
    const view = await open(bench, makeRuns(1500));
    const { page } = view;
    await page.locator('#row-1').click();
    await page.locator('#row-4').click({ modifiers: ['Shift'] });
    await page.getByText('4 selected').waitFor();
    await page.locator('table.runs').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('5 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('5 selected').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+a');
    await page.getByText('1,000 selected').waitFor();
    assert.match(await page.locator('.toast').innerText(), /first 1,000 of 1,500/);
    await page.keyboard.press('Escape');
    await page.locator('#row-3').click();
    await page.keyboard.press('End');
    await until('the last row', async () => (await page.locator('#row-1499 td.name').count()) === 1);
    assert.deepEqual((await persisted(view)).selected, []);
    assert.deepEqual(view.faults, []);
  });

  it('groups by a param with what the metrics are in each group, and opens a group', async () => {
    const runs = makeRuns(400);
    const view = await open(bench, runs);
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

  it('exports what matches or what is selected, with the shown columns or all', async () => {
    const view = await open(bench, makeRuns(30));
    await until('the columns', async () => (await heads(view)).includes('params.hidden'));
    await view.page.locator('#search').fill('wider');
    await until('fewer', async () => (await rowTexts(view)).length < 20);
    await view.page.locator('#open-export').click();
    await view.picture('runTable-export-dark');
    await view.page.locator('.popup-export .choice').first().click();
    const shown = view.actions[0];
    assert.ok(shown?.do === 'exportRuns');
    assert.deepEqual([shown.format, shown.query], ['csv', { search: 'wider' }]);
    assert.deepEqual(shown.columns, await heads(view));
    await view.page.locator('table.runs').focus();
    await view.page.keyboard.press(' ');
    await view.page.locator('#open-export').click();
    await view.page.locator('.popup-export .choice').last().click();
    const chosen = view.actions[1];
    assert.ok(chosen?.do === 'exportRuns');
    assert.equal(chosen.format, 'parquet');
    assert.equal(listRuns(view.store, chosen.query).total, 1);
    assert.ok(chosen.columns.includes('params.class_weight') && chosen.columns.includes('commit'));
  });

  it('everything that was set is there after a reload', async () => {
    const runs = makeRuns(80);
    const view = await open(bench, runs);
    await view.page.locator('#filter').fill('metrics.pr_auc > 0.85');
    await view.page.locator('#filter').press('Enter');
    await view.page.locator('#search').fill('finished');
    await view.page.getByRole('button', { name: 'Name', exact: true }).click();
    await view.page.locator('#group').selectOption('experiment');
    await view.page.locator('tr.group').first().waitFor();
    const before = await persisted(view);
    const { store } = view;
    const again = await bench.open(
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
    await count(again, new RegExp(`^${total} runs in 2 groups$`));
  });

  it('shows rows to come as such, and the last good rows while the engine does not answer', async () => {
    const view = await open(bench, makeRuns(2000));
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
    it(`looks right in ${theme}`, async () => {
      const view = await open(bench, makeRuns(400), {}, theme);
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
