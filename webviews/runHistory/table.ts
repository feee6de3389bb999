import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RunSummary } from '../../protocol/runs.ts';
import { css } from '../ui/css.ts';
import { shortId } from '../ui/format.ts';
import { icon, statusMark, time } from '../ui/pieces.ts';
import { bestRuns } from './columns.ts';
import type { Column } from './columns.ts';
import type { Does, Model } from './model.ts';

export const rowHeight = 28;
const spare = 12;

/** The rows near the visible part; the rest is two rows of empty height. */
export interface Slice {
  from: number;
  to: number;
}

export function sliceOf(scroller: HTMLElement | null, rows: number): Slice {
  const top = scroller?.scrollTop ?? 0;
  const height = scroller?.clientHeight || 800;
  return { from: Math.max(0, Math.floor(top / rowHeight) - spare), to: Math.min(rows, Math.ceil((top + height) / rowHeight) + spare) };
}

export function table(model: Model, does: Does, slice: Slice): TemplateResult {
  const best = new Map(model.visible.map((column) => [column.id, bestRuns(column, model.runs)]));
  const shown = model.runs.slice(slice.from, slice.to);
  const below = Math.max(0, model.runs.length - slice.to);
  const span = model.visible.length + 2;
  return html`<div class="scroller" tabindex="-1" @scroll=${() => does.scrolled()}>
    <table class="runs" role="grid" aria-label="Runs" aria-rowcount=${model.runs.length + 1} aria-multiselectable="true" tabindex="0"
      aria-activedescendant=${model.active === null ? nothing : `run-${model.active}`} @keydown=${(event: KeyboardEvent) => does.keys(event)}>
      <thead><tr><th scope="col" class="tick"><span class="visually-hidden">Selected</span></th><th scope="col" class="star"><span class="visually-hidden">Starred</span></th>${model.visible.map((column) => header(column, model, does))}</tr></thead>
      <tbody>
        ${slice.from > 0 ? html`<tr class="space" aria-hidden="true"><td colspan=${span} ${css({ height: `${slice.from * rowHeight}px` })}></td></tr>` : nothing}
        ${repeat(shown, (run) => run.runId, (run, index) => row(run, slice.from + index, model, does, best))}
        ${below > 0 ? html`<tr class="space" aria-hidden="true"><td colspan=${span} ${css({ height: `${below * rowHeight}px` })}></td></tr>` : nothing}
      </tbody>
    </table>
  </div>`;
}

function header(column: Column, model: Model, does: Does): TemplateResult {
  const current = model.sort.column === column.id;
  const order = current ? (model.sort.descending ? 'descending' : 'ascending') : 'none';
  return html`<th scope="col" class="${column.numeric ? 'number' : ''} ${column.kind}" aria-sort=${order} title="${column.kind === 'fixed' ? '' : `${column.kind} `}${column.title}: sort">
    <button class="quiet" tabindex="-1" @click=${() => does.order(column)}>${column.title}${current ? icon(model.sort.descending ? 'arrow-down' : 'arrow-up') : nothing}</button>
  </th>`;
}

function row(run: RunSummary, index: number, model: Model, does: Does, best: Map<string, Set<string>>): TemplateResult {
  const selected = model.selected.includes(run.runId);
  const names = [run.runId === model.active ? 'active' : '', selected ? 'selected' : '', run.runId === model.open ? 'open' : ''].filter(Boolean).join(' ');
  return html`<tr id="run-${run.runId}" class=${names} role="row" aria-selected=${selected} aria-rowindex=${index + 2}
      @click=${() => does.activate(run.runId)} @dblclick=${() => does.open(run.runId)}>
    <td class="tick"><input type="checkbox" tabindex="-1" .checked=${selected} aria-label="Select ${run.name}" @click=${(event: Event) => { event.stopPropagation(); does.select(run.runId); }}></td>
    <td class="star"><button class="quiet" tabindex="-1" aria-label=${run.starred ? 'Remove star' : 'Star'} aria-pressed=${run.starred} @click=${(event: Event) => { event.stopPropagation(); does.star(run); }}>${icon(run.starred ? 'star-full' : 'star-empty')}</button></td>
    ${model.visible.map((column) => cell(run, column, does, best.get(column.id)?.has(run.runId) ?? false))}
  </tr>`;
}

function cell(run: RunSummary, column: Column, does: Does, isBest: boolean): TemplateResult {
  switch (column.id) {
    case 'name':
      return html`<td class="name"><button class="link" tabindex="-1" @click=${(event: Event) => { event.stopPropagation(); does.open(run.runId); }}>${run.name}</button> <span class="muted">${shortId(run.runId)}</span></td>`;
    case 'status':
      return html`<td>${statusMark(run.status, run.status === 'running' && run.progress !== null ? run.progress : run.status)}</td>`;
    case 'started':
      return html`<td class="number">${time(run.startedAt)}</td>`;
    case 'model':
      return html`<td class="number">${run.modelVersion === null ? nothing : html`<button class="link" tabindex="-1" @click=${(event: Event) => { event.stopPropagation(); does.openCard(run.modelVersion ?? 0); }}>v${run.modelVersion}</button>`}</td>`;
    default: {
      const text = column.text(run);
      return html`<td class="${column.numeric ? 'number' : ''} ${isBest ? 'best' : ''}" title=${text}>${isBest ? html`<span class="best-mark" title="Best ${column.title} of the runs shown">▲</span>` : nothing}${text}</td>`;
    }
  }
}
