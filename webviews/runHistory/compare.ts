import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail } from '../../protocol/runs.ts';
import { metric, param } from '../ui/format.ts';
import { isLowerBetter } from '../ui/metricDirection.ts';
import { errorBar, icon, skeleton, statusMark, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Does, Model } from './model.ts';
import { valueOf } from './toolbar.ts';

interface Line {
  kind: 'metric' | 'param' | 'data';
  name: string;
  values: string[];
  best: boolean[];
}

/** The selected runs side by side: curves over one another, and only what differs. */
export function comparePanel(model: Model, does: Does, chart: HTMLElement): TemplateResult {
  const runs = model.details.value;
  return html`<section class="compare" aria-label="Comparison" tabindex="-1">
    <header><h1>Compare</h1><button class="quiet close" title="Close (Esc)" aria-label="Close" @click=${() => does.compare(false)}>${icon('close')}</button></header>
    ${errorBar(model.details.error, does.retry)}
    ${runs ? html`${curves(runs, model, does, chart)}${differences(runs, model, does)}` : skeleton(8)}
  </section>`;
}

function curves(runs: RunDetail[], model: Model, does: Does, chart: HTMLElement): Piece {
  const keys = [...new Set(runs.flatMap((run) => run.seriesKeys))];
  if (keys.length === 0) return html`<p class="muted">None of these runs logged a metric over steps.</p>`;
  return html`<div class="curve-head">
      <label>Metric <select id="curve-key" @change=${(event: Event) => does.curve(valueOf(event))}>${keys.map((key) => html`<option value=${key} ?selected=${key === model.curveKey}>${key}</option>`)}</select></label>
      <label><input id="log-scale" type="checkbox" .checked=${model.logScale} @change=${(event: Event) => does.logScale(event.target instanceof HTMLInputElement && event.target.checked)}> logarithmic</label>
      <span class="muted">drag to zoom, double click to see all</span>
    </div>${errorBar(model.curves.error, does.retry)}${chart}`;
}

function differences(runs: RunDetail[], model: Model, does: Does): TemplateResult {
  const lines = linesOf(runs);
  const shown = model.allRows ? lines : lines.filter((line) => new Set(line.values).size > 1);
  const hidden = lines.length - shown.length;
  return html`<table class="plain differences"><thead><tr><th scope="col"></th>${runs.map((run) => html`<th scope="col" class="number"><button class="link" @click=${() => does.open(run.runId)}>${run.name}</button></th>`)}</tr></thead>
    <tbody>
      <tr><td class="muted">state</td>${runs.map((run) => html`<td class="number">${statusMark(run.status)}</td>`)}</tr>
      <tr><td class="muted">started</td>${runs.map((run) => html`<td class="number">${time(run.startedAt)}</td>`)}</tr>
      ${shown.map((line, index) => html`${line.kind === shown[index - 1]?.kind ? nothing : html`<tr class="group"><td colspan=${runs.length + 1}>${{ metric: 'Metrics', param: 'Params', data: 'Data and code' }[line.kind]}</td></tr>`}
        <tr><td>${line.name}</td>${line.values.map((value, at) => html`<td class="number ${line.best[at] ? 'best' : ''}">${line.best[at] ? html`<span class="best-mark">▲</span>` : nothing}${value}</td>`)}</tr>`)}
    </tbody></table>
    <p><button class="link" id="all-rows" @click=${() => does.allRows(!model.allRows)}>${model.allRows ? 'Show differences only' : `Show ${hidden} equal ${hidden === 1 ? 'row' : 'rows'} too`}</button></p>`;
}

/** Metrics, params, data and code of the runs, one line each. */
export function linesOf(runs: readonly RunDetail[]): Line[] {
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].map((name): Line => {
    const numbers = runs.map((run) => run.metrics[name]).filter((value) => value !== undefined);
    const best = isLowerBetter(name) ? Math.min(...numbers) : Math.max(...numbers);
    const spread = new Set(numbers).size > 1;
    return { kind: 'metric', name, values: runs.map((run) => metric(name, run.metrics[name])), best: runs.map((run) => spread && run.metrics[name] === best) };
  });
  const none = runs.map(() => false);
  const params = [...new Set(runs.flatMap((run) => Object.keys(run.params)))].map((name): Line => ({ kind: 'param', name, values: runs.map((run) => param(run.params[name])), best: none }));
  const datasets = [...new Set(runs.flatMap((run) => run.inputs.map((input) => input.dataset)))];
  const data = datasets.map((name): Line => ({ kind: 'data', name, values: runs.map((run) => run.inputs.find((input) => input.dataset === name)?.hash.slice(0, 8) ?? '–'), best: none }));
  const commit: Line = { kind: 'data', name: 'commit', values: runs.map((run) => (run.commit === null ? '–' : `${run.commit.slice(0, 7)}${run.dirty ? ' + edits' : ''}`)), best: none };
  return [...metrics, ...params, ...data, commit];
}
