import { after, afterEach, before } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { PersistedState } from '../../webviews/runHistory/model.ts';
import { overview } from '../fixtures/views/overview.ts';
import { detailOf } from '../fixtures/views/runs.ts';
import { runStore } from './runStore.ts';
import type { ThemeName } from './themes.ts';
import { until } from './until.ts';
import { ViewBench } from './viewPage.ts';
import type { Answers, OpenView } from './viewPage.ts';

/** A run history over a store; `all` are the engine's answers from it. */
export interface RunTableView extends OpenView {
  store: ReturnType<typeof runStore>['store'];
  all: Answers;
}

/** One bench for the tests of a `describe`, to be called in it. Pages and stores are closed after each test. */
export function runTableBench() {
  let bench: ViewBench;
  const closing: (() => void)[] = [];
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(async () => {
    await bench.closePages();
    for (const close of closing.splice(0)) close();
  });
  after(() => bench.stop());

  /** The view over a store with these runs: every answer is the engine's. */
  async function open(
    runs: readonly RunSummary[],
    more: Answers = {},
    theme: ThemeName = 'dark',
  ): Promise<RunTableView> {
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
  return { open, openView: (...args: Parameters<ViewBench['open']>) => bench.open(...args) };
}

export const rowTexts = (view: OpenView): Promise<string[]> =>
  view.page.locator('table.runs tr[aria-selected] td.name button').allInnerTexts();

/** The names of all rows, once the rows out of sight are loaded. */
export const allRows = async (view: OpenView): Promise<string[]> => {
  await until('no row is waiting', async () => (await view.page.locator('tr.waiting').count()) === 0);
  return rowTexts(view);
};

export const names = (runs: readonly RunSummary[]): string[] => runs.map((run) => run.name);

export const persisted = async (view: OpenView): Promise<PersistedState> =>
  ((await view.page.evaluate('window.persistedState')) as { ui: PersistedState }).ui;

export const waitForCount = (view: OpenView, text: RegExp): Promise<unknown> =>
  until(`the count is ${text}`, async () => text.test(await view.page.locator('.actions .count').innerText()));

export const heads = (view: OpenView): Promise<string[]> =>
  view.page
    .locator('th[data-column]')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['column'] ?? ''));
