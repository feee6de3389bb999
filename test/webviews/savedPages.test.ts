import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { profileHtml } from '../../engine/pages/profileHtml.ts';
import { loadSavedViews } from '../../engine/pages/savedViews.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { makeDetail, makeReport } from '../fixtures/views/drift.ts';
import { makeProfile, makeRelations } from '../fixtures/views/profile.ts';
import { fixtureNow } from '../fixtures/views/random.ts';
import { startBrowser } from '../../scripts/chromium.ts';
import { takePicture } from '../helpers/picture.ts';
import { cannotTest } from '../helpers/viewPage.ts';

/** Names of people that would run, load or end something if one place did not escape them. */
const hostile = [
  '<img src=x onerror="window.harmed=1">',
  '</script><script>window.harmed=1</script>',
  '</style><script>window.harmed=1</script>',
  '"><svg onload="window.harmed=1">',
  "' onmouseover='window.harmed=1",
  '<button class="link">x</button>',
  '<!-- ',
  '${window.harmed=1}',
  '{{constructor.constructor("window.harmed=1")()}}',
  'javascript:window.harmed=1',
];
const all = hostile.join(' ');

const pages: Record<string, () => string> = {
  card: () => {
    const card = makeCard(4);
    return loadSavedViews().cardPage(
      {
        ...card,
        model: all,
        target: all,
        intendedUse: all,
        facts: {
          ...card.facts,
          path: all,
          algorithm: all,
          runtime: all,
          inputs: [{ name: all, type: all, optional: true, missing: 0, levels: null }],
          packages: [{ name: all, savedWith: all, used: all }],
          warnings: [all],
          problems: [all],
        },
        slices: card.slices.map((row) => ({ ...row, value: all })),
        params: { [all]: all },
        environment: { [all]: all },
        run: { ...card.run, name: all },
      },
      fixtureNow,
    );
  },
  drift: () => {
    const report = makeReport();
    const columns = report.columns.map((column) => (column === 'amount' ? all : column));
    const windows = report.windows.map((window) => ({
      ...window,
      values: window.values.map((value) => (value.column === 'amount' ? { ...value, column: all } : value)),
    }));
    const windowId = report.windows.at(-1)?.id ?? 0;
    return loadSavedViews().driftPage(
      {
        ...report,
        deployment: all,
        columns,
        windows,
        events: [{ at: fixtureNow, kind: 'alert', text: all, modelVersion: 3, runId: null }],
      },
      columns.map((column) => ({ windowId, detail: { ...makeDetail('country'), column, labels: [all, 'b'] } })),
      fixtureNow,
    );
  },
  profile: () =>
    profileHtml(
      {
        ...makeProfile(),
        title: all,
        columns: makeProfile().columns.map((column) => ({ ...column, name: `${column.name} ${all}` })),
      },
      makeRelations(),
    ),
};

describe('saved pages', { skip: cannotTest() }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-saved-'));
  before(async () => {
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    name: string,
    html: string,
    colorScheme: 'light' | 'dark' = 'light',
    width = 1000,
  ): Promise<{ page: Page; faults: string[]; asked: string[] }> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const [faults, asked]: [string[], string[]] = [[], []];
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && !request.url().endsWith(`${name}.html`)) asked.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return { page, faults, asked };
  }

  for (const [name, html] of Object.entries(pages)) {
    it(`${name} opens from a file without a fault, asks for nothing and runs nothing that a name holds`, async () => {
      for (const scheme of ['light', 'dark'] as const) {
        const { page, faults, asked } = await open(name, html(), scheme);
        assert.deepEqual([faults, asked], [[], []]);
        assert.equal(await page.evaluate('window.harmed'), undefined);
        assert.equal(
          await page.evaluate(
            () => document.querySelectorAll('script, img, iframe, object, [onload], [onerror], [onmouseover]').length,
          ),
          0,
        );
        for (const text of hostile)
          assert.ok(
            (await page.locator('body').innerText())
              .replaceAll(/\s+/g, ' ')
              .includes(text.trim().replaceAll(/\s+/g, ' ')),
            text,
          );
        await page.close();
      }
    });

    it(`${name} is dark for who reads in the dark, light on paper, and whole at 500 px`, async () => {
      const { page } = await open(`${name}-dark`, html(), 'dark', 500);
      const ink = () =>
        page.evaluate(
          () =>
            getComputedStyle(document.body)
              .color.match(/\d+/g)
              ?.slice(0, 3)
              .reduce((sum, one) => sum + Number(one), 0) ?? 0,
        );
      assert.ok((await ink()) > 450, 'light text in the dark');
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
        'no wider than the page',
      );
      await page.emulateMedia({ media: 'print' });
      assert.ok((await ink()) < 300, 'dark text on paper');
      await page.close();
    });
  }

  it('shows of the views all that tells and nothing to press', async () => {
    const card = await open('plain-card', loadSavedViews().cardPage(makeCard(3), fixtureNow));
    const text = await card.page.locator('body').innerText();
    for (const part of [
      'card-fraud v3',
      'Passed all 5 gates',
      'Slices',
      'positives',
      'Calibration',
      'How to reproduce',
      'calm-lynx',
      'Saved on 20 Nov 2026',
    ])
      assert.ok(text.includes(part), part);
    assert.doesNotMatch(text, /undefined|NaN|\[object|ago|Promote|Compare with|Open loopwright/);
    assert.equal(await card.page.locator('button, select, input, vscode-button').count(), 0);
    await takePicture(card.page, 'saved-card', { fullPage: true });
    const report = makeReport();
    const windowId = report.windows.at(-1)?.id ?? 0;
    const drift = await open(
      'plain-drift',
      loadSavedViews().driftPage(
        report,
        report.columns.map((column) => ({ windowId, detail: makeDetail(column) })),
        fixtureNow,
      ),
      'dark',
    );
    const said = await drift.page.locator('body').innerText();
    for (const part of [
      'Drift of production',
      'drifted in the last window',
      'new reference',
      'test rows of v3',
      'All features',
      'Other features',
      '17 Nov',
    ])
      assert.ok(said.includes(part), part);
    assert.doesNotMatch(said, /undefined|NaN|\[object|Retrain\b|Check now/);
    assert.equal(await drift.page.locator('.only-dark svg').isVisible(), true);
    assert.equal(await drift.page.locator('.only-light svg').isVisible(), false);
    await takePicture(drift.page, 'saved-drift', { fullPage: true });
  });
});
