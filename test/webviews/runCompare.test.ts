import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overview } from '../fixtures/views/overview.ts';
import { clean, compareBench, drawn, pictureSize, saved } from '../helpers/compareView.ts';
import { longTest } from '../helpers/rounds.ts';
import { until } from '../helpers/until.ts';
import { cannotTest } from '../helpers/viewPage.ts';

describe('the comparison of runs, over the engine’s own answers', { skip: cannotTest() }, () => {
  const { compare, held, openView } = compareBench();

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

  it('comes back after a reload as it was left', async () => {
    const view = await openView(
      'runHistory',
      { experiment: null, runId: null },
      { ...held().answers, 'project/overview': () => overview },
      'dark',
      pictureSize,
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
        hidden: [held().runs[2]?.runId],
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
      {
        compare,
        selected: held()
          .runs.slice(1, 4)
          .map((run) => run.runId),
      },
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

  longTest('looks right in light and in high contrast', async () => {
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
      await view.close();
    }
  });
});
