import type { EngineMethod } from '../../protocol/engineHost.ts';
import { speedRounds } from '../helpers/speedRounds.ts';
import type { SpeedRound } from '../helpers/speedRounds.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

// How long a person waits for a scatter plot and parallel coordinates of very many runs, with the bundled engine host
// over a store and the bundled view in Chromium: from the choice of all runs until all are drawn. Run it alone:
// `node_modules/.bin/node test/webviews/compareSpeed.ts [rounds] [runs]`.
const rounds = Number(process.argv[2] ?? 3);
const total = Number(process.argv[3] ?? 100_000);
const methods: EngineMethod[] = [
  'project/overview',
  'runs/list',
  'runs/points',
  'runs/columns',
  'runs/details',
  'runs/series',
  'runs/get',
  'views/list',
];

await speedRounds({ rounds, runs: total }, oneRound);

async function oneRound({ bench, ask, add }: SpeedRound): Promise<void> {
  const answers = Object.fromEntries(
    methods.map((method) => [
      method,
      async (params: unknown) => {
        const began = performance.now();
        const answer = await ask(method, params);
        add(`engine and pipe: ${method} (ms)`, performance.now() - began);
        return answer;
      },
    ]),
  ) as Answers;
  const view = await bench.open(
    'runHistory',
    { experiment: null, runId: null },
    answers,
    'dark',
    { width: 1440, height: 1000 },
    { realTime: true },
  );
  await view.page.locator('tr[aria-selected]').first().waitFor();
  await view.page.locator('table.runs').focus();
  for (const key of ['ArrowDown', ' ', 'Shift+ArrowDown', 'c']) await view.page.keyboard.press(key);
  for (const tab of ['scatter', 'parallel'] as const) {
    await view.page.locator(`#tab-${tab}`).click();
    await view.page.locator('.compare .plot canvas').first().waitFor();
    add(
      `${tab}: longest frame until all are drawn (ms)`,
      await longestFrame(view, async () =>
        add(`${tab}: all runs chosen until drawn (ms)`, await allDrawn(view, 'table')),
      ),
    );
    await view.picture(`compareSpeed-${tab}`);
    add(
      `${tab}: painted again (ms)`,
      await longestFrame(view, () => view.page.getByRole('button', { name: /^Table of the runs/ }).click()),
    );
    add(`${tab}: longest frame while the pointer moves (ms)`, await longestFrame(view, () => hover(view)));
    await view.page.getByRole('button', { name: /^Table of the runs/ }).click();
    await view.page.locator('select.scope').selectOption('selected');
  }
  if (view.faults.length > 0) throw new Error(view.faults.join('\n'));
  await view.page.close();
}

/** Chooses the runs of the chart; gives the time until it says that it has all and the page rests. */
async function allDrawn(view: OpenView, scope: string): Promise<number> {
  const began = performance.now();
  await view.page.locator('select.scope').selectOption(scope);
  await view.page.waitForFunction(
    (total) =>
      (document.querySelector('.compare .plot')?.getAttribute('aria-label') ?? '').includes(
        `${total.toLocaleString('en')} runs`,
      ),
    total,
    { polling: 'raf', timeout: 120_000 },
  );
  await view.page.evaluate(
    () =>
      new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(done));
      }),
  );
  return performance.now() - began;
}

async function hover(view: OpenView): Promise<void> {
  const box = await view.page.locator('.compare .plot canvas').first().boundingBox();
  if (!box) throw new Error('no drawing');
  await view.page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.4);
  await view.page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 12 });
}

/** The longest pause between two frames while something is done. */
async function longestFrame(view: OpenView, work: () => Promise<void>): Promise<number> {
  await view.page.evaluate(() => {
    const held = globalThis as { longest?: number };
    held.longest = 0;
    let last = performance.now();
    const tick = (now: number): void => {
      if (held.longest === undefined) return;
      held.longest = Math.max(held.longest, now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await work();
  return view.page.evaluate(async () => {
    await new Promise((done) => {
      requestAnimationFrame(() => requestAnimationFrame(done));
    });
    const held = globalThis as { longest?: number };
    const longest = held.longest ?? 0;
    delete held.longest;
    return longest;
  });
}
