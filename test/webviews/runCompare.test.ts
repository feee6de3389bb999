// One comparison of the same runs with one bench: parts of its own would start Chromium and fill a store again each.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { pointsEach, richStore, writeCurves } from '../fixtures/views/richRuns.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';
import type { ThemeName } from '../helpers/themes.ts';

const size = { width: 1440, height: 1000 };

describe('the comparison of runs, over the engine’s own answers', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let held: ReturnType<typeof richStore>;
  before(async () => {
    bench = await ViewBench.start();
    held = richStore(60);
  });
  after(async () => {
    await bench.stop();
    held.close();
  });

  /** The view with the first runs from one on compared. */
  async function compare(
    runs: number,
    {
      tab = 'curves',
      from = 1,
      theme = 'dark',
      more = {},
    }: { tab?: string; from?: number; theme?: ThemeName; more?: Answers } = {},
  ): Promise<OpenView & { chosen: RunSummary[] }> {
    const view = await bench.open(
      'runHistory',
      { experiment: null, runId: null },
      { ...held.answers, 'project/overview': () => overview, ...more },
      theme,
      size,
    );
    await view.page.locator('tr[aria-selected]').first().waitFor();
    await view.page.locator('table.runs').focus();
    for (let i = 0; i < from; i++) await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press(' ');
    for (let i = 1; i < runs; i++) await view.page.keyboard.press('Shift+ArrowDown');
    await view.page.keyboard.press('c');
    await until(
      `${runs} are compared`,
      async () => (await view.page.locator('.compare h1').innerText()) === `Compare ${runs} runs`,
    );
    await view.page.getByLabel('Whole height').click();
    if (tab !== 'curves') await view.page.locator(`#tab-${tab}`).click();
    return { ...view, chosen: held.runs.slice(from, from + runs) };
  }
  const drawn = (view: OpenView, key = 'loss') =>
    until(`the chart of ${key} says what it shows`, async () =>
      /minimum/.test(
        (await view.page.locator(`.chart-card[aria-label="${key}"] .plot`).getAttribute('aria-label')) ?? '',
      ),
    );
  const saved = (view: OpenView, name: string): Promise<Buffer> =>
    until(`${name} is saved`, () => {
      const action = view.actions.findLast((one) => one.do === 'saveFile' && one.name === name);
      return action?.do === 'saveFile' ? Buffer.from(action.base64, 'base64') : null;
    });
  const clean = async (view: OpenView): Promise<void> => {
    assert.doesNotMatch(await view.page.locator('.compare').innerText(), /undefined|\[object/);
    assert.deepEqual(view.faults, []);
  };
  const keptPanels = async (view: OpenView): Promise<{ tab: string; curves: Record<string, unknown> }> =>
    (
      (await view.page.evaluate('window.persistedState')) as {
        ui: { panels: { compare: { tab: string; curves: Record<string, unknown> } } };
      }
    ).ui.panels.compare;

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
    const zoom = (await keptPanels(view)).curves['zoom'] as [number, number];
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
    await until('all is shown again', async () => (await keptPanels(view)).curves['zoom'] === null);
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
    const { curves } = await keptPanels(view);
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
    const { parallel } = (
      (await view.page.evaluate('window.persistedState')) as {
        ui: { panels: { compare: { parallel: { brushes: Record<string, unknown> } } } };
      }
    ).ui.panels.compare;
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
    const { parallel } = (
      (await view.page.evaluate('window.persistedState')) as {
        ui: { panels: { compare: { parallel: { axes: string[]; log: string[] } } } };
      }
    ).ui.panels.compare;
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

  it('asks the editor what changed between two runs, from the older to the newer; of more than two it cannot be asked', async () => {
    const view = await compare(2, { tab: 'differences' });
    await view.page.getByRole('button', { name: 'What changed?' }).click();
    const asked = await until('the action', () => view.actions.find((action) => action.do === 'compareRuns'));
    const [newer, older] = view.chosen.toSorted((x, y) => y.startedAt - x.startedAt);
    assert.deepEqual(asked, { do: 'compareRuns', a: older?.runId, b: newer?.runId });
    await clean(view);
    const three = await compare(3, { tab: 'differences' });
    await three.page.locator('.differences tbody tr').nth(3).waitFor();
    assert.equal(await three.page.getByRole('button', { name: 'What changed?' }).count(), 0);
  });

  it('shows only what differs, against any baseline', async () => {
    const view = await compare(4, { tab: 'differences' });
    await view.page.locator('.differences tbody tr').nth(3).waitFor();
    assert.doesNotMatch(await view.page.locator('.differences').innerText(), /class_weight/);
    await view.page.locator('#all-rows').check();
    await until('equal lines are there too', async () =>
      /class_weight/.test(await view.page.locator('.differences').innerText()),
    );
    await view.page.locator('#baseline').selectOption({ index: 2 });
    const prAuc = view.page.locator('.differences tr', { has: view.page.locator('th[title="pr_auc"]') });
    await until(
      'the third run is the baseline',
      async () =>
        (await prAuc.locator('td').nth(2).locator('.delta').count()) === 0 &&
        (await prAuc.locator('.delta').count()) === 3,
    );
    assert.equal(await prAuc.locator('.best').count(), 1);
    await view.picture('runCompare-differences-dark');
    await view.page.locator('.compare').getByRole('button', { name: 'CSV' }).click();
    assert.match((await saved(view, 'Differences.csv')).toString(), /^group,name,/);
    await clean(view);
  });

  it('has confusion matrices and images side by side, loaded when they are looked at', async () => {
    const view = await compare(3, { tab: 'confusion' });
    await view.page.locator('table.confusion').nth(2).waitFor();
    assert.match(await view.page.locator('table.confusion').first().innerText(), /99\.7 %/);
    await view.page.getByLabel('rows', { exact: true }).check();
    await until('rows are shown', async () =>
      /30,092/.test(await view.page.locator('table.confusion').first().innerText()),
    );
    await view.picture('runCompare-confusion-dark');
    assert.ok(!view.requests.includes('runs/artifact'));
    await view.page.locator('#tab-images').click();
    await until('three images are drawn', () =>
      view.page.evaluate(
        () =>
          [...document.querySelectorAll<HTMLImageElement>('.images img')].filter((one) => one.naturalWidth === 48)
            .length === 3,
      ),
    );
    const slider = view.page.locator('.steps input');
    await slider.fill('1');
    await until('the step is told', async () => (await view.page.locator('.steps output').innerText()) === '100');
    await view.page.getByLabel('Image', { exact: true }).selectOption('plots/badge.svg');
    await until('the SVG is drawn', () =>
      view.page.evaluate(
        () =>
          [...document.querySelectorAll<HTMLImageElement>('.images img')].filter((one) => one.naturalWidth === 80)
            .length === 3,
      ),
    );
    assert.equal(await view.page.evaluate('window.broken'), undefined);
    await view.picture('runCompare-images-dark');
    await clean(view);
  });

  it('compares fifty runs that all look different', async () => {
    const view = await compare(50);
    await until('fifty are loaded', async () => (await view.page.locator('.legend li').count()) === 50);
    await drawn(view, 'val_pr_auc');
    const looks = await view.page
      .locator('.legend .swatch')
      .evaluateAll((all) => all.map((one) => one.innerHTML.replaceAll(/<!--.*?-->/g, '')));
    assert.equal(new Set(looks).size, 50);
    await view.picture('runCompare-fifty-dark');
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
        return held.answers['runs/series']?.(params) ?? [];
      },
    };
    const view = await compare(3, { from: 0, more: slow });
    await drawn(view);
    const [live] = view.chosen;
    assert.ok(live?.status === 'running');
    await view.page.locator('.chart-card[aria-label="loss"] .plot').focus();
    await view.page.keyboard.press('+');
    await view.page.getByRole('button', { name: 'Show all' }).waitFor();
    const zoom = (await keptPanels(view)).curves['zoom'];
    writeCurves(held.store, live, 0, pointsEach + 50, pointsEach);
    for (let i = 0; i < 5; i++) await view.changed();
    await until('the new points are there', async () =>
      new RegExp(`${live.name}: ${pointsEach + 50} points`).test(
        (await view.page.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    assert.deepEqual((await keptPanels(view)).curves['zoom'], zoom);
    assert.equal(await view.page.evaluate(() => document.activeElement?.classList.contains('plot')), true);
    assert.equal(most, 1);
    await clean(view);
  });

  it('comes back after a reload as it was left', async () => {
    const view = await bench.open(
      'runHistory',
      { experiment: null, runId: null },
      { ...held.answers, 'project/overview': () => overview },
      'dark',
      size,
    );
    await view.page.locator('tr[aria-selected]').first().waitFor();
    const compare = {
      tab: 'curves',
      tall: true,
      curves: {
        metrics: ['val_loss', 'loss'],
        axis: 'epoch',
        logX: false,
        logY: ['loss'],
        smoothing: 0.5,
        zoom: [2, 6],
        hidden: [held.runs[2]?.runId],
        tables: ['loss'],
      },
    };
    // As VS Code does it: the state is there, then the view is opened.
    await view.page.evaluate(
      ({ compare, selected }) => {
        const api = (
          window as unknown as { acquireVsCodeApi(): { setState(state: unknown): void } }
        ).acquireVsCodeApi();
        api.setState({
          root: '/projects/card-fraud',
          state: { experiment: null, runId: null },
          ui: { selected, comparing: true, panels: { compare } },
        });
        window.postMessage(
          {
            kind: 'open',
            project: 'card-fraud',
            root: '/projects/card-fraud',
            state: { experiment: null, runId: null },
          },
          '*',
        );
      },
      { compare, selected: held.runs.slice(1, 4).map((run) => run.runId) },
    );
    await until(
      'the charts are as they were',
      async () => (await view.page.locator('.chart-card h3').allInnerTexts()).join() === 'val_loss,loss',
    );
    await until('the curves are drawn', async () =>
      /^loss by epoch, 2 runs/.test(
        (await view.page.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    await view.page.getByRole('button', { name: 'Show all' }).waitFor();
    assert.equal(await view.page.locator('.smoothing output').innerText(), '0.50');
    assert.equal(await view.page.locator('.legend input:checked').count(), 2);
    assert.equal(await view.page.getByLabel('Logarithmic y axis of loss').getAttribute('aria-pressed'), 'true');
    await view.page.locator('.chart-card[aria-label="loss"] .points').waitFor();
    await view.picture('runCompare-reloaded-dark');
    await clean(view);
  });

  it('says why a curve could not be had, keeps the others, and tries again', async () => {
    let fails = true;
    const view = await compare(2, {
      more: {
        'runs/series': (params) => {
          if (fails && params.key === 'val_loss') throw new Error('The store is locked.');
          return held.answers['runs/series']?.(params) ?? [];
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

  it('looks right in light and in high contrast', async () => {
    for (const theme of ['light', 'contrast'] as const) {
      const view = await compare(12, { theme });
      await drawn(view, 'val_pr_auc');
      await view.page.locator('.smoothing input').fill('0.8');
      await view.picture(`runCompare-curves-${theme}`);
      for (const tab of ['parallel', 'scatter', 'differences', 'confusion']) {
        await view.page.locator(`#tab-${tab}`).click();
        // The curves of the tab before have a canvas too.
        if (tab === 'parallel') await view.page.locator('.axes-plot canvas').first().waitFor();
        if (tab === 'scatter')
          await view.page.locator('.compare .plot[aria-label*=" against "] canvas').first().waitFor();
        await view.picture(`runCompare-${tab}-${theme}`);
      }
      await clean(view);
      await view.page.close();
    }
  });
});
