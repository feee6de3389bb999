import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { metric } from '../../ui/format.ts';
import { count, number } from '../../../words/numbers.ts';
import { exactTime } from '../../../words/times.ts';
import type { GridChart, GridModel } from './gridModel.ts';
import { plainValue } from './hover.ts';
import { smoothed } from './smoothing.ts';
import { summaryOf } from './summary.ts';

const rowsShown = 100;

/** A chart as tables: a summary of each run's curve, and every point of one run, in pages. */
export function pointTable(one: GridChart, grid: GridModel): TemplateResult {
  const { key, curves } = one;
  const chosen = curves.find(({ run }) => run.runId === one.table.runId) ?? curves[0];
  return html`<div class="point-table">
    <div class="wide">
      <table class="plain">
        <caption class="visually-hidden">
          ${key}: minimum, maximum and last value of each run
        </caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col" class="number">Points</th>
            <th scope="col" class="number">Minimum</th>
            <th scope="col" class="number">at step</th>
            <th scope="col" class="number">Maximum</th>
            <th scope="col" class="number">at step</th>
            <th scope="col" class="number">Last</th>
          </tr>
        </thead>
        <tbody>
          ${curves.map(({ run, curve }) => {
            const { points, extremes } = summaryOf(curve);
            return html`<tr>
              <th scope="row">${run.name}</th>
              <td class="number">${count(points)}</td>
              ${
                extremes
                  ? html`<td class="number">${metric(key, extremes.min)}</td>
                      <td class="number">${number(extremes.minStep, 6)}</td>
                      <td class="number">${metric(key, extremes.max)}</td>
                      <td class="number">${number(extremes.maxStep, 6)}</td>
                      <td class="number">${metric(key, extremes.last)}</td>`
                  : html`<td colspan="5" class="muted">no finite value</td>`
              }
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${chosen ? points(one, chosen, grid) : nothing}
  </div>`;
}

function points(one: GridChart, { run, curve }: GridChart['curves'][number], grid: GridModel): TemplateResult {
  const pages = Math.max(1, Math.ceil(curve.count / rowsShown));
  const page = Math.min(one.table.page, pages - 1);
  const from = page * rowsShown;
  const to = Math.min(curve.count, from + rowsShown);
  const turn = (by: number): void =>
    grid.turnTable(one, { runId: run.runId, page: Math.min(pages - 1, Math.max(0, by)) });
  const { smoothing } = grid.state;
  const average = smoothing > 0 ? smoothed(curve.values, smoothing) : null;
  return html`<div>
    <div class="pager">
      <label
        >Points of
        <select
          aria-label="Run"
          @change=${(event: Event) => grid.turnTable(one, { runId: (event.target as HTMLSelectElement).value, page: 0 })}
        >
          ${one.curves.map((other) => html`<option value=${other.run.runId} ?selected=${other.run.runId === run.runId}>${other.run.name}</option>`)}
        </select></label
      >
      <button class="quiet" ?disabled=${page === 0} @click=${() => turn(0)} aria-label="First page">
        <i class="codicon codicon-chevron-left" aria-hidden="true"></i
        ><i class="codicon codicon-chevron-left" aria-hidden="true"></i>
      </button>
      <button class="quiet" ?disabled=${page === 0} @click=${() => turn(page - 1)} aria-label="Page before">
        <i class="codicon codicon-chevron-left" aria-hidden="true"></i>
      </button>
      <span class="muted" role="status"
        >${curve.count === 0 ? 'no points' : `${count(from + 1)} to ${count(to)} of ${count(curve.count)}`}</span
      >
      <button class="quiet" ?disabled=${page >= pages - 1} @click=${() => turn(page + 1)} aria-label="Next page">
        <i class="codicon codicon-chevron-right" aria-hidden="true"></i>
      </button>
      <button class="quiet" ?disabled=${page >= pages - 1} @click=${() => turn(pages - 1)} aria-label="Last page">
        <i class="codicon codicon-chevron-right" aria-hidden="true"></i
        ><i class="codicon codicon-chevron-right" aria-hidden="true"></i>
      </button>
    </div>
    <div class="wide points" tabindex="0" role="region" aria-label="Points of ${run.name}">
      <table class="plain">
        <caption class="visually-hidden">
          ${one.key} of ${run.name}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">Step</th>
            <th scope="col">Time</th>
            <th scope="col" class="number">${one.key}</th>
            ${average ? html`<th scope="col" class="number">smoothed ${smoothing}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${Array.from({ length: to - from }, (_, row) => {
            const i = from + row;
            return html`<tr>
              <td class="number">${number(curve.steps[i], 6)}</td>
              <td>${exactTime(curve.at[i] ?? 0)}</td>
              <td class="number">${exact(one.key, curve.values[i])}</td>
              ${average ? html`<td class="number">${exact(one.key, average[i])}</td>` : nothing}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </div>`;
}

/** All digits as a tooltip. */
function exact(key: string, value: number | undefined): TemplateResult {
  return html`<span title=${String(value)}>${plainValue(key, value ?? Number.NaN)}</span>`;
}
