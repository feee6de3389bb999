import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../scripts/chromium.ts';

// How long curves take from the engine's answer to pixels, with every point drawn: reading the packed series,
// preparing, drawing; then zooming, panning and smoothing. In Chromium without a GPU. Run it alone:
// `node_modules/.bin/node test/webviews/curveSpeed.ts [rounds]`.
const rounds = Number(process.argv[2] ?? 7);
const root = join(import.meta.dirname, '../..');

const page = `
import { CurveChart } from './webviews/ui/charts/curves.ts';
import { styleAt } from './webviews/ui/charts/lineStyle.ts';
import { curveOf, packed } from './webviews/ui/series.ts';
import { prepare } from './webviews/runHistory/curves/prepare.ts';
import { CurveGrid } from './webviews/runHistory/curves/curveGrid.ts';

function series(run, count) {
  const values = new Float64Array(count), at = new Float64Array(count), steps = new Float64Array(count);
  let seed = run * 7919 + 1;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < count; i++) { values[i] = Math.exp(-i / count * 4) + next() * 0.2 + run * 0.05; at[i] = 1.7e12 + i * 10 + run; steps[i] = i * 2; }
  return { runId: 'run' + run, key: 'loss', count, steps: packed(steps), at: packed(at), values: packed(values) };
}

// Waits until what was drawn has been painted.
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

// As the view does it: from the engine's answer to the chart with its summary, its notes and its legend.
window.measureView = async (runs, count) => {
  const answer = Array.from({ length: runs }, (_, run) => series(run, count));
  let give;
  const grid = new CurveGrid({ ask: () => new Promise((done) => { give = done; }), act() {}, kept() {}, open() {} }, { name: 'Curves', holds: () => true, first: 1 });
  document.getElementById('view').replaceChildren(grid.element);
  grid.setRuns(answer.map(({ runId }) => ({ runId, name: runId, startedAt: 1.7e12, status: 'finished', seriesKeys: ['loss'] })));
  grid.setActive(true);
  while (!document.querySelector('.curves')) await painted();
  const from = performance.now();
  give(answer);
  while (!/minimum/.test(document.querySelector('.plot').getAttribute('aria-label'))) await new Promise((done) => setTimeout(done));
  await painted();
  return performance.now() - from;
};

window.measure = async (runs, count, axis) => {
  const answer = Array.from({ length: runs }, (_, run) => series(run, count));
  const host = document.getElementById('view');
  host.textContent = '';
  let zoom = null;
  const chart = new CurveChart({ zoomed: (to) => { zoom = to; draw(); }, hovered() {}, style: (place) => styleAt(place, ['#0072b2', '#d55e00', '#007a5a', '#a8437f', '#b07800', '#2d88bd', '#5c5c5c', '#7a3b00']) });
  host.append(chart.element);
  await painted();
  let lines = [];
  const draw = () => chart.show(lines, { xLabel: axis, yLabel: 'loss', kind: axis === 'step' ? 'number' : 'seconds', logX: false, logY: false, zoom, focus: null });
  const times = {};
  const timed = async (name, work) => { const from = performance.now(); await work(); const worked = performance.now(); await painted(); times[name] = [worked - from, performance.now() - from]; };
  const settings = { axis, logX: false, logY: false, smoothing: 0 };
  let curves = [];
  await timed('first', async () => {
    const from = performance.now();
    curves = answer.map(curveOf);
    for (const one of curves) { one.values; if (axis === 'step') one.steps; else one.at; }
    times.decode = [performance.now() - from, performance.now() - from];
    lines = curves.map((curve, place) => ({ id: curve.runId, name: curve.runId, line: prepare(curve, settings, 1.7e12, null).line, place }));
    draw();
    await Promise.resolve();
  });
  const [lo, hi] = chart.range;
  await timed('zoom', async () => { zoom = [lo, lo + (hi - lo) * 0.8]; draw(); await Promise.resolve(); });
  await timed('pan', async () => { chart.panBy(0.05); await Promise.resolve(); });
  await timed('smooth', async () => { lines = curves.map((curve, place) => ({ id: curve.runId, name: curve.runId, line: prepare(curve, { ...settings, smoothing: 0.9 }, 1.7e12, null).line, place })); zoom = null; draw(); await Promise.resolve(); });
  const pixels = host.querySelector('canvas').getContext('2d').getImageData(0, 0, 1000, 240).data.reduce((sum, part) => sum + (part > 0 ? 1 : 0), 0);
  return { times, pixels };
};
`;

/** A new page each time: nothing is compiled or kept from the round before. */
async function newPage(browser: Browser): Promise<Page> {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await tab.setContent('<body class="vscode-dark"><div id="view"></div></body>');
  for (const path of [
    'node_modules/uplot/dist/uPlot.min.css',
    'webviews/ui/base.css',
    'webviews/runHistory/curves/curves.css',
  ])
    await tab.addStyleTag({ path: join(root, path) });
  await tab.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  return tab;
}

const bundle = await esbuild.build({
  stdin: { contents: page, resolveDir: root, loader: 'ts' },
  bundle: true,
  write: false,
  format: 'iife',
  target: 'es2022',
  minify: true,
});
const browser = await startBrowser();
try {
  for (const [runs, count, axis] of [
    [1, 1_000_000, 'step'],
    [1, 1_000_000, 'relative'],
    [10, 100_000, 'step'],
    [50, 10_000, 'relative'],
  ] as const) {
    const all: Record<string, [number, number][]> = {};
    for (let round = 0; round < rounds; round++) {
      const tab = await newPage(browser);
      const found = (await tab.evaluate(`measure(${runs}, ${count}, '${axis}')`)) as {
        times: Record<string, [number, number]>;
        pixels: number;
      };
      if (found.pixels === 0) throw new Error('Nothing was drawn.');
      for (const [name, time] of Object.entries(found.times)) (all[name] ??= []).push(time);
      await tab.close();
    }
    console.log(
      `${runs} × ${count.toLocaleString('en')} points by ${axis}: ${Object.entries(all)
        .map(
          ([name, times]) =>
            `${name} ${median(times.map(([work]) => work))} ms (on the screen ${median(times.map(([, shown]) => shown))})`,
        )
        .join(', ')}`,
    );
  }
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const tab = await newPage(browser);
    times.push((await tab.evaluate('measureView(1, 1_000_000)')) as number);
    await tab.close();
  }
  console.log(
    `1 × 1,000,000 points in the view, from the answer to the screen with summary and notes: ${median(times)} ms`,
  );
} finally {
  await browser.close();
}

function median(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} [${sorted[0]?.toFixed(0)}–${sorted.at(-1)?.toFixed(0)}]`;
}
