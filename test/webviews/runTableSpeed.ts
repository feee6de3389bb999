import type { EngineMethod } from '../../protocol/engineHost.ts';
import { speedRounds } from '../helpers/speedRounds.ts';
import type { SpeedRound } from '../helpers/speedRounds.ts';
import type { Answers, OpenView } from '../helpers/viewPage.ts';

// How long a person waits in the table of 100,000 runs, with the bundled engine host over a store and the bundled view
// in Chromium: from the deed until the right rows are painted. Run it alone: `node_modules/.bin/node
// test/webviews/runTableSpeed.ts [rounds] [runs]`.
const rounds = Number(process.argv[2] ?? 7);
const total = Number(process.argv[3] ?? 100_000);

await speedRounds({ rounds, runs: total }, oneRound);

async function oneRound(round: SpeedRound): Promise<void> {
  const { bench, ask, add } = round;
  await engineAlone(round);
  const methods: EngineMethod[] = [
    'project/overview',
    'runs/list',
    'runs/columns',
    'runs/groups',
    'runs/complete',
    'runs/get',
    'runs/update',
    'views/list',
  ];
  const engine: Record<string, number[]> = {};
  const answers = Object.fromEntries(
    methods.map((method) => [
      method,
      async (params: unknown) => {
        const began = performance.now();
        const answer = await ask(method, params);
        (engine[method] ??= []).push(performance.now() - began);
        return answer;
      },
    ]),
  ) as Answers;
  const began = performance.now();
  const view = await bench.open('runHistory', { experiment: null, runId: null }, answers, 'dark', undefined, {
    realTime: true,
  });
  await view.page.waitForFunction(() => document.querySelectorAll('tr[aria-selected]').length > 20, undefined, {
    polling: 'raf',
  });
  add('open the page, until rows stand (ms)', performance.now() - began);
  await view.page.waitForFunction(
    () =>
      document.querySelectorAll('td.bar').length > 100 &&
      document.querySelectorAll('td.best, th[data-column]').length > 8,
    undefined,
    { polling: 'raf' },
  );
  await quiet(view);
  add('sort by a metric (ms)', await deed(view, 'th[data-column="metrics.loss"] button', null));
  await quiet(view);
  add('turn the order round (ms)', await deed(view, 'th[data-column="metrics.loss"] button', null));
  await quiet(view);
  add('filter by an expression, from Enter (ms)', await deed(view, null, 'metrics.roc_auc > 0.9 and params.lr < 0.01'));
  await quiet(view);
  add('without the filter, from Enter (ms)', await deed(view, null, ''));
  await quiet(view);
  for (const frame of await scroll(view, 240, 90)) add('frame while the wheel scrolls (ms)', frame);
  for (const frame of await scroll(view, 120, 20_000)) add('frame while the bar is dragged through all (ms)', frame);
  await quiet(view);
  add('jump to the last row (ms)', await jump(view));
  for (const [method, all] of Object.entries(engine)) for (const ms of all) add(`engine and pipe: ${method} (ms)`, ms);
  if (view.faults.length > 0) throw new Error(view.faults.join('\n'));
  await view.page.close();
}

/** What the engine and its pipe take for the first page, when nothing else is asked. */
async function engineAlone({ ask, add }: SpeedRound): Promise<void> {
  const queries: Record<string, unknown> = {
    'newest first': {},
    'ordered by a metric': { order: [{ column: 'metrics.loss', descending: false }] },
    'ordered by a param': { order: [{ column: 'params.lr', descending: true }] },
    'ordered by the name': { order: [{ column: 'name', descending: false }] },
    filtered: { filter: 'metrics.roc_auc > 0.9 and params.lr < 0.01' },
    'filtered and ordered': {
      filter: 'metrics.roc_auc > 0.9 and params.lr < 0.01',
      order: [{ column: 'metrics.loss', descending: false }],
    },
    words: { search: 'otter adamw' },
    'the last page': { offset: total - 50 },
    'the last page by a metric': { offset: total - 50, order: [{ column: 'metrics.loss', descending: false }] },
  };
  for (const [name, query] of Object.entries(queries)) {
    const began = performance.now();
    await ask('runs/list', { limit: 50, ...(query as object) });
    add(`engine alone: ${name} (ms)`, performance.now() - began);
  }
  for (const [method, params] of [
    ['runs/columns', {}],
    ['runs/groups', { query: {}, by: 'params.optimizer', metrics: ['loss', 'roc_auc'] }],
    ['runs/complete', { text: 'metrics.', offset: 8 }],
  ] as const) {
    const began = performance.now();
    await ask(method, params);
    add(`engine alone: ${method} (ms)`, performance.now() - began);
  }
}

/**
 * Clicks, or sets the filter, inside the page; gives the time until other rows are painted wherever a person sees rows.
 */
function deed(view: OpenView, click: string | null, filter: string | null): Promise<number> {
  return view.page.evaluate(
    async ([click, filter]) => {
      const frame = (): Promise<number> =>
        new Promise((done) => {
          requestAnimationFrame(done);
        });
      const rows = (): string =>
        [...document.querySelectorAll('tr[aria-selected] td.name')].map((one) => one.textContent).join();
      const before = rows();
      const box = document.querySelector<HTMLInputElement>('#filter');
      if (filter !== null && box) {
        box.focus();
        box.value = filter;
        box.dispatchEvent(new Event('input', { bubbles: true }));
        // What was typed is on the screen when a person presses Enter.
        await frame();
        await frame();
      }
      const began = performance.now();
      if (click !== null) document.querySelector<HTMLElement>(click)?.click();
      else box?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      const end = document.querySelector('.scroller')?.getBoundingClientRect().bottom ?? 0;
      const isWaiting = (): boolean =>
        [...document.querySelectorAll('tr.waiting')].some((row) => row.getBoundingClientRect().top < end);
      while (rows() === before || isWaiting()) await frame();
      await frame();
      return performance.now() - began;
    },
    [click, filter] as const,
  );
}

/** Scrolls some pixels each frame and gives how long each frame was. */
function scroll(view: OpenView, frames: number, pixels: number): Promise<number[]> {
  return view.page.evaluate(
    async ([frames, pixels]) => {
      const box = document.querySelector('.scroller');
      if (!box) return [];
      box.scrollTop = 0;
      const times: number[] = [];
      let last = await new Promise<number>((done) => {
        requestAnimationFrame(done);
      });
      for (let i = 0; i < frames; i++) {
        box.scrollTop += pixels;
        const now = await new Promise<number>((done) => {
          requestAnimationFrame(done);
        });
        times.push(now - last);
        last = now;
      }
      return times;
    },
    [frames, pixels] as const,
  );
}

function jump(view: OpenView): Promise<number> {
  return view.page.evaluate(async () => {
    const box = document.querySelector('.scroller');
    if (!box) return Number.NaN;
    box.scrollTop = 0;
    const began = performance.now();
    box.scrollTop = box.scrollHeight;
    const frame = (): Promise<number> =>
      new Promise((done) => {
        requestAnimationFrame(done);
      });
    await frame();
    const isThere = (): boolean => {
      const last = [...document.querySelectorAll('.runs tbody tr:not(.space)')].at(-1);
      return (
        last !== undefined &&
        last.hasAttribute('aria-selected') &&
        last.getAttribute('aria-rowindex') === document.querySelector('.runs')?.getAttribute('aria-rowcount')
      );
    };
    while (!isThere()) await frame();
    return performance.now() - began;
  });
}

/** Waits until the view asks for nothing any more. */
async function quiet(view: OpenView): Promise<void> {
  let [seen, since] = [-1, performance.now()];
  while (performance.now() - since < 400) {
    if (view.requests.length !== seen) [seen, since] = [view.requests.length, performance.now()];
    await view.page.waitForTimeout(20);
  }
}
