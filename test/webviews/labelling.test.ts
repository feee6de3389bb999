import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { labelHandlers } from '../../engineHost/labelHandlers.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { labelAnswers, labelRow, labelSummary, labelTask, labelTasks, queueOf } from '../fixtures/views/labels.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';
import { labelProject } from '../labelling/labelProject.ts';

const state = { task: null, labeller: 'ann' };
const size = { width: 1200, height: 860 };

/** The answers of the real engine over a real project. */
function engineOf(root: string): Answers {
  return labelHandlers(() => {
    const project = loadProject(root);
    return { project, config: project.readable?.config ?? null, store: null, folder: root };
  });
}

const written = (root: string) => {
  const file = join(root, 'data/labels/review.csv');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/,\d{4}-[^,]+Z,/, ','))
    : [];
};
const showsRow = (view: OpenView, key: string) =>
  view.page.waitForFunction((wanted) => document.querySelector('#row-name code')?.textContent === wanted, key);

describe('labelling', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  it('labels, skips and takes back with keys alone, and the file says the same', async () => {
    const root = labelProject();
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    const { keyboard } = view.page;
    await showsRow(view, 'o1');
    await keyboard.press('1');
    await showsRow(view, 'o2');
    assert.match((await view.page.locator('[role=status][aria-live]').textContent()) ?? '', /^fraud: o1\. Next: o2\.$/);
    await keyboard.press('Space');
    await showsRow(view, 'o3');
    await keyboard.press('u');
    await showsRow(view, 'o2');
    assert.match((await view.page.locator('[role=status][aria-live]').textContent()) ?? '', /Undone: o2/);
    await keyboard.press('2');
    await showsRow(view, 'o3');
    await keyboard.press('Control+z');
    await showsRow(view, 'o2');
    await keyboard.press('9');
    await keyboard.press('2');
    await showsRow(view, 'o3');
    await keyboard.press('s');
    await showsRow(view, 'o4');
    await until('7 labels are written', () => written(root).length === 7);
    assert.deepEqual(written(root), [
      'o1,fraud,ann,hand',
      'o2,,ann,skip',
      'o2,,ann,undo',
      'o2,fine,ann,hand',
      'o2,,ann,undo',
      'o2,fine,ann,hand',
      'o3,,ann,skip',
    ]);
    await view.page.waitForFunction(() =>
      /2 of 6 labelled/.test(document.querySelector('#progress')?.textContent ?? ''),
    );
    assert.deepEqual(view.faults, []);
  });

  it('writes every one of keys pressed faster than the engine answers, in order', async () => {
    const root = labelProject({ rows: Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')},1,x`) });
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    await showsRow(view, 'k00');
    for (let i = 0; i < 40; i++) {
      await view.page.waitForFunction(
        (wanted) => document.querySelector('#row-name code')?.textContent === wanted,
        `k${String(i).padStart(2, '0')}`,
      );
      await view.page.keyboard.press(i % 2 === 0 ? '1' : '2');
    }
    await view.page.getByText('Everything is labelled').waitFor();
    await until('40 labels are written', () => written(root).length === 40);
    assert.deepEqual(
      written(root),
      Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')},${i % 2 === 0 ? 'fraud' : 'fine'},ann,hand`),
    );
    assert.deepEqual(view.faults, []);
  });

  it('looks back, decides again, and goes on where it was', async () => {
    const root = labelProject();
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    await showsRow(view, 'o1');
    await view.page.keyboard.press('1');
    await showsRow(view, 'o2');
    await view.page.keyboard.press('1');
    await showsRow(view, 'o3');
    await view.page.keyboard.press('ArrowLeft');
    await view.page.keyboard.press('ArrowLeft');
    await showsRow(view, 'o1');
    assert.equal(
      await view.page
        .locator('.class[aria-pressed=true]')
        .innerText()
        .then((text) => text.replaceAll(/\s+/g, ' ')),
      '1 fraud',
    );
    await view.page.keyboard.press('2');
    await showsRow(view, 'o3');
    await until('3 labels are written', () => written(root).length === 3);
    assert.equal(written(root).at(-1), 'o1,fine,ann,hand');
  });

  it('keeps the card when a label could not be written, and says why', async () => {
    const root = labelProject();
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    await showsRow(view, 'o1');
    view.answer({
      'labels/add': () => {
        throw new Error('The label could not be written to data/labels/review.csv: no space left on device.');
      },
    });
    await view.page.keyboard.press('1');
    await view.page.locator('.error-bar').waitFor();
    await showsRow(view, 'o1');
    assert.match(await view.page.locator('.error-bar').innerText(), /no space left/);
    assert.deepEqual(written(root), []);
    await view.picture('labelling-error-dark');
    view.answer(engineOf(root));
    await view.page.keyboard.press('1');
    await showsRow(view, 'o2');
    await view.page.locator('.error-bar').waitFor({ state: 'detached' });
    await until('a label is written', () => written(root).length === 1);
  });

  it("changes who labels, and asks for that person's rows", async () => {
    const root = labelProject({ more: 'labellers: 2' });
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    await showsRow(view, 'o1');
    await view.page.keyboard.press('1');
    await showsRow(view, 'o2');
    await view.page.locator('#rename').click();
    await view.page.locator('#labeller').fill('ben 12s');
    await view.page.keyboard.press('Enter');
    await view.page.getByText('ben 12s').first().waitFor();
    await showsRow(view, 'o2');
    for (const key of ['o2', 'o3', 'o4', 'o5', 'o6', 'o1']) {
      await showsRow(view, key);
      await view.page.keyboard.press('2');
    }
    await view.page.getByText('Everything is labelled').waitFor();
    await view.page.waitForFunction(() => /ann, ben 12s/.test(document.querySelector('#agreement')?.textContent ?? ''));
    await view.page.locator('.disagreements button').first().click();
    await showsRow(view, 'o1');
    assert.equal(written(root).length, 7, 'typing a name labels nothing');
    assert.equal(
      await view.page.evaluate(
        () => (window as unknown as { persistedState: { ui: { labeller: string } } }).persistedState.ui.labeller,
      ),
      'ben 12s',
    );
  });

  it('hides the model and the rules until the person decided or asks', async () => {
    const view = await bench.open('labelling', state, labelAnswers, 'dark', size);
    await showsRow(view, labelRow(0).key);
    assert.equal(await view.page.locator('.hints.shown').count(), 0);
    assert.doesNotMatch(await view.page.locator('.card').innerText(), /address_changed|51 %/);
    await view.page.keyboard.press('m');
    await view.page.locator('.hints.shown').waitFor();
    assert.match(
      await view.page.locator('.hints').innerText(),
      /The model says fraud at 51 %.*leads by 0\.02.*address_changed says fraud/s,
    );
    await view.page.keyboard.press('m');
    await view.page.keyboard.press('1');
    await view.page.keyboard.press('ArrowLeft');
    await view.page.locator('.hints.shown').waitFor();
    assert.deepEqual(view.faults, []);
  });

  it('shows nothing in a value as a link or markup', async () => {
    const row = {
      ...labelRow(0),
      values: [
        { name: '<b>x</b>', value: '<img src=x onerror=alert(1)> https://example.org', unit: null, description: null },
      ],
    };
    const view = await bench.open(
      'labelling',
      state,
      { ...labelAnswers, 'labels/next': () => queueOf([row]) },
      'dark',
      size,
    );
    await showsRow(view, row.key);
    assert.equal(await view.page.locator('.values a, .values img, .values b').count(), 0);
    assert.match(await view.page.locator('.values').innerText(), /<img src=x/);
    assert.deepEqual(view.faults, []);
  });

  it('offers skipped rows for review when all others are labelled', async () => {
    const root = labelProject({ rows: ['o1,1,x', 'o2,2,y'] });
    const view = await bench.open('labelling', state, engineOf(root), 'dark', size);
    await showsRow(view, 'o1');
    await view.page.keyboard.press('s');
    await showsRow(view, 'o2');
    await view.page.keyboard.press('1');
    await view.page.getByText('Only skipped rows are left').waitFor();
    await view.page.getByText('You skipped 1 row of orders').waitFor();
    await view.picture('labelling-done-dark');
    await view.page.getByText('Review skipped rows').click();
    await showsRow(view, 'o1');
    await view.page.keyboard.press('2');
    await view.page.getByText('No skipped rows left').waitFor();
    await until('3 labels are written', () => written(root).length === 3);
  });

  it('says how to get a task, and what is wrong with one', async () => {
    const none = await bench.open(
      'labelling',
      state,
      { ...labelAnswers, 'labels/tasks': () => ({ ...labelTasks, tasks: [] }) },
      'dark',
      size,
    );
    await none.page.getByText('No labelling task yet').waitFor();
    await none.picture('labelling-empty-dark');
    await none.page.getByText('Copy', { exact: true }).click();
    await none.page.getByText('Open loopwright.yaml').click();
    assert.match(none.actions[0]?.do === 'copy' ? none.actions[0].text : '', /^labelling:\n {2}review:/);
    assert.deepEqual(none.actions[1], { do: 'openFile', path: 'loopwright.yaml', line: null });
    const broken = await bench.open(
      'labelling',
      state,
      {
        ...labelAnswers,
        'labels/tasks': () => ({
          ...labelTasks,
          tasks: [],
          broken: [{ name: 'review', message: 'There is no dataset `order`. Did you mean `orders`?' }],
        }),
      },
      'dark',
      size,
    );
    await broken.page.getByText('Did you mean').waitFor();
  });

  it('has its designed states in every theme', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const full = await bench.open('labelling', state, labelAnswers, theme, size);
      await showsRow(full, labelRow(0).key);
      await full.page.locator('#agreement').waitFor();
      await full.picture(`labelling-full-${theme}`);
      await full.page.keyboard.press('m');
      await full.page.keyboard.press('?');
      await full.page.locator('.help').waitFor();
      await full.page.keyboard.press('1');
      await full.page.keyboard.press('ArrowLeft');
      await full.page.locator('.class.chosen').waitFor();
      await full.picture(`labelling-back-${theme}`);
      assert.doesNotMatch(await full.page.locator('body').innerText(), /undefined|NaN|null/);
      assert.deepEqual(full.faults, []);
      await full.close();
    }
    const narrow = await bench.open(
      'labelling',
      state,
      {
        ...labelAnswers,
        'labels/tasks': () => ({ ...labelTasks, tasks: [labelTask, { ...labelTask, name: 'second' }] }),
        'labels/summary': () => ({ ...labelSummary, notes: [] }),
      },
      'dark',
      { width: 480, height: 900 },
    );
    await showsRow(narrow, labelRow(0).key);
    assert.equal(
      await narrow.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
      false,
      'no sideways scrolling',
    );
    await narrow.picture('labelling-narrow-dark');
  });
});
