import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { makeDetail, makeReport, reportUntil } from '../fixtures/views/drift.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const engine: Answers = { 'drift/report': () => makeReport(), 'drift/detail': ({ column }) => makeDetail(column) };
const state = { monitor: 'production' };
const size = { width: 1200, height: 1000 };

describe('drift', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  const shown = async (view: OpenView) => {
    await view.page.locator('.distribution').waitFor();
    await view.page.locator('.timeline canvas').first().waitFor();
  };

  it('says in a sentence whether it drifted, whether it hurts, and what broke', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    const verdict = await view.page.locator('.verdict').innerText();
    assert.match(verdict, /Expectation broken\. pr_auc 0\.6\d+/);
    assert.match(verdict, /drifted in the last window: amount/);
    assert.match(verdict, /Broken data in country/);
    assert.doesNotMatch(await view.page.locator('body').innerText(), /undefined|NaN/);
    assert.deepEqual(view.faults, []);
  });

  it('has a headline for each status, with the numbers that it rests on', async () => {
    const until = (windows: number) =>
      bench.open('drift', state, { ...engine, 'drift/report': () => reportUntil(windows) }, 'dark', size);
    const heads: [windows: number, look: string, text: RegExp][] = [
      [4, 'good', /OK\..*All 2 expectations met\. No feature drifted in the last window\./],
      [5, 'good', /OK\..*has 212 rows of the 500 that window\.min_rows requires/],
      [7, 'few', /Too few labels\. pr_auc: too few labels: 31 of 50\./],
      [17, 'score', /Score drift\..*The score drifted in the last window\./],
      [
        21,
        'error',
        /Expectation broken\. pr_auc 0\.6\d+ \(95 % interval 0\.\d+ to 0\.\d+, [\d,]+ labels\), expected at least 0\.750\./,
      ],
    ];
    for (const [windows, look, text] of heads) {
      const view = await until(windows);
      await view.page.locator('.verdict').waitFor();
      await view.page.locator('.timeline canvas').first().waitFor();
      const verdict = view.page.locator('.verdict');
      assert.match(await verdict.innerText(), text);
      assert.ok((await verdict.getAttribute('class'))?.includes(look), `${windows}`);
      await view.picture(`drift-until-${windows}-dark`);
      assert.deepEqual(view.faults, []);
      await view.close();
    }
  });

  it('dates its events, marks where the reference changes, and asks to be saved', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    const rows = await view.page.locator('table.events tbody tr').allInnerTexts();
    assert.equal(rows.length, 7);
    assert.ok(
      rows.every((row) => /^\d{1,2} (Oct|Nov), \d\d:\d\d/.test(row)),
      rows.join('\n'),
    );
    assert.match(
      rows.find((row) => row.includes('new reference')) ?? '',
      /compared with: test rows of v3, 30,617 rows of 2026-05-01 to 2026-10-31/,
    );
    assert.match(await view.page.locator('.selected .numbers').innerText(), /Compared with: test rows of v3/);
    await view.page.getByText('Save as HTML…').click();
    assert.deepEqual(view.actions, [{ do: 'savePage', page: { of: 'drift', monitor: 'production' } }]);
  });

  it('moves over the cells by keyboard and shows the numbers with their convention', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    assert.equal(await view.page.locator('.selected h2').innerText(), 'amount');
    await view.page.locator('.timeline').focus();
    await view.page.keyboard.press('ArrowDown');
    await view.page.waitForFunction(() => document.querySelector('.selected h2')?.textContent === 'merchant_category');
    assert.match(await view.page.locator('.numbers').innerText(), /js_distance_2/);
    const before = await view.page.locator('.numbers p').first().innerText();
    await view.page.keyboard.press('ArrowLeft');
    await view.page.waitForFunction((text) => document.querySelector('.numbers p')?.textContent !== text, before);
    assert.match((await view.page.locator('#cell-said').textContent()) ?? '', /merchant_category/);
  });

  it('selects a cell by a click on the heat map', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    const box = await view.page.locator('.timeline canvas').first().boundingBox();
    assert.ok(box);
    await view.page.mouse.click(box.x + 150 + (box.width - 174) * 0.1, box.y + 264 + 24 * 2.5);
    await view.page.waitForFunction(() => document.querySelector('.selected h2')?.textContent === 'hour');
  });

  it('retrains and checks through the editor', async () => {
    const view = await bench.open('drift', state, engine);
    await shown(view);
    await view.page.getByText('Retrain', { exact: true }).click();
    await view.page.getByText('Check now').click();
    assert.deepEqual(view.actions, [{ do: 'retrain' }, { do: 'monitorNow', monitor: 'production' }]);
  });

  it('shows each expectation with its bound, interval and n, and says which windows other settings judged', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    const rows = await view.page.locator('.expectations tbody tr').allInnerTexts();
    assert.match(rows[0] ?? '', /pr_auc\s+at least 0\.750\s+–\s+–\s+0 labels\s+labels to come/);
    assert.match(
      rows[1] ?? '',
      /latency_p95_ms\s+at most 20 ms\s+\d\.\d+ ms\s+2 ms to 3\.60 ms\s+[\d,]+ requests\s+met/,
    );
    const notes = await view.page.locator('.notes li').allInnerTexts();
    assert.match(notes[0] ?? '', /^\* 2 windows judged by other settings: drift\.share changed\./);
    assert.match(notes[1] ?? '', /^6 windows of 7 days from .* are not shown: window\.every has changed\.$/);
    const legend = await view.page.locator('#status-legend').innerText();
    for (const status of ['expectation broken', 'drift', 'score drift', 'too few rows', 'too few labels', 'ok'])
      assert.ok(legend.includes(status), status);
  });

  it('has its designed states in every theme', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const full = await bench.open('drift', state, engine, theme, size);
      await shown(full);
      await full.page.waitForTimeout(200);
      await full.picture(`drift-full-${theme}`);
      assert.deepEqual(full.faults, []);
      await full.close();
    }
    const narrow = await bench.open('drift', state, engine, 'light', { width: 500, height: 1400 });
    await shown(narrow);
    await narrow.picture('drift-narrow-light');
    const empty = await bench.open('drift', state, {
      ...engine,
      'drift/report': () => ({ ...makeReport(), windows: [] }),
    });
    await empty.page.getByText('No window yet').waitFor();
    await empty.picture('drift-empty-dark');
    const loading = await bench.open('drift', state, {});
    await loading.page.waitForTimeout(400);
    await loading.picture('drift-loading-dark');
    const failing = await bench.open('drift', state, engine, 'dark', size);
    await shown(failing);
    failing.answer({
      'drift/report': () => {
        throw new Error('The prediction log could not be read: it is locked by another process.');
      },
    });
    await failing.changed();
    await failing.page.locator('.error-bar').waitFor();
    assert.equal(await failing.page.locator('.distribution').count(), 1);
    await failing.picture('drift-error-dark');
  });

  it('draws anew in the colours of another theme', async () => {
    const view = await bench.open('drift', state, engine, 'dark', size);
    await shown(view);
    const pixels = () =>
      view.page
        .locator('.timeline canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().length);
    const before = await pixels();
    await view.page.evaluate(() => {
      document.body.className = 'vscode-light';
    });
    await view.page.waitForTimeout(300);
    assert.notEqual(await pixels(), before);
    assert.deepEqual(view.faults, []);
  });
});
