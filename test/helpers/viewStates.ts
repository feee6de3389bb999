import type { ViewName, ViewState } from '../../protocol/webview.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { makeDetail, makeReport } from '../fixtures/views/drift.ts';
import { labelAnswers } from '../fixtures/views/labels.ts';
import { inspected, runModels, unvalidatedCard } from '../fixtures/views/modelFacts.ts';
import { makePreview } from '../fixtures/views/sourcePreview.ts';
import { overview } from '../fixtures/views/overview.ts';
import { earlier, subject } from '../fixtures/views/profile.ts';
import { profileAnswers } from '../fixtures/views/profileAnswers.ts';
import { richStore } from '../fixtures/views/richRuns.ts';
import type { ThemeName } from './themes.ts';
import { until } from './until.ts';
import type { Answers, OpenView, ViewBench } from './viewPage.ts';

type Size = { width: number; height: number };

/** One thing that a view can show: each tab, panel and popup is a state of its own. */
export interface ShownState {
  name: string;
  /** The part of the page that only this state shows. */
  part: string;
  open(bench: ViewBench, theme: ThemeName, size: Size): Promise<OpenView>;
}

const compareTabs = ['curves', 'parallel', 'scatter', 'importance', 'differences', 'confusion', 'images'];
const popups = ['views', 'columns', 'export', 'tags', 'note', 'rename'];

/** Every state of every view over one store of runs; `close` ends the store. */
export function viewStates(change: (answers: Answers) => Answers = (answers) => answers): {
  states: ShownState[];
  close(): void;
} {
  const held = richStore(14);
  const answers = change({
    ...held.answers,
    'project/overview': () => overview,
    'models/card': ({ version }) =>
      version === 5 ? unvalidatedCard : makeCard(version === 3 || version === 'champion' ? 3 : 4),
    'models/inspect': () => inspected,
    'models/ofRun': () => runModels,
    'drift/report': () => makeReport(),
    'drift/detail': ({ column }) => makeDetail(column),
    ...profileAnswers,
    ...labelAnswers,
    'sources/preview': () => ({ preview: makePreview(), problem: null }),
  });
  const state = <V extends ViewName>(
    name: string,
    view: V,
    on: ViewState[V],
    shown: string,
    more: (view: OpenView) => Promise<void> = async () => {},
    part = 'body',
  ): ShownState => ({
    name,
    part,
    async open(bench, theme, size) {
      const opened = await bench.open(view, on, answers, theme, size);
      await opened.page.locator(shown).first().waitFor();
      await more(opened);
      return opened;
    },
  });
  const table = { experiment: null, runId: null };
  const row = 'table.runs tr[aria-selected]';
  const runId = held.runs[4]?.runId ?? '';
  const profiled = { subject, against: null };
  const states = [
    state('table', 'runHistory', table, row),
    state(
      'filter with its completion',
      'runHistory',
      table,
      row,
      async ({ page }) => {
        await page.locator('#filter').fill('metr');
        await page.locator('#filter-list').waitFor();
      },
      '.filter-box',
    ),
    ...popups.map((name) =>
      state(
        `popup ${name}`,
        'runHistory',
        table,
        row,
        async ({ page }) => {
          await page.locator('table.runs').focus();
          await page.keyboard.press('ArrowDown');
          await page.keyboard.press(' ');
          await page.locator(`#open-${name}`).click();
          await page.locator(`.popup-${name}`).waitFor();
        },
        `.popup-${name}`,
      ),
    ),
    state('detail', 'runHistory', { experiment: null, runId }, '.detail .chart-card', async () => {}, '.detail'),
    state(
      'detail, writing',
      'runHistory',
      { experiment: null, runId },
      '.detail .chart-card',
      async ({ page }) => {
        await page.locator('.detail :is(.add-note, .edit-note)').first().click();
        await page.locator('.detail textarea').waitFor();
      },
      '.note-editor',
    ),
    state(
      'detail, renaming',
      'runHistory',
      { experiment: null, runId },
      '.detail .chart-card',
      async ({ page }) => {
        await page.locator('.detail .rename').click();
        await page.locator('.detail input.name').waitFor();
      },
      '.detail header',
    ),
    ...compareTabs.map((tab) =>
      state(
        `compare ${tab}`,
        'runHistory',
        table,
        row,
        async ({ page }) => {
          await page.locator('table.runs').focus();
          await page.keyboard.press('ArrowDown');
          await page.keyboard.press(' ');
          for (let more = 0; more < 3; more++) await page.keyboard.press('Shift+ArrowDown');
          await page.keyboard.press('c');
          await page.locator('.compare h1').waitFor();
          await page.getByLabel('Whole height').click();
          if (tab !== 'curves') await page.locator(`#tab-${tab}`).click();
          await until(
            `${tab} is shown`,
            async () =>
              (await page.locator('#compared .skeleton').count()) === 0 &&
              (await page
                .locator(tab === 'images' ? '#compared img' : '#compared :is(button, select, input, [tabindex])')
                .count()) > 0,
          );
        },
        tab === 'images' ? '.compare' : '#compared',
      ),
    ),
    state('card', 'modelCard', { name: null, version: 4 }, '.card table.gates'),
    state(
      'card, compared',
      'modelCard',
      { name: null, version: 4 },
      '.card table.gates',
      async ({ page }) => {
        await page.locator('#against').selectOption('3');
        await page.locator('.comparison table').waitFor();
      },
      '.actions',
    ),
    state('card, never validated', 'modelCard', { name: null, version: 5 }, '.card .verdict.open'),
    state('model inspected', 'modelCard', { name: null, version: null, address: 'model.joblib' }, '.card table.facts'),
    state('drift', 'drift', { monitor: 'production' }, '.distribution', async ({ page }) => {
      await page.locator('details summary').first().click();
      await page.locator('.timeline canvas').first().waitFor();
    }),
    ...['columns', 'correlation', 'quality', 'rows'].map((tab) =>
      state(
        `profile ${tab}`,
        'profile',
        profiled,
        '.verdict .codicon',
        async ({ page }) => {
          await page.locator('table.columns tbody tr').first().waitFor();
          if (tab === 'columns') return;
          await page.locator(`#tab-${tab}`).click();
          await until(
            `${tab} is shown`,
            async () =>
              (await page.locator('#panel .skeleton').count()) === 0 &&
              (await page.locator('#panel').innerText()).trim() !== '',
          );
        },
        tab === 'columns' || tab === 'rows' ? 'body' : '#panel',
      ),
    ),
    state(
      'profile of a column',
      'profile',
      profiled,
      '.verdict .codicon',
      async ({ page }) => {
        await page.locator('table.columns').focus();
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.locator('.detail h2').waitFor();
      },
      '.detail',
    ),
    state('profile, what changed', 'profile', { subject, against: earlier }, '.changes'),
    state('source preview', 'sourcePreview', { stage: 'pull' }, 'tr.faulty'),
    state('labelling', 'labelling', { task: 'fraud_review', labeller: 'Ann' }, '.card .class'),
    state(
      'labelling, naming',
      'labelling',
      { task: 'fraud_review', labeller: 'Ann' },
      '.card .class',
      async ({ page }) => {
        await page.locator('#rename').click();
        await page.locator('#labeller').waitFor();
      },
      '.who',
    ),
  ];
  return { states, close: held.close };
}
