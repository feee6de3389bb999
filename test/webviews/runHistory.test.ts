import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { detailOf, makeRuns, seriesOf, trainLog } from '../fixtures/views/runs.ts';
import { runStore } from '../helpers/runStore.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

const runs = makeRuns(41);
const none = { experiment: null, runId: null };
const closing: (() => void)[] = [];

/** The engine's own answers about these runs; what one run holds besides is made up. */
function engineWith(all = runs): Answers {
  const { answers, close } = runStore(all);
  closing.push(close);
  const run = (runId: string): RunSummary => {
    const found = all.find((one) => one.runId === runId);
    assert.ok(found, `the view asked for ${runId}`);
    return found;
  };
  return {
    ...answers,
    'project/overview': () => overview,
    'runs/get': ({ runId }) => detailOf(run(runId)),
    'runs/details': ({ runIds }) => runIds.map((runId) => detailOf(run(runId))),
    'runs/series': ({ runIds, key }) => runIds.map((runId) => seriesOf(run(runId), key)),
    'runs/log': ({ offset }) => ({ text: trainLog.slice(offset), next: trainLog.length, done: true }),
  };
}

const skip = cannotTest();

describe('run history', { skip }, () => {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    for (const close of closing) close();
  });

  const open = (
    answers = engineWith(),
    theme: 'dark' | 'light' | 'contrast' = 'dark',
    size?: { width: number; height: number },
  ) => bench.open('runHistory', none, answers, theme, size);
  const cells = (view: OpenView, row: number) => view.page.locator('table.runs tr[aria-selected]').nth(row).innerText();
  const settled = (view: OpenView) => view.page.locator('table.runs tr[aria-selected]').first().waitFor();

  it('lists runs with state in words, metrics and the best cell marked', async () => {
    const view = await open();
    await settled(view);
    assert.match(await cells(view, 0), /train: epoch 14\/30/);
    assert.equal(await view.page.locator('.actions .count').innerText(), '41 runs');
    const best = Math.max(...runs.filter((run) => run.status !== 'failed').map((run) => run.metrics['pr_auc'] ?? 0));
    await view.page.locator('td.best', { hasText: best.toFixed(3) }).waitFor();
    assert.doesNotMatch(await view.page.locator('body').innerText(), /undefined|NaN|\{"/);
    assert.deepEqual(view.faults, []);
  });

  it('works by keyboard: arrows, space, c, Enter, slash, Escape', async () => {
    const view = await open();
    await settled(view);
    const { keyboard } = view.page;
    await view.page.locator('table.runs').focus();
    for (const key of ['ArrowDown', ' ', 'ArrowDown', ' ']) await keyboard.press(key);
    await view.page.getByText('Compare 2').waitFor();
    await keyboard.press('c');
    await view.page.locator('.compare h1', { hasText: 'Compare 2 runs' }).waitFor();
    await keyboard.press('Escape');
    await view.page.locator('.compare').waitFor({ state: 'detached' });
    await keyboard.press('Enter');
    await view.page.locator('.detail h1').waitFor();
    assert.equal(await view.page.locator('.detail h1').innerText(), runs[2]?.name);
    await keyboard.press('Escape');
    await view.page.locator('.detail').waitFor({ state: 'detached' });
    await keyboard.press('/');
    await keyboard.type('failed');
    await view.page.waitForFunction(() => document.querySelectorAll('table.runs tr[aria-selected]').length === 2);
    assert.match(await cells(view, 0), /failed/);
    assert.deepEqual(view.faults, []);
  });

  it('shows one run whole, with its log, and copies how to reproduce it', async () => {
    const view = await open();
    await settled(view);
    await view.page.locator('td.name button').nth(1).click();
    await view.page.locator('.detail pre.log').waitFor();
    const text = await view.page.locator('.detail').innerText();
    for (const part of ['Metrics', 'Gates', 'Stages', 'Params', 'Artifacts', 'epoch 30/30', '204,113', 'git checkout'])
      assert.ok(text.includes(part), part);
    await view.page.locator('.reproduce vscode-button').click();
    assert.equal(view.actions[0]?.do, 'copy');
    await view.picture('runHistory-detail-dark');
    assert.deepEqual(view.faults, []);
  });

  it('keeps the last good rows when the engine fails, and says why', async () => {
    const view = await open();
    await settled(view);
    view.answer({
      'runs/list': () => {
        throw new Error('The engine of card-fraud stopped (exit code 134).');
      },
    });
    await view.changed();
    await view.page.locator('.error-bar').waitFor();
    assert.match(await view.page.locator('.error-bar').innerText(), /exit code 134/);
    assert.ok((await view.page.locator('table.runs tbody tr').count()) > 10);
    await view.picture('runHistory-error-dark');
  });

  it('follows a run that is going on', async () => {
    const view = await open();
    await settled(view);
    const [first, ...others] = runs;
    if (first) view.answer(engineWith([{ ...first, progress: 'train: epoch 22/30' }, ...others]));
    await view.changed();
    await view.page.getByText('train: epoch 22/30').first().waitFor();
  });

  it('has its designed states in every theme', async () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      const full = await open(engineWith(), theme);
      await settled(full);
      await full.page.locator('table.runs').focus();
      await full.picture(`runHistory-full-${theme}`);
      assert.deepEqual(full.faults, []);
      await full.close();
    }
    const empty = await open({ ...engineWith([]) });
    await empty.page.getByText('No runs yet').waitFor();
    await empty.picture('runHistory-empty-dark');
    await empty.page.getByText('Run all stages').click();
    assert.deepEqual(empty.actions, [{ do: 'runStage', stage: null, experiment: null }]);
    const pull = 'dvc pull data/raw.csv.dvc';
    const missing = await open({ ...engineWith([]), 'project/overview': () => ({ ...overview, pull }) });
    await missing.page.getByText('Run dvc pull').click();
    assert.deepEqual(missing.actions, [{ do: 'runInTerminal', command: pull }]);
    await missing.picture('runHistory-pull-dark');
    const loading = await open({});
    await loading.page.waitForTimeout(400);
    await loading.picture('runHistory-loading-dark');
    assert.equal(await loading.page.locator('.skeleton').count(), 1);
  });
});
