import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { RunSummary } from '../../protocol/runs.ts';
import { overview } from '../fixtures/views/overview.ts';
import { random } from '../fixtures/views/random.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { runStore } from '../helpers/runStore.ts';
import { longTest } from '../helpers/rounds.ts';
import { until } from '../helpers/until.ts';
import { cannotTest, ViewBench } from '../helpers/viewPage.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';
import type { ThemeName } from '../helpers/themes.ts';

const size = { width: 1440, height: 1000 };

/**
 * Trials of two sweeps: the accuracy falls with the learning rate, rises with the depth a little, and is better with
 * adam; three failed.
 */
function makeTrials(total: number): RunSummary[] {
  const next = random(5);
  return makeRuns(total).map((run, index): RunSummary => {
    const lr = Number((10 ** (-4 * next())).toPrecision(4));
    const optimizer = ['adam', 'sgd', 'rmsprop'][Math.floor(next() * 3)] ?? 'adam';
    const depth = 2 + Math.floor(next() * 7);
    const failed = index % 31 === 4;
    const accuracy = 0.6 - 0.06 * Math.log10(lr) + (optimizer === 'adam' ? 0.14 : 0) + depth * 0.008 + next() * 0.02;
    return {
      ...run,
      status: failed ? 'failed' : 'finished',
      endedAt: run.startedAt + 60_000,
      params: {
        learning_rate: lr,
        optimizer,
        depth,
        dropout: Number((next() * 0.5).toFixed(3)),
        hidden: [
          [64, 32],
          [128, 64],
        ][index % 2] ?? [64, 32],
        seed: 7,
        output: `out/${index}`,
      },
      metrics: failed ? {} : { accuracy, noise: next() },
      tags: index < 60 ? { 'loopwright.sweep': `a1b2c3.${index < 40 ? 1 : 2}` } : {},
    };
  });
}

describe('the importance of params, over the engine’s own answers', { skip: cannotTest() }, () => {
  let bench: ViewBench;
  let held: ReturnType<typeof runStore>;
  const runs = makeTrials(90);
  before(async () => {
    bench = await ViewBench.start();
    held = runStore(runs);
  });
  afterEach(() => bench.closePages());
  after(async () => {
    await bench.stop();
    held.close();
  });

  async function compare(
    count: number,
    {
      from = 0,
      theme = 'dark',
      tab = 'importance',
      more = {},
    }: { from?: number; theme?: ThemeName; tab?: string; more?: Answers } = {},
  ): Promise<OpenView> {
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
    for (let i = 1; i < count; i++) await view.page.keyboard.press('Shift+ArrowDown');
    await view.page.keyboard.press('c');
    await until(
      `${count} are compared`,
      async () => (await view.page.locator('.compare h1').innerText()) === `Compare ${count} runs`,
    );
    await view.page.getByLabel('Whole height').click();
    await view.page.locator(`#tab-${tab}`).click();
    return view;
  }
  const clean = async (view: OpenView): Promise<void> => {
    assert.doesNotMatch(await view.page.locator('.compare').innerText(), /undefined|\[object|NaN/);
    assert.deepEqual(view.faults, []);
  };
  const saved = (view: OpenView, name: string): Promise<Buffer> =>
    until(`${name} is saved`, () => {
      const action = view.actions.findLast((one) => one.do === 'saveFile' && one.name === name);
      return action?.do === 'saveFile' ? Buffer.from(action.base64, 'base64') : null;
    });

  it('of two runs it says that these are too few, and offers the sweep and the table', async () => {
    const view = await compare(2);
    await view.page.getByText('2 runs can be used, and at least 8 are needed.').waitFor();
    await view.picture('runCompare-importance-empty-dark');
    await view.page.getByRole('button', { name: 'Use all of this sweep' }).click();
    await until('the sweep is looked at', async () =>
      /^38 runs\. A random forest of the params explains \d+ %/.test(await view.page.locator('.belief').innerText()),
    );
    assert.deepEqual(
      await view.page
        .locator('.importance .param')
        .allInnerTexts()
        .then((all) => all.slice(0, 2)),
      ['learning_rate', 'optimizer'],
    );
    await view.page.locator('select.scope').selectOption('table');
    await until('the table is looked at', async () =>
      /^87 runs\./.test(await view.page.locator('.belief').innerText()),
    );
    assert.match(await view.page.locator('.left-out summary').innerText(), /^Left out: 3 runs and 2 params$/);
    await view.page.locator('.left-out summary').click();
    await view.page.getByText('3 runs, failed').waitFor();
    await view.picture('runCompare-importance-dark');
    await clean(view);
  });

  it('shows shares with directions in words, as a table, and saves them', async () => {
    const view = await compare(60);
    await view.page.locator('.importance li').nth(3).waitFor();
    const first = await view.page.locator('.importance li').first().innerText();
    assert.match(first.replaceAll(/\s+/g, ' '), /^learning_rate \d+ % accuracy falls as it rises ρ −0\.\d+$/);
    assert.match(await view.page.locator('.importance').innerText(), /3 categories/);
    const shares = (await view.page.locator('.importance button > .number:nth-child(3)').allInnerTexts()).map((text) =>
      Number.parseFloat(text),
    );
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => b - a),
    );
    assert.ok(Math.abs(shares.reduce((sum, one) => sum + one, 0) - 100) < 2, shares.join());
    assert.match(
      (await view.page.locator('.importance').getAttribute('aria-label')) ?? '',
      /^Importance of params for accuracy, 58 runs\. learning_rate \d+ %, accuracy falls as it rises; /,
    );
    await view.page.getByLabel('Table of the params').click();
    await until('a row a param', async () => (await view.page.locator('.compare .points tbody tr').count()) === 5);
    await view.picture('runCompare-importance-table-dark');
    for (const format of ['SVG', 'PNG', 'CSV'])
      await view.page.getByLabel(`Save the importance of params as ${format}`).click();
    const svg = (await saved(view, 'Importance-of-params-for-accuracy.svg')).toString();
    assert.ok(svg.includes('>learning_rate</text>') && !/NaN|undefined/.test(svg));
    assert.equal(
      await view.page.evaluate(
        (text) =>
          new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ?? 'whole',
        svg,
      ),
      'whole',
    );
    assert.equal((await saved(view, 'Importance-of-params-for-accuracy.png')).subarray(1, 4).toString(), 'PNG');
    assert.match(
      (await saved(view, 'Importance-of-params-for-accuracy.csv')).toString(),
      /^param,importance,kind,log,distinct,spearman,p_value,p_adjusted\r\nlearning_rate,0\.\d+,number,true,58,-0\.\d+,/,
    );
    await clean(view);
  });

  it('opens the scatter plot of a param by Enter, over the same runs', async () => {
    const view = await compare(2);
    await view.page.getByRole('button', { name: 'Use all of the table' }).click();
    await view.page.locator('.importance button').first().focus();
    await view.page.keyboard.press('Enter');
    await until('the plot is there', async () =>
      /^accuracy against learning_rate of 87 runs/.test(
        (await view.page.locator('.compare .plot').getAttribute('aria-label')) ?? '',
      ),
    );
    assert.equal(await view.page.evaluate(() => document.activeElement?.id), 'tab-scatter');
    assert.equal(await view.page.getByLabel('log').first().isChecked(), true);
    await view.picture('runCompare-importance-scatter-dark');
    await view.page.locator('#tab-parallel').click();
    await until('parallel coordinates are of them too', async () =>
      /of 90 runs/.test((await view.page.locator('.compare .plot').getAttribute('aria-label')) ?? ''),
    );
    await clean(view);
  });

  it('says that noise tells nothing', async () => {
    const view = await compare(90);
    await view.page.getByLabel('Metric').selectOption('metrics.noise');
    await view.page.locator('.belief:is(.none, .weak)').waitFor();
    assert.match(await view.page.locator('.belief').innerText(), /tell (nothing|little)/);
    await view.picture('runCompare-importance-noise-dark');
    await clean(view);
  });

  it('shows that it waits, says what went wrong, and tries again', async () => {
    let fails = true;
    let go = (): void => {};
    const gate = new Promise<void>((done) => {
      go = done;
    });
    const view = await compare(20, {
      more: {
        'runs/importance': async (params) => {
          await gate;
          if (fails) throw new Error('The store is locked.');
          return held.answers['runs/importance']?.(params) as never;
        },
      },
    });
    await view.page.locator('#compared .skeleton').waitFor();
    await view.picture('runCompare-importance-loading-dark');
    go();
    await view.page.locator('#compared .error-bar').waitFor();
    await view.picture('runCompare-importance-error-dark');
    fails = false;
    await view.page.getByText('Try again').click();
    await view.page.locator('.importance li').first().waitFor();
    assert.equal(await view.page.locator('#compared .error-bar').count(), 0);
  });

  it('asks again when the store changes, but not while nobody looks', async () => {
    const view = await compare(20);
    await view.page.locator('.importance li').first().waitFor();
    const asked = (): number => view.requests.filter((one) => one === 'runs/importance').length;
    assert.equal(asked(), 1);
    await view.changed();
    await until('it is asked again', () => asked() === 2);
    await view.page.locator('#tab-differences').click();
    await view.changed();
    await view.page.locator('.differences tbody tr').first().waitFor();
    assert.equal(asked(), 2);
    await view.page.locator('#tab-importance').click();
    await until('who comes back sees what is', () => asked() === 3);
    await clean(view);
  });

  longTest('looks right in light and in high contrast', async () => {
    for (const theme of ['light', 'contrast'] as const) {
      const view = await compare(60, { theme });
      await view.page.locator('.importance li').nth(3).waitFor();
      await view.picture(`runCompare-importance-${theme}`);
      await clean(view);
      await view.close();
    }
  });
});
