import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { xText } from '../../ui/charts/axisText.ts';
import { firstAtLeast, nearest } from '../../ui/charts/line.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { errorBar, icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { xAxes } from './axis.ts';
import type { XAxis } from './axis.ts';
import type { GridChart, GridModel } from './gridModel.ts';
import { mostSmoothing } from './gridState.ts';
import { plainValue, readingsAt, valueText } from './hover.ts';
import { pointTable } from './pointTable.ts';
import { swatch } from './swatch.ts';

/** The grid of curves: settings, legend and charts. */
export function gridView(grid: GridModel): TemplateResult {
  if (grid.keys.length === 0)
    return html`<p class="muted empty-note">
      ${grid.runs.length === 1 ? 'This run logged no metric over steps.' : 'None of these runs logged a metric over steps.'}
    </p>`;
  const { charts } = grid;
  return html`${choices(grid)}
    <div class="grid-body ${grid.runs.length > 1 ? 'with-legend' : ''}">
      ${grid.runs.length > 1 ? legend(grid) : nothing}
      <div class="charts ${charts.length === 1 ? 'single' : ''}">
        ${
          charts.length === 0
            ? html`<p class="muted empty-note">No metric is chosen. Choose one above.</p>`
            : repeat(
                charts,
                (one) => one.key,
                (one) => card(one, grid),
              )
        }
      </div>
    </div>`;
}

function choices(grid: GridModel): TemplateResult {
  const { state, keys, metrics } = grid;
  const axes = (Object.keys(xAxes) as XAxis[]).filter(
    (axis) => axis !== 'epoch' || grid.hasEpochs || state.axis === 'epoch',
  );
  return html`<div class="choices" role="toolbar" aria-label="Charts">
    <span class="menu-place">
      <button
        class="tool-choice"
        aria-expanded=${grid.choosing}
        aria-haspopup="dialog"
        @click=${() => grid.choose(!grid.choosing)}
      >
        ${icon('graph-line')} Metrics
        <span class="muted">${metrics.length} of ${keys.length}</span> ${icon('chevron-down')}
      </button>
      ${grid.choosing ? metricMenu(grid) : nothing}
    </span>
    <label
      >x
      <select
        class="axis"
        aria-label="x axis"
        @change=${(event: Event) => grid.setAxis((event.target as HTMLSelectElement).value as XAxis)}
      >
        ${axes.map((axis) => html`<option value=${axis} ?selected=${axis === state.axis}>${xAxes[axis]}</option>`)}
      </select></label
    >
    <label
      ><input
        type="checkbox"
        class="log-x"
        .checked=${state.logX}
        @change=${() => grid.set({ logX: !state.logX, zoom: null })}
      />
      log x</label
    >
    <label class="smoothing"
      >Smoothing
      <input
        type="range"
        min="0"
        max=${mostSmoothing}
        step="0.01"
        .value=${String(state.smoothing)}
        aria-valuetext=${state.smoothing === 0 ? 'off' : String(state.smoothing)}
        title="Weight of the exponential moving average; the raw values stay visible behind it"
        @input=${(event: Event) => grid.set({ smoothing: Number((event.target as HTMLInputElement).value) })}
      /><output>${state.smoothing === 0 ? 'off' : state.smoothing.toFixed(2)}</output></label
    >
    ${state.zoom === null ? html`<span class="muted tip">drag to zoom, Shift-drag to move</span>` : html`<button class="tool-choice reset-zoom" @click=${() => grid.set({ zoom: null })}>${icon('screen-normal')} Show all</button>`}
  </div>`;
}

function metricMenu(grid: GridModel): TemplateResult {
  const { keys, metrics, search } = grid;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
  const close = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isPlain(event)) return;
    take(event);
    grid.choose(false);
    grid.element.querySelector<HTMLElement>('.menu-place > button')?.focus();
  };
  return html`<div class="menu" role="dialog" aria-label="Metrics" @keydown=${close}>
    <div class="menu-head">
      ${keys.length > 8 ? html`<input type="search" class="find" placeholder="Find a metric" aria-label="Find a metric" .value=${search} @input=${(event: Event) => grid.choose(true, (event.target as HTMLInputElement).value)} />` : nothing}
      <button class="link" @click=${() => grid.set({ metrics: [...new Set([...metrics, ...found])] })}>All</button
      ><button class="link" @click=${() => grid.set({ metrics: metrics.filter((key) => !found.includes(key)) })}>
        None
      </button>
      <button class="quiet" aria-label="Close" @click=${() => grid.choose(false)}>${icon('close')}</button>
    </div>
    <div class="menu-list">
      ${found.map((key) => html`<label><input type="checkbox" .checked=${metrics.includes(key)} @change=${() => grid.toggleMetric(key)} /> ${key}</label>`)}${found.length === 0 ? html`<p class="muted">No metric has these words.</p>` : nothing}
    </div>
  </div>`;
}

function legend(grid: GridModel): TemplateResult {
  const { state, runs, hovered } = grid;
  const chart = grid.charts.find((one) => one.key === hovered?.key);
  const readings = new Map(chart && hovered ? readingsAt(chart.lines, hovered.x).map((one) => [one.line.id, one]) : []);
  const options = chart?.chart.shown?.options;
  return html`<div class="legend" role="group" aria-label="Runs">
    <div class="legend-head">
      ${hovered && options ? html`<span class="muted" title=${hovered.key}>${hovered.key}<br />${xText(options.kind, options.xLabel, hovered.x)}</span>` : html`<span class="muted">${runs.length} runs<br /></span>`}
      <span class="gap"></span><button class="link" @click=${() => grid.set({ hidden: [] })}>All</button
      ><button class="link" @click=${() => grid.set({ hidden: runs.map((run) => run.runId) })}>None</button>
    </div>
    <ul>
      ${repeat(
        runs,
        (run) => run.runId,
        (run, place) => {
          const on = !state.hidden.includes(run.runId);
          const reading = readings.get(run.runId);
          return html`<li
            class="${grid.focus === run.runId ? 'focused' : ''} ${on ? '' : 'off'}"
            @pointerenter=${() => grid.setFocus(run.runId)}
            @pointerleave=${() => grid.setFocus(null)}
            @focusin=${() => grid.setFocus(run.runId)}
            @focusout=${() => grid.setFocus(null)}
          >
            <input
              type="checkbox"
              aria-label="Show ${run.name}"
              .checked=${on}
              @change=${() => grid.toggle('hidden', run.runId)}
            />
            <button
              class="quiet pin"
              aria-pressed=${grid.pinned === run.runId}
              aria-label="Highlight ${run.name}"
              title="Highlight"
              @click=${() => grid.pin(run.runId)}
            >
              ${swatch(grid.style(place))}
            </button>
            <button class="link name" title="Open ${run.name} (${run.runId})" @click=${() => grid.openRun(run.runId)}>
              ${run.name}
            </button>
            <span class="number">${reading && chart ? valueText(chart.key, reading) : nothing}</span>
          </li>`;
        },
      )}
    </ul>
  </div>`;
}

function card(one: GridChart, grid: GridModel): TemplateResult {
  const { key } = one;
  const { state } = grid;
  const table = state.tables.includes(key);
  const logged = state.logY.includes(key);
  return html`<section class="chart-card" aria-label=${key}>
    <div class="chart-head">
      <h3 title=${key}>${key}</h3>
      <span class="gap"></span>
      <button
        class="quiet flag"
        aria-pressed=${logged}
        title="Logarithmic y axis"
        aria-label="Logarithmic y axis of ${key}"
        @click=${() => grid.toggle('logY', key)}
      >
        log
      </button>
      <button
        class="quiet flag"
        aria-pressed=${table}
        aria-label="Table of ${key}"
        title="Show the numbers as a table"
        @click=${() => grid.toggle('tables', key)}
      >
        Table
      </button>
      ${(['png', 'svg', 'csv'] as const).map((format) => html`<button class="quiet flag save" aria-label="Save ${key} as ${format.toUpperCase()}" title="Save as ${format.toUpperCase()}" ?disabled=${one.curves.length === 0} @click=${() => grid.save(one, format)}>${format.toUpperCase()}</button>`)}
      <button
        class="quiet"
        aria-label="Remove the chart of ${key}"
        title="Remove this chart"
        @click=${() => grid.toggleMetric(key)}
      >
        ${icon('close')}
      </button>
    </div>
    ${errorBar(one.error, () => grid.retry(key))}
    <div
      class="plot ${one.loading && one.curves.length === 0 ? 'loading' : ''}"
      tabindex="0"
      role="application"
      aria-roledescription="chart"
      aria-label=${one.sentence}
      aria-busy=${one.loading}
      @keydown=${(event: KeyboardEvent) => chartKeys(event, one, grid)}
      @blur=${() => grid.hover(key, null, null)}
    >
      ${one.chart.element}${one.hover.element}
    </div>
    <div class="visually-hidden" role="status">${spoken(one, grid)}</div>
    ${one.notes.map((note) => html`<p class="muted chart-note">${icon('info')} ${note}</p>`)}
    ${table ? pointTable(one, grid) : nothing}
  </section>`;
}

/** The position of the keyboard cursor, announced to screen readers. */
function spoken(one: GridChart, grid: GridModel): Piece | string {
  const { hovered } = grid;
  const options = one.chart.shown?.options;
  if (!hovered || hovered.key !== one.key || !options) return nothing;
  if (!one.chart.element.parentElement?.matches(':focus-within, :focus')) return nothing;
  const readings = readingsAt(one.lines, hovered.x);
  return `${xText(options.kind, options.xLabel, hovered.x)}. ${readings
    .slice(0, 6)
    .map(({ line, value }) => `${line.name} ${plainValue(one.key, value)}`)
    .join(', ')}`;
}

const steps: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: -Infinity,
  End: Infinity,
};

/** Arrows move the cursor from point to point, + and − zoom, 0 resets the zoom, Escape removes the cursor. */
function chartKeys(event: KeyboardEvent, one: GridChart, grid: GridModel): void {
  if (!isPlain(event)) return;
  if (event.key === '+' || event.key === '=') one.chart.zoomBy(0.7);
  else if (event.key === '-') one.chart.zoomBy(1.4);
  else if (event.key === '0') grid.set({ zoom: null });
  else if (event.key === 'Escape' && grid.hovered) grid.hover(one.key, null, null);
  else if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
    one.chart.panBy(event.key === 'ArrowLeft' ? -0.1 : 0.1);
  else {
    const step = steps[event.key];
    if (step === undefined) return;
    moveCursor(one, grid, step);
  }
  take(event);
}

/** Moves to the next point of the longest line within the visible range. */
function moveCursor(one: GridChart, grid: GridModel, step: number): void {
  const longest = one.lines.reduce<GridChart['lines'][number] | null>(
    (most, line) => (most === null || line.line.xs.length > most.line.xs.length ? line : most),
    null,
  );
  if (!longest) return;
  const { xs } = longest.line;
  const [from, to] = one.chart.range;
  const inside = (x: number): number => Math.min(to, Math.max(from, x));
  const at = grid.hovered ? nearest(xs, inside(grid.hovered.x)) + step : firstAtLeast(xs, from);
  grid.hover(one.key, inside(xs[Math.min(xs.length - 1, Math.max(0, at))] ?? from), null);
  one.chart.cursorAt(grid.hovered?.x ?? null);
}
