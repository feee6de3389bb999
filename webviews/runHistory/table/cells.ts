import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunGroup, RunSummary } from '../../../protocol/runs.ts';
import { gatesText } from '../../../words/metrics.ts';
import { versionText } from '../../../words/models.ts';
import { count, plural } from '../../../words/numbers.ts';
import { css } from '../../ui/css.ts';
import { metric, shortId } from '../../ui/format.ts';
import { icon, statusMark, time } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { keyOf, shareDone } from '../columns/columns.ts';
import type { Column } from '../columns/columns.ts';
import { isBroken } from '../rows/metricRanges.ts';
import type { Actions, Model } from '../model.ts';
import { runTable } from './runTable.ts';
import type { Slice } from '../../ui/table/slices.ts';

/**
 * The columns in the page: the pinned ones, a slice of the others, and the widths of the columns before and after it.
 */
export interface Shape {
  pinned: number;
  columns: Slice;
  before: number;
  after: number;
}

/** The length of a bar in twentieths: one class each, because the Content-Security-Policy allows no style attribute. */
const barSteps = 20;

export function barClass(share: number): string {
  return `bar bar-${Math.max(0, Math.min(barSteps, Math.round(share * barSteps)))}`;
}

export function runRow(run: RunSummary, index: number, model: Model, actions: Actions, shape: Shape): TemplateResult {
  const selected = model.isSelected(run.runId);
  return html`<tr
    id="row-${index}"
    class=${rowClass(index, selected, run.runId === model.open, model)}
    role="row"
    aria-selected=${selected}
    aria-rowindex=${index + 2}
    aria-level=${model.group === null ? nothing : 2}
    ${place(index)}
    @click=${(event: MouseEvent) => clicked(event, run.runId, index, actions)}
    @dblclick=${() => actions.open(run.runId)}
  >
    <td role="gridcell" class="tick">
      <input
        type="checkbox"
        tabindex="-1"
        .checked=${selected}
        aria-label="Select ${run.name}"
        @click=${(event: MouseEvent) => {
          event.stopPropagation();
          if (event.shiftKey) actions.selectTo(index);
          else actions.select(run.runId);
        }}
      />
    </td>
    <td role="gridcell" class="star">
      <button
        class="quiet"
        tabindex="-1"
        aria-label=${run.starred ? 'Remove star' : 'Star'}
        aria-pressed=${run.starred}
        @click=${(event: Event) => {
          event.stopPropagation();
          actions.star(run);
        }}
      >
        ${icon(run.starred ? 'star-full' : 'star-empty')}
      </button>
    </td>
    ${inSlice(model.columns, shape, (column, at) => cell(run, column, at, model, actions, at < shape.pinned))}
  </tr>`;
}

export function groupRow(
  group: RunGroup,
  open: boolean,
  index: number,
  model: Model,
  actions: Actions,
  shape: Shape,
): TemplateResult {
  const by = model.group?.includes('.') ? keyOf(model.group) : model.group;
  return html`<tr
    id="row-${index}"
    class="group ${index === model.active ? 'active' : ''}"
    role="row"
    aria-rowindex=${index + 2}
    aria-level="1"
    aria-expanded=${open}
    ${place(index)}
    @click=${() => {
      actions.activate(index);
      actions.toggleGroup(group);
    }}
  >
    <td role="gridcell" class="pin group-name">
      ${icon(open ? 'chevron-down' : 'chevron-right')} <span class="muted">${by}</span>
      <b class=${group.value === null ? 'muted' : ''}>${group.value ?? 'none'}</b>
      <span class="muted">${plural(group.runs, 'run')}</span>
    </td>
    ${inSlice(model.columns, shape, (column, at) => statistics(group, column, at), true)}
  </tr>`;
}

export function waitingRow(index: number, model: Model): TemplateResult {
  return html`<tr
    id="row-${index}"
    class="waiting ${index === model.active ? 'active' : ''}"
    role="row"
    aria-rowindex=${index + 2}
    aria-busy="true"
    ${place(index)}
  >
    <td role="gridcell"><i></i></td>
  </tr>`;
}

/** The cells of pinned columns and of the slice, with an empty cell on either side of the slice. */
function inSlice(
  columns: readonly Column[],
  { pinned, columns: slice, before, after }: Shape,
  one: (column: Column, at: number) => TemplateResult,
  isGroup = false,
): Piece[] {
  const [from, to] = [pinned + slice.from, pinned + slice.to];
  return [
    ...(isGroup ? [] : columns.slice(0, pinned).map(one)),
    before > 0 ? html`<td aria-hidden="true" ${css({ width: `${before}px` })}></td>` : nothing,
    ...columns.slice(from, to).map((column, i) => one(column, from + i)),
    after > 0 ? html`<td aria-hidden="true" ${css({ width: `${after}px` })}></td>` : nothing,
    html`<td class="filler" aria-hidden="true"></td>`,
  ];
}

/** The position of a row, changed without laying out the others. */
function place(index: number): ReturnType<typeof css> {
  return css({ transform: `translateY(${index * runTable.rowHeight}px)` });
}

function rowClass(index: number, selected: boolean, open: boolean, model: Model): string {
  return `${index === model.active ? 'active ' : ''}${selected ? 'selected ' : ''}${open ? 'open' : ''}`;
}

function clicked(event: MouseEvent, runId: string, index: number, actions: Actions): void {
  if (event.shiftKey) return actions.selectTo(index);
  actions.activate(index);
  if (event.ctrlKey || event.metaKey) actions.select(runId);
}

function cell(
  run: RunSummary,
  column: Column,
  at: number,
  model: Model,
  actions: Actions,
  isPinned: boolean,
): TemplateResult {
  const spot = `c${at}${isPinned ? ' pin' : ''}`;
  switch (column.id) {
    case 'name':
      return html`<td role="gridcell" aria-colindex=${at + 3} class="${spot} name">
        <button
          class="link"
          tabindex="-1"
          @click=${(event: Event) => {
            event.stopPropagation();
            actions.open(run.runId);
          }}
        >
          ${run.name}
        </button>
        <span class="muted">${shortId(run.runId)}</span>${marks(run)}
      </td>`;
    case 'status':
      return status(run, at, spot);
    case 'started':
      return html`<td role="gridcell" aria-colindex=${at + 3} class="${spot} number">${time(run.startedAt)}</td>`;
    case 'ended':
      return html`<td role="gridcell" aria-colindex=${at + 3} class="${spot} number">
        ${run.endedAt === null ? nothing : time(run.endedAt)}
      </td>`;
    case 'model':
      return html`<td role="gridcell" aria-colindex=${at + 3} class="${spot} number">
        ${run.registered.map(
          (version) =>
            html`<button
              class="link"
              tabindex="-1"
              @click=${(event: Event) => {
                event.stopPropagation();
                actions.openCard(version);
              }}
            >
              ${versionText(version, model.severalModels)}
            </button> `,
        )}
      </td>`;
    default:
      return column.kind === 'metric' ? metricCell(run, column, at, spot, model) : textCell(run, column, at, spot);
  }
}

function textCell(run: RunSummary, column: Column, at: number, spot: string): TemplateResult {
  const text = column.text(run);
  return html`<td
    role="gridcell"
    aria-colindex=${at + 3}
    class="${spot}${column.isNumber(run) ? ' number' : ''}"
    title=${text}
  >
    ${text}
  </td>`;
}

function metricCell(run: RunSummary, column: Column, at: number, spot: string, model: Model): TemplateResult {
  const value = run.metrics[column.title];
  const range = model.rangeOf(column.title);
  if (value === undefined || !range || range.low === range.high)
    return html`<td role="gridcell" aria-colindex=${at + 3} class="${spot} number" title=${value ?? nothing}>
      ${column.text(run)}
    </td>`;
  const isBest = value === range.best && !isBroken(run.status);
  const bar = barClass((value - range.low) / (range.high - range.low));
  return html`<td
    role="gridcell"
    aria-colindex=${at + 3}
    class="${spot} number ${bar}${isBest ? ' best' : ''}"
    title=${isBest ? `${value}: the best of the runs that match and did not fail` : value}
  >
    ${isBest ? html`<span class="best-mark">▲</span>` : nothing}${column.text(run)}
  </td>`;
}

/** The state in words, with the progress of a running run. */
function status(run: RunSummary, at: number, spot: string): TemplateResult {
  const stopped = run.tags['loopwright.stopped'];
  if (run.status === 'cancelled' && stopped !== undefined)
    return html`<td
      role="gridcell"
      aria-colindex=${at + 3}
      class=${spot}
      title="Stopped early by its sweep: ${stopped}"
    >
      ${statusMark('cancelled', 'stopped early')}
    </td>`;
  if (run.status === 'refused' && run.verdict)
    return html`<td
      role="gridcell"
      aria-colindex=${at + 3}
      class=${spot}
      title="Refused by its gates: ${gatesText(run.verdict)}"
    >
      ${statusMark('refused', gatesText(run.verdict))}
    </td>`;
  if (run.status !== 'running')
    return html`<td role="gridcell" aria-colindex=${at + 3} class=${spot}>${statusMark(run.status)}</td>`;
  const share = shareDone(run.progress);
  return html`<td
    role="gridcell"
    aria-colindex=${at + 3}
    class="${spot} ${share === null ? '' : barClass(share)}"
    title=${run.progress ?? 'running'}
  >
    ${statusMark('running', run.progress ?? 'running')}
  </td>`;
}

function marks(run: RunSummary): Piece[] {
  const sweep = run.tags['loopwright.sweep'];
  const trial = run.tags['loopwright.trial'];
  return [
    trial === undefined
      ? nothing
      : html` <span class="muted" title="Trial ${Number(trial) + 1} of its sweep">#${Number(trial) + 1}</span>`,
    sweep !== undefined && trial === undefined
      ? html` ${icon('beaker', 'A sweep; each trial is a separate run')}`
      : nothing,
    run.note === '' ? nothing : html` ${icon('note', run.note.slice(0, 400))}`,
    run.archived ? html` ${icon('archive', 'Archived')}` : nothing,
    run.deleted ? html` ${icon('trash', 'Deleted')}` : nothing,
  ];
}

function statistics(group: RunGroup, column: Column, at: number): TemplateResult {
  const found = column.kind === 'metric' ? group.metrics[column.title] : undefined;
  if (!found) return html`<td role="gridcell" aria-colindex=${at + 3} class="c${at}"></td>`;
  const text = (value: number): string => metric(column.title, value);
  // The unit appears once, with the mean.
  const bare = (value: number): string => text(value).replace(/ m?s$/, '');
  return html`<td
    role="gridcell"
    aria-colindex=${at + 3}
    class="c${at} number statistics"
    title="${count(found.n)} runs: least ${found.min}, mean ${found.mean}, greatest ${found.max}"
  >
    ${bare(found.min)} <b>${text(found.mean)}</b> ${bare(found.max)}
  </td>`;
}
