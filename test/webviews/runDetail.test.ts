import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { findRun, getRun } from '../../engine/tracking/runDetail.ts';
import { logPath } from '../../engine/store/store.ts';
import { writeTag } from '../../engine/tracking/writeRun.ts';
import { runModels } from '../fixtures/views/modelFacts.ts';
import { overview } from '../fixtures/views/overview.ts';
import { pointsEach, richStore, writeCurves } from '../fixtures/views/richRuns.ts';
import { longTest } from '../helpers/rounds.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';
import type { ThemeName } from '../helpers/themes.ts';

const size = { width: 1440, height: 1400 };

describe('the detail of a run, over the engine’s own answers', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let held: ReturnType<typeof richStore>;
  before(async () => {
    bench = await ViewBench.start();
    held = richStore(14);
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    held.close();
  });

  async function open(index: number, { theme = 'dark', more = {} }: { theme?: ThemeName; more?: Answers } = {}) {
    const run = held.runs[index];
    assert.ok(run);
    const view = await bench.open(
      'runHistory',
      { experiment: null, runId: run.runId },
      { ...held.answers, 'project/overview': () => overview, ...more },
      theme,
      size,
    );
    await view.page.locator('.detail h1').waitFor();
    return { ...view, run, detail: view.page.locator('.detail') };
  }
  const clean = async (view: OpenView): Promise<void> => {
    assert.doesNotMatch(await view.page.locator('.detail').innerText(), /undefined|\[object/);
    assert.deepEqual(view.faults, []);
  };
  const stored = (runId: string) => getRun(held.store, runId);

  it('shows a run whole: metrics, curves, gates, stages, log, data, files, code, how to have it again', async () => {
    const view = await open(4);
    await until('the log is there', async () => /epoch 30\/30/.test(await view.detail.innerText()));
    const text = await view.detail.innerText();
    for (const part of [
      'Metrics',
      'Curves',
      'Gates',
      'Confusion matrix',
      'Stages',
      'Log',
      'Params',
      'Data',
      'Artifacts',
      'Code',
      'Environment',
      'System metrics',
      'Reproduce',
      'learning_rate',
      '4f2a91c',
      'model.json',
      '30,617',
    ])
      assert.ok(text.includes(part), part);
    await until('the curve says what it shows', async () =>
      new RegExp(`${pointsEach} points`).test(
        (await view.detail.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    await view.picture('runDetail-dark');
    await view.detail.locator('section[aria-label=reproduce] vscode-button').click();
    assert.ok(view.actions.some((action) => action.do === 'copy' && action.text.startsWith('loopwright reproduce ')));
    await clean(view);
  });

  it('has system metrics apart, and asks for them when they are opened', async () => {
    const asked: string[] = [];
    const view = await open(4, {
      more: {
        'runs/series': (params) => {
          asked.push(params.key);
          return held.answers['runs/series']?.(params) ?? [];
        },
      },
    });
    await until('the curves are there', async () => (await view.detail.locator('.chart-card').count()) === 3);
    assert.doesNotMatch(await view.detail.locator('section[aria-label=metrics]').innerText(), /system/);
    assert.ok(!asked.some((key) => key.startsWith('system/')));
    await view.page.getByRole('button', { name: 'System metrics' }).click();
    await view.detail.locator('.chart-card[aria-label="system/memory_bytes"]').waitFor();
    await until('they were asked for', () => asked.includes('system/memory_bytes'));
    await clean(view);
  });

  it('writes a note in place: Markdown without HTML, kept while it is written, saved with Ctrl+Enter', async () => {
    const view = await open(5);
    await view.page.getByRole('button', { name: 'Write a note' }).click();
    const box = view.detail.locator('textarea');
    await until('the note has the focus', () =>
      view.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
    );
    await view.page.keyboard.type(
      '# Why\nc and **strong** with <img src=x onerror="window.broken=1">\n- one\n- [two](https://example.org/a)\n- [bad](javascript:alert(1))\n\n`code`',
    );
    assert.equal(await view.page.locator('.compare').count(), 0, 'a letter that is typed is no command');
    await view.changed();
    await view.changed();
    await until('the change was followed', () => view.requests.filter((one) => one === 'runs/get').length > 1);
    assert.match(await box.inputValue(), /^# Why\nc and/);
    const kept = (await view.page.evaluate('window.persistedState')) as {
      ui: { panels: { detail: { draft: { text: string } } } };
    };
    assert.match(kept.ui.panels.detail.draft.text, /strong/);
    await view.page.keyboard.press('Control+Enter');
    await view.detail.locator('.markdown strong').waitFor();
    assert.equal(stored(view.run.runId).note.split('\n')[0], '# Why');
    assert.deepEqual(
      await view.detail
        .locator('.markdown')
        .evaluate((note) => [
          note.querySelectorAll('img, script').length,
          note.querySelectorAll('li').length,
          [...note.querySelectorAll('a')].map((one) => one.getAttribute('href')),
          note.querySelector('code')?.textContent,
        ]),
      [0, 3, ['https://example.org/a'], 'code'],
    );
    assert.equal(await view.page.evaluate('window.broken'), undefined);
    await view.picture('runDetail-note-dark');
    await view.page.getByLabel('Edit the note').click();
    await view.detail.locator('textarea').fill('other');
    await view.page.keyboard.press('Escape');
    await view.detail.locator('.markdown strong').waitFor();
    assert.equal(await view.page.locator('.detail').count(), 1, 'Escape left the note, not the run');
    await clean(view);
  });

  it('adds and removes tags, renames, and stars', async () => {
    const view = await open(6);
    await view.page.getByLabel('Name of a new tag').fill('owner');
    await view.page.getByLabel('Value of the new tag').fill('mlops');
    await view.page.keyboard.press('Enter');
    await view.detail.locator('.tags .badge', { hasText: 'owner' }).waitFor();
    assert.equal(stored(view.run.runId).tags['owner'], 'mlops');
    await view.page.getByLabel('Remove the tag trigger').click();
    await until('the tag is gone', () => stored(view.run.runId).tags['trigger'] === undefined);
    await view.page.getByLabel(`Rename ${view.run.name}`).click();
    await view.page.getByLabel('Name of the run').fill('final candidate');
    await view.page.keyboard.press('Enter');
    await view.page.getByRole('heading', { name: 'final candidate' }).waitFor();
    await view.detail.locator('.star').click();
    await until(
      'it has a star',
      async () =>
        stored(view.run.runId).starred && (await view.detail.locator('.star').getAttribute('aria-pressed')) === 'true',
    );
    await clean(view);
  });

  it('shows files as a tree with the head of each, safely', async () => {
    const view = await open(7);
    const file = (name: string) => view.detail.locator('.file', { hasText: name });
    await file('predictions.csv').getByRole('button').first().click();
    await file('predictions.csv').locator('tbody tr').first().waitFor();
    assert.equal(await file('predictions.csv').locator('tbody tr').count(), 100);
    assert.match(await file('predictions.csv').innerText(), /a, b.*Only the beginning is shown/s);
    await file('model.json').getByRole('button').first().click();
    await until('the JSON is indented', async () =>
      /\n {2}"layers": \[/.test(await file('model.json').locator('pre').innerText()),
    );
    await view.picture('runDetail-files-dark');
    await file('weights.bin').getByRole('button').first().click();
    await file('weights.bin').getByText('This file is not text').waitFor();
    await file('odd.txt').getByRole('button').first().click();
    await until('HTML is text', async () =>
      /<script>window\.broken/.test(await file('odd.txt').locator('pre').innerText()),
    );
    await file('badge.svg').getByRole('button').first().click();
    await until('the SVG is drawn', () =>
      view.page.evaluate(() => document.querySelector<HTMLImageElement>('.preview img')?.naturalWidth === 80),
    );
    assert.equal(await view.page.evaluate('window.broken'), undefined);
    await view.page.getByLabel('Open model/model.json in an editor').click();
    assert.deepEqual(view.actions.at(-1), { do: 'openArtifact', runId: view.run.runId, path: 'model/model.json' });
    await clean(view);
  });

  it('follows a run that goes on: its log to the end, its curves, and not against the person’s will', async () => {
    const view = await open(0);
    assert.equal(view.run.status, 'running');
    const log = view.detail.locator('pre.log');
    await until('the log is there', async () => /epoch 30\/30/.test(await log.innerText()));
    const add = (text: string): void => appendFileSync(logPath(held.store, view.run.runId, 'train'), text);
    const far = (): Promise<number> => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    add(`\u001b[32mgreen\u001b[0m\n${'more\n'.repeat(60)}10%\r99%\n`);
    await until('the new lines are there', async () => /99%/.test(await log.innerText()));
    assert.doesNotMatch(await log.innerText(), /10%|\[32m/);
    await until('its end is seen', async () => (await far()) < 4);
    await log.evaluate((box) => {
      box.scrollTop = 0;
    });
    await until('the person scrolled', async () => (await far()) > 100);
    add('last\n');
    await until('the last line is there', async () => /last/.test(await log.innerText()));
    assert.equal(await log.evaluate((box) => box.scrollTop), 0);
    const section = view.page.getByRole('button', { name: 'Params' });
    await section.click();
    writeCurves(held.store, view.run, 0, pointsEach + 20, pointsEach);
    await view.changed();
    await until('the curve grew', async () =>
      new RegExp(`${pointsEach + 20} points`).test(
        (await view.detail.locator('.chart-card[aria-label="loss"] .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    assert.equal(await section.getAttribute('aria-expanded'), 'false');
    await clean(view);
  });

  it('shows standard error by itself', async () => {
    const { runId } = held.runs[6] ?? { runId: '' };
    held.store.sql.run("UPDATE run_stages SET kind = 'cmd' WHERE run_id = ? AND stage = 'train'", runId);
    appendFileSync(logPath(held.store, runId, 'train', 'stderr'), 'warning: beware\n');
    const view = await open(6);
    await until('the log is there', async () => /epoch 30\/30/.test(await view.detail.locator('pre.log').innerText()));
    await view.detail.locator('#log-stream').selectOption('stderr');
    await until(
      'the warning stands alone',
      async () => (await view.detail.locator('pre.log').innerText()).trim() === 'warning: beware',
    );
    await view.picture('runDetail-stderr-dark');
    await view.detail.locator('#log-stage').selectOption('prepare');
    await until(
      'a built-in stage has one output',
      async () => (await view.detail.locator('#log-stream').count()) === 0,
    );
    await clean(view);
  });

  it('tells what is not a number, why a run failed, its parent and its children', async () => {
    const failed = await open(9);
    await failed.detail.locator('.error-bar').waitFor();
    assert.match(
      await failed.detail.locator('.error-bar').innerText(),
      /train ended with exit code 1: The loss became infinite at step 3/,
    );
    await failed.picture('runDetail-failed-dark');
    await clean(failed);
    const [parent] = held.runs.slice(10);
    assert.ok(parent);
    const view = await open(4, {
      more: {
        'runs/get': ({ runId }) => ({
          ...stored(runId),
          notFinite: { nll: 'NaN', bound: '-Infinity' },
          parent: parent.runId,
          children: [{ runId: parent.runId, name: parent.name, status: 'finished' }],
        }),
      },
    });
    await until('NaN is shown', async () =>
      /nll\s+NaN\s+bound\s+−∞/.test(await view.detail.locator('section[aria-label=metrics]').innerText()),
    );
    await view.detail.getByRole('button', { name: parent.name }).click();
    await view.page.getByRole('heading', { name: parent.name }).waitFor();
    await clean(view);
  });

  it('tells the runs of a sweep: the one above, its trials, and which was stopped early', async () => {
    const [above, best, weak] = [held.runs[8], held.runs[10], held.runs[12]];
    assert.ok(above && best && weak);
    const id = (run: { runId: string }) => findRun(held.store, run.runId).id;
    const tag = (run: { runId: string }, key: string, value: string) => writeTag(held.store, id(run), key, value);
    for (const run of [above, best, weak]) tag(run, 'loopwright.sweep', 'abc.1');
    for (const [i, run] of [best, weak].entries()) {
      tag(run, 'loopwright.trial', String(i));
      tag(run, 'mlflow.parentRunId', above.runId);
    }
    tag(weak, 'loopwright.stopped', 'val_loss 0.3 is not the best of the 4 trials that reached this step, at step 3');
    held.store.sql.run("UPDATE runs SET status = 'cancelled' WHERE id = ?", id(weak));
    const view = await open(8);
    await view.detail.getByRole('button', { name: 'Show these 2 in the table' }).click();
    const rows = view.page.locator('table.runs tbody tr');
    await until('the trials alone', async () => (await rows.count()) === 2);
    assert.match(await view.page.locator('#filter').inputValue(), /^parent = '/);
    const text = (await rows.allInnerTexts()).join('\n');
    assert.match(text, /#1[^]*#2[^]*stopped early/);
    assert.match(
      await rows.nth(1).locator('td[title^="Stopped early by its sweep: val_loss 0.3"]').innerText(),
      /stopped early/,
    );
    await view.picture('runDetail-sweep-dark');
    await clean(view);
  });

  it('lists the models of the run with their versions, and leads to a validation', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const view = await open(4, { theme, more: { 'models/ofRun': () => runModels } });
      const models = view.detail.locator('.models');
      await models.waitFor();
      const text = await models.innerText();
      assert.match(text, /model\s+mlflow · sklearn\.pipeline\.Pipeline · 1\.2 MB\s+not registered/);
      assert.match(text, /card-fraud v5\s+not validated/);
      assert.match(text, /card-fraud v3\s+validated/);
      await models.scrollIntoViewIfNeeded();
      await view.picture(`runHistory-models-${theme}`);
      await models.getByRole('button', { name: 'Register as a model…' }).click();
      await models.getByRole('button', { name: 'Validate…' }).click();
      await models.getByRole('button', { name: 'Inspect' }).last().click();
      await models.getByRole('button', { name: 'card-fraud v3' }).click();
      assert.deepEqual(view.actions, [
        { do: 'validateModel', address: 'm-0a1b2c' },
        { do: 'validateModel', address: 'runs:/r1/artifacts/booster.ubj' },
        { do: 'inspectModel', address: 'model.onnx' },
        { do: 'openCard', name: 'card-fraud', version: 3 },
      ]);
      await clean(view);
      await view.close();
    }
  });

  it('asks for the models again after a change that came while the run was fetched', async () => {
    let asked = 0;
    let answers = true;
    const waiting: (() => void)[] = [];
    const view = await open(4, {
      more: {
        'models/ofRun': () => {
          asked++;
          return runModels;
        },
        'runs/get': async (params) => {
          if (!answers)
            await new Promise<void>((go) => {
              waiting.push(go);
            });
          return held.answers['runs/get']?.(params) ?? assert.fail();
        },
      },
    });
    await view.detail.locator('.models').waitFor();
    answers = false;
    const before = asked;
    await view.changed();
    await until('the run is fetched again', () => waiting.length === 1 && asked === before + 1);
    await view.changed();
    answers = true;
    for (const go of waiting) go();
    await until('the models are asked for once more', () => asked === before + 2);
    await clean(view);
  });

  it('keeps what it shows when the engine fails, says why, and tries again', async () => {
    const view = await open(4);
    view.answer({
      'runs/get': () => {
        throw new Error('The engine of card-fraud stopped (exit code 134).');
      },
    });
    await view.changed();
    await view.detail.locator('.error-bar').waitFor();
    assert.match(await view.detail.innerText(), /exit code 134.*learning_rate/s);
    view.answer({ 'runs/get': ({ runId }) => stored(runId) });
    await view.detail.getByText('Try again').click();
    await view.detail.locator('.error-bar').waitFor({ state: 'detached' });
  });

  longTest('looks right in light and in high contrast', async () => {
    for (const theme of ['light', 'contrast'] as const) {
      const view = await open(5, { theme });
      await until('the curve is there', async () => (await view.detail.locator('.chart-card canvas').count()) === 3);
      await view.picture(`runDetail-${theme}`);
      await clean(view);
      await view.close();
    }
  });
});
