import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { richStore } from '../fixtures/views/richRuns.ts';
import type { ThemeName } from './themes.ts';
import { until } from './until.ts';
import { ViewBench } from './viewPage.ts';
import type { Answers, OpenView } from './viewPage.ts';

export const pictureSize = { width: 1440, height: 1000 };

interface CompareOptions {
  tab?: string;
  /** The number of newer runs that are left out. */
  from?: number;
  theme?: ThemeName;
  more?: Answers;
}

/** One bench and one store of 60 runs for the tests of a `describe`, to be called in it. */
export function compareBench() {
  let bench: ViewBench;
  let rich: ReturnType<typeof richStore>;
  before(async () => {
    bench = await ViewBench.start();
    rich = richStore(60);
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    rich.close();
  });

  /** Opens the run history, selects that many runs by keys, and compares them. */
  async function compare(
    runs: number,
    { tab = 'curves', from = 1, theme = 'dark', more = {} }: CompareOptions = {},
  ): Promise<OpenView & { chosen: RunSummary[] }> {
    const view = await bench.open(
      'runHistory',
      { experiment: null, runId: null },
      { ...rich.answers, 'project/overview': () => overview, ...more },
      theme,
      pictureSize,
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
    return { ...view, chosen: rich.runs.slice(from, from + runs) };
  }
  return {
    compare,
    held: () => rich,
    openView: (...args: Parameters<ViewBench['open']>) => bench.open(...args),
  };
}

/** Waits until the chart of a metric is drawn and describes itself. */
export const drawn = (view: OpenView, key = 'loss') =>
  until(`the chart of ${key} describes itself`, async () =>
    /minimum/.test(
      (await view.page.locator(`.chart-card[aria-label="${key}"] .plot`).getAttribute('aria-label')) ?? '',
    ),
  );

/** The content of a file that the view asked the editor to save. */
export const saved = (view: OpenView, name: string): Promise<Buffer> =>
  until(`${name} is saved`, () => {
    const action = view.actions.findLast((one) => one.do === 'saveFile' && one.name === name);
    return action?.do === 'saveFile' ? Buffer.from(action.base64, 'base64') : null;
  });

export const clean = async (view: OpenView): Promise<void> => {
  assert.doesNotMatch(await view.page.locator('.compare').innerText(), /undefined|\[object/);
  assert.deepEqual(view.faults, []);
};

interface ComparePanel {
  tab: string;
  curves: Record<string, unknown>;
  parallel: { axes: string[]; log: string[]; brushes: Record<string, unknown> };
}

/** The persisted state of the comparison. */
export const comparePanel = async (view: OpenView): Promise<ComparePanel> =>
  ((await view.page.evaluate('window.persistedState')) as { ui: { panels: { compare: ComparePanel } } }).ui.panels
    .compare;
