import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { overview } from '../fixtures/views/overview.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import type { ThemeName } from '../helpers/themes.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import { logFiles, makeShop } from '../start/sourceFolder.ts';
import { birds, program, startAnswers, startFolder } from '../start/startFolder.ts';

const state = { data: null };
const size = { width: 1100, height: 900 };
const themes: ThemeName[] = ['dark', 'light', 'contrast'];

describe('start', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  const open: (() => void)[] = [];
  const engineOf = (root: string) => {
    const { answers, close } = startAnswers(root);
    open.push(close);
    return answers;
  };
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(async () => {
    for (const close of open) close();
    await bench.stop();
  });

  it('shows what was found and what will be written, and writes it at one click', async () => {
    const root = startFolder();
    const view = await bench.open('start', state, engineOf(root), 'dark', size);
    const { page } = view;
    await page.locator('#create:not([disabled])').waitFor();
    assert.equal(await page.locator('#target').inputValue(), 'species');
    assert.match(
      await page.locator('.table > .muted').first().innerText(),
      /90 rows · 7 columns · read as: semicolon, UTF-8, header in line 1/,
    );
    assert.deepEqual(await page.locator('.left-out li code').allTextContents(), ['rowid', 'comment', 'year']);
    assert.deepEqual(await page.locator('.write summary code').allTextContents(), [
      'loopwright.yaml',
      'schemas/birds.dataset.yaml',
      'sql/features.sql',
      'schemas/features.dataset.yaml',
      '.gitignore',
    ]);
    await view.picture('start-found');
    await page.locator('.write summary').first().click();
    await page.locator('.preview .hl-comment').first().waitFor();
    await view.picture('start-preview');
    assert.ok(!existsSync(join(root, 'loopwright.yaml')));
    view.answer({ 'project/overview': () => overview, 'runs/list': () => ({ runs: [], total: 0 }) as never });
    await page.locator('#create').click();
    await page.locator('.wrote').waitFor();
    assert.deepEqual(view.actions, [{ do: 'projectMade', next: 'run', path: null }]);
    assert.match(readFileSync(join(root, 'loopwright.yaml'), 'utf8'), /balanced_accuracy: \{ min: 0\.4 \}/);
    assert.deepEqual(view.faults, []);
  });

  it('takes another column, another task, another way to read, and a column back in', async () => {
    const view = await bench.open(
      'start',
      state,
      engineOf(
        startFolder({
          'wine.csv': `acid,grade,quality\n${Array.from({ length: 120 }, (_, i) => `${(i * 7) % 90},${i % 3 === 0 ? '' : (i * 3) % 8},${3 + (i % 6)}`).join('\n')}`,
        }),
      ),
      'dark',
      size,
    );
    const { page } = view;
    await page.locator('#create:not([disabled])').waitFor();
    await page.locator('#task').selectOption('multiclass');
    await page.locator('.classes tr').first().waitFor();
    await page.locator('.write summary').first().click();
    await page.waitForFunction(() => /balanced_accuracy/.test(document.querySelector('.preview')?.textContent ?? ''));
    await page.locator('#target').selectOption('acid');
    await page.waitForFunction(() => /r2/.test(document.querySelector('.preview')?.textContent ?? ''));
    await page.locator('button', { hasText: 'change' }).click();
    await view.picture('start-readAs');
    await page.locator('.read-as input[type=checkbox]').uncheck();
    await page.waitForFunction(() => /no header/.test(document.querySelector('.table > .muted')?.textContent ?? ''));
    assert.deepEqual(view.faults, []);
  });

  it('a program is shown with its params, and arrow keys move among what was found', async () => {
    const root = startFolder({
      'train.py': program,
      'birds.csv': birds(),
      'explore.ipynb': '{}',
      'dvc.yaml': 'stages: {}\n',
    });
    const view = await bench.open('start', state, engineOf(root), 'light', size);
    const { page } = view;
    await page.locator('.source[aria-checked=true]', { hasText: 'dvc.yaml' }).waitFor();
    await page.locator('.source[aria-checked=true]').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.facts', { hasText: 'what it logs to MLflow' }).waitFor();
    await page.locator('#create:not([disabled])').waitFor();
    await view.picture('start-script');
    await page.keyboard.press('ArrowRight');
    await page.locator('#target').waitFor();
    assert.deepEqual(view.faults, []);
  });

  it('a database: its table and column, all tables without a model, and why one cannot be read', async () => {
    const root = startFolder({ 'broken.sqlite': 'no database at all' });
    makeShop(root);
    const view = await bench.open('start', state, engineOf(root), 'dark', size);
    const { page } = view;
    await page.locator('#create:not([disabled])').waitFor();
    assert.match(await page.locator('.source[aria-checked=true]').innerText(), /shop\.db\s+SQLite · 4 tables/);
    assert.equal(await page.locator('#table').inputValue(), 'orders');
    assert.equal(await page.locator('#target').inputValue(), 'late');
    assert.ok(await page.locator('#table option', { hasText: 'returns – no rows' }).isDisabled());
    await view.picture('start-database');
    await page.locator('#table').selectOption('order details');
    await page.locator('.facts-line', { hasText: '240 rows · 3 columns' }).waitFor();
    await page.locator('.write .error-bar', { hasText: 'No column is left to predict' }).waitFor();
    await page.locator('#collect-only').check();
    await page.locator('.table.plain, .scroll table', { hasText: 'returns – left out' }).waitFor();
    await page.locator('#create:not([disabled])').waitFor();
    assert.ok(
      (await page.locator('.write summary code').allTextContents()).includes('schemas/order_details.dataset.yaml'),
    );
    await view.picture('start-database-all');
    await page.locator('#collect-only').uncheck();
    await page.locator('#target').waitFor();
    await page.locator('.source', { hasText: 'broken.sqlite' }).click();
    await page.locator('.error-bar', { hasText: 'is not a SQLite database' }).waitFor();
    await page.locator('#create[disabled]').waitFor();
    await view.picture('start-database-broken');
    assert.deepEqual(view.faults, []);
  });

  it('logs: their formats and lines; one is left out; the project is written', async () => {
    const root = startFolder(logFiles());
    const view = await bench.open('start', state, engineOf(root), 'light', size);
    const { page } = view;
    await page.locator('#create:not([disabled])').waitFor();
    assert.match(await page.locator('.source').innerText(), /2 logs\s+1,050 lines/);
    await page.locator('.logs tr', { hasText: 'combined access log' }).locator('td', { hasText: '900' }).waitFor();
    await view.picture('start-logs');
    await page.locator('.logs input').nth(1).uncheck();
    await page.waitForFunction(
      () => !document.querySelector('.write')?.textContent?.includes('schemas/app.dataset.yaml'),
    );
    await page.locator('#create:not([disabled])').waitFor();
    await page.locator('.logs input').nth(0).uncheck();
    await page.locator('.write', { hasText: 'Nothing: choose a log.' }).waitFor();
    await page.locator('#create[disabled]').waitFor();
    await page.locator('.logs input').nth(0).check();
    await page.locator('#create:not([disabled])').waitFor();
    view.answer({ 'project/overview': () => overview, 'runs/list': () => ({ runs: [], total: 0 }) as never });
    await page.locator('#create').click();
    await page.locator('.wrote').waitFor();
    assert.match(readFileSync(join(root, 'loopwright.yaml'), 'utf8'), /logs: "logs\/access\.log\*", format: combined/);
    const odd = await bench.open('start', state, engineOf(startFolder({ 'words.log': 'no form\n' })), 'dark', size);
    await odd.page.locator('.logs', { hasText: 'its lines have no known format; the first is no form' }).waitFor();
    await odd.page.locator('#create[disabled]').waitFor();
    await odd.picture('start-logs-odd');
    assert.deepEqual([...view.faults, ...odd.faults], []);
  });

  it('an empty folder, an untrusted one, one with a project, an error, and very many tables', async () => {
    const empty = await bench.open('start', state, engineOf(startFolder({ 'notes.ipynb': '{}' })), 'dark', size);
    await empty.page.locator('vscode-button', { hasText: 'Pick a data file' }).click();
    await empty.page.locator('vscode-button', { hasText: 'Open an example' }).click();
    assert.deepEqual(
      empty.actions.map((action) => action.do),
      ['pickData', 'openExample'],
    );
    await empty.picture('start-empty');
    const untrusted = await bench.open(
      'start',
      state,
      {
        'start/folder': () => {
          throw new Error('This folder is not trusted, so Loopwright only checks its files.');
        },
      },
      'dark',
      size,
    );
    await untrusted.page.locator('vscode-button', { hasText: 'Manage trust' }).click();
    assert.deepEqual(untrusted.actions, [{ do: 'manageTrust' }]);
    await untrusted.picture('start-untrusted');
    const there = await bench.open(
      'start',
      state,
      engineOf(startFolder({ 'loopwright.yml': 'version: 1\n' })),
      'dark',
      size,
    );
    await there.page.locator('vscode-button', { hasText: 'Open loopwright.yml' }).waitFor();
    const broken = await bench.open(
      'start',
      state,
      engineOf(startFolder({ 'one.csv': 'a,label\n1,x\n2,x\n3,x\n' })),
      'dark',
      size,
    );
    await broken.page.locator('.error-bar', { hasText: 'every row has the same value' }).waitFor();
    await broken.picture('start-noTarget');
    const slow = await bench.open('start', state, {}, 'dark', size);
    await slow.page.locator('.skeleton').waitFor();
    const many = await bench.open(
      'start',
      state,
      engineOf(
        startFolder(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`data/part-${i}.csv`, birds(30)]))),
      ),
      'dark',
      size,
    );
    await many.page.locator('.more .link', { hasText: '34 more tables' }).waitFor();
    await many.page.locator('input[type=search]').fill('part-37');
    await many.page.locator('.source', { hasText: 'part-37' }).click();
    await many.page.locator('.table h2', { hasText: 'part-37' }).waitFor();
    await many.picture('start-many');
    assert.deepEqual([...empty.faults, ...there.faults, ...broken.faults, ...many.faults], []);
  });

  it('the first run goes on before the eyes and ends on its card', async () => {
    const root = startFolder();
    const [run] = makeRuns(1);
    const [model] = overview.models;
    assert.ok(run && model);
    const stages = (states: ('fresh' | 'running' | 'never')[]) =>
      ['collect', 'prepare', 'train', 'validate'].map((name, i) => ({
        name,
        kind: name as 'collect',
        state: states[i] ?? 'never',
        reasons: [],
        dependsOn: [],
        line: i + 1,
        last:
          states[i] === 'fresh'
            ? {
                runId: run.runId,
                runName: run.name,
                status: 'finished' as const,
                startedAt: 0,
                durationMs: 240,
                summary: '90 rows',
              }
            : null,
      }));
    const view = await bench.open(
      'start',
      state,
      {
        ...engineOf(root),
        'project/overview': () => ({ ...overview, stages: stages(['fresh', 'fresh', 'running']), models: [] }),
        'runs/list': () =>
          ({ runs: [{ ...run, status: 'running', progress: 'train: epoch 14/40' }], total: 1 }) as never,
      },
      'dark',
      size,
    );
    await view.page.locator('#create:not([disabled])').click();
    await view.page.locator('.stage.running', { hasText: 'train' }).waitFor();
    await view.picture('start-running');
    view.answer({
      'project/overview': () => ({
        ...overview,
        stages: stages(['fresh', 'fresh', 'fresh', 'fresh']),
        models: [model],
      }),
      'runs/list': () => ({ runs: [{ ...run, status: 'finished', progress: null }], total: 1 }) as never,
    });
    await view.changed();
    await view.page.locator('#next', { hasText: 'Open the model card' }).waitFor();
    assert.deepEqual(view.actions.at(-1), { do: 'openCard', name: model.model, version: model.version });
    await view.picture('start-done');
    assert.deepEqual(view.faults, []);
  });

  for (const theme of themes) {
    it(`fits 500 px in ${theme}`, async () => {
      const view = await bench.open(
        'start',
        state,
        engineOf(
          startFolder({
            'birds.csv': birds(),
            'train.py': program.replace('import mlflow\n', '').replace('mlflow.sklearn.autolog()\n', ''),
          }),
        ),
        theme,
        { width: 500, height: 1100 },
      );
      await view.page.locator('.source', { hasText: 'birds.csv' }).click();
      await view.page.locator('#create:not([disabled])').waitFor();
      await view.page.locator('.left-out').waitFor();
      assert.ok(await view.page.evaluate(() => document.documentElement.scrollWidth <= 500), 'nothing is cut');
      await view.picture(`start-500-${theme}`);
      assert.deepEqual(view.faults, []);
    });
  }
});
