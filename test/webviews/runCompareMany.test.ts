import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { runHandlers } from '../../engineHost/runHandlers.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { overview } from '../fixtures/views/overview.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { fillManyRuns } from '../helpers/manyRuns.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const total = 12_300;

describe('charts over more runs than a page holds', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let store: ReturnType<typeof openStore>;
  let answers: Answers;
  before(async () => {
    bench = await ViewBench.start();
    const root = makeProject();
    fillManyRuns(root, total);
    store = openStore(root);
    answers = runHandlers(
      () => store,
      () => store,
    );
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    store.sql.close();
  });

  async function compare(tab: string, more: Answers = {}): Promise<OpenView> {
    const view = await bench.open(
      'runHistory',
      { experiment: null, runId: null },
      { ...answers, 'project/overview': () => overview, ...more },
      'dark',
      { width: 1440, height: 1000 },
    );
    await view.page.locator('tr[aria-selected]').first().waitFor();
    await view.page.locator('table.runs').focus();
    for (const key of ['ArrowDown', ' ', 'Shift+ArrowDown', 'c']) await view.page.keyboard.press(key);
    await view.page.locator(`#tab-${tab}`).click();
    await view.page.locator('select.scope').selectOption('table');
    return view;
  }
  const said = async (view: OpenView): Promise<string> =>
    (await view.page
      .locator('.compare .plot')
      .getAttribute('aria-label')
      .catch(() => null)) ?? '';

  /** A drawing on the screen is made piece by piece; the saved one has a shape a run. */
  async function everyRunIsSaved(view: OpenView): Promise<void> {
    const action = await until('the drawing is saved', () => view.actions.findLast((one) => one.do === 'saveFile'));
    assert.equal(action.do, 'saveFile');
    const svg = action.do === 'saveFile' ? Buffer.from(action.base64, 'base64').toString() : '';
    assert.ok(
      svg.split(/<(?:path|polyline|circle)/).length > total,
      `${svg.split(/<(?:path|polyline|circle)/).length} shapes`,
    );
  }

  it('scatters all of them, and those of another column when that is chosen', async () => {
    const asked: string[][] = [];
    const view = await compare('scatter', {
      'runs/points': (params) => {
        asked.push(params.columns);
        return answers['runs/points']?.(params) ?? [];
      },
    });
    await until('all are drawn', async () => (await said(view)).includes('12,300 runs'));
    assert.equal(await view.page.locator('.chart-note').count(), 0);
    assert.equal(asked.length, 2, 'two pages of older runs');
    await view.page.getByLabel('y', { exact: true }).selectOption('metrics.f1');
    await until(
      'the other metric of all is drawn',
      async () => (await said(view)).startsWith('f1 against ') && (await said(view)).includes('12,300 runs'),
    );
    assert.ok(asked.at(-1)?.includes('metrics.f1'), String(asked.at(-1)));
    await view.picture('runCompare-many-scatter-dark');
    await view.page.getByLabel('Save the scatter plot as SVG').click();
    await everyRunIsSaved(view);
    await view.page.locator('select.scope').selectOption('selected');
    await until('the two are drawn', async () => (await said(view)).includes('of 2 runs'));
    assert.deepEqual(view.faults, []);
  });

  it('draws all as lines, and tells how many are inside a part', async () => {
    const view = await compare('parallel');
    await until('all are drawn', async () => (await said(view)).includes('12,300 runs'));
    const handle = view.page.locator('.axis-handle').first();
    await handle.focus();
    await handle.press('ArrowUp');
    await until('some are inside', async () =>
      /^[\d,]+ of 12,300 runs inside$/.test(
        (await view.page.locator('.compare .tool-line [role=status]').innerText()).trim(),
      ),
    );
    await view.picture('runCompare-many-parallel-dark');
    await view.page.getByRole('button', { name: 'Clear', exact: true }).last().click();
    await view.page.getByLabel('Save the parallel coordinates as SVG').click();
    await everyRunIsSaved(view);
    assert.deepEqual(view.faults, []);
  });

  it('shows the newest while the others are on their way, and keeps them when that fails', async () => {
    let go = (): void => {};
    const view = await compare('scatter', {
      'runs/points': () =>
        new Promise((_, fail) => {
          go = () => fail(new Error('The store cannot be read.'));
        }),
    });
    await until('the newest are drawn', async () => (await said(view)).includes('2,000 runs'));
    assert.equal(
      (await view.page.locator('.compare .chart-note').innerText()).trim(),
      'The newest 2,000 of 12,300 runs; the older ones are on their way, 0 came.',
    );
    go();
    await view.page.getByText('The store cannot be read.').waitFor();
    assert.equal(
      (await view.page.locator('.compare .chart-note').innerText()).trim(),
      'The newest 2,000 of 12,300 runs.',
    );
    await view.picture('runCompare-many-error-dark');
    assert.ok((await said(view)).includes('2,000 runs'));
  });
});
