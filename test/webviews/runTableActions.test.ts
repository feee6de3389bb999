import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { heads, persisted, rowTexts, runTableBench, waitForCount } from '../helpers/runTableView.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('what is done with the rows of the table of runs', { skip: cannotTest() }, () => {
  const { open } = runTableBench();

  it('selects with Shift all runs of open groups between two rows, those that were never loaded too', async () => {
    const runs = makeRuns(900);
    const view = await open(runs);
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

  it('stars, tags, notes, renames, archives and deletes, and takes each back', async () => {
    const runs = makeRuns(40).map((run) => ({
      ...run,
      status: 'finished' as const,
      endedAt: run.startedAt + 1000,
      progress: null,
    }));
    const view = await open(runs);
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
    await waitForCount(view, /^39 runs$/);
    await view.picture('runTable-undo-dark');
    await page.locator('#undo').click();
    await until('it is back', () => now(c)?.deleted === false);
    await waitForCount(view, /^40 runs$/);
    await page.locator('#row-2').click();
    await page.locator('.actions').getByText('Archive').click();
    await waitForCount(view, /^39 runs$/);
    await page.locator('#which').selectOption('archived');
    await waitForCount(view, /^1 run$/);
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
    const view = await open(makeRuns(10));
    await view.page.locator('table.runs').focus();
    await view.page.keyboard.press('Delete');
    await view.page.locator('.toast.error').waitFor();
    assert.match(await view.page.locator('.toast').innerText(), /still running/);
    await waitForCount(view, /^10 runs$/);
  });

  it('selects ranges, and all that match up to 1,000', async () => {
    const view = await open(makeRuns(1500));
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

  it('exports what matches or what is selected, with the shown columns or all', async () => {
    const view = await open(makeRuns(30));
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
});
