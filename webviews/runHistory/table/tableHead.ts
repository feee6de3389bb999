import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { starColumn } from '../columns/columns.ts';
import type { Column } from '../columns/columns.ts';
import { movedBy, movedTo, withPin, withWidth, widthOf } from '../columns/layout.ts';
import type { Actions, Model } from '../model.ts';
import { ordersOf } from '../rows/ordering.ts';

const widthStep = 16;
const kindNames: Record<Column['kind'], string> = { fixed: '', metric: 'metric ', param: 'param ', tag: 'tag ' };

/**
 * The column heads: click sorts, Shift adds a sort key, dragging moves, the right edge resizes. All actions have keys.
 */
export function tableHead(model: Model, actions: Actions, pinned: number): TemplateResult {
  return html`<thead role="rowgroup" @keydown=${(event: KeyboardEvent) => headKeys(event, model, actions)}>
    <tr role="row" aria-rowindex="1">
      <th scope="col" role="columnheader" class="tick"><span class="visually-hidden">Selected</span></th>
      <th scope="col" role="columnheader" class="star" aria-sort=${sortOf(model, starColumn)}>
        <button
          class="quiet"
          tabindex="-1"
          aria-label="Starred"
          title="Starred first"
          @click=${(event: MouseEvent) => actions.order(starColumn, event.shiftKey)}
        >
          ${icon('star-empty')}
        </button>
      </th>
      ${model.columns.map((column, at) => head(column, at, model, actions, at < pinned))}
      <th scope="col" class="filler" aria-hidden="true"></th>
    </tr>
  </thead>`;
}

function head(column: Column, at: number, model: Model, actions: Actions, isPinned: boolean): TemplateResult {
  const ids = model.columns.map((one) => one.id);
  const isNumber = model.isNumber(column);
  const isSummed = model.group !== null && column.kind === 'metric';
  return html`<th
    scope="col"
    role="columnheader"
    aria-colindex=${at + 3}
    data-column=${column.id}
    class="c${at} ${isNumber ? 'number' : ''} ${column.kind} ${isPinned ? 'pin' : ''} ${isSummed ? 'summed' : ''}"
    aria-sort=${sortOf(model, column)}
    draggable="true"
    title="${kindNames[column.kind]}${column.title}: click sorts, Shift+click adds a key; drag moves (Alt+←/→), P pins"
    @dragstart=${(event: DragEvent) => event.dataTransfer?.setData('text/plain', column.id)}
    @dragover=${(event: DragEvent) => event.preventDefault()}
    @drop=${(event: DragEvent) => dropped(event, column.id, model, actions, ids)}
  >
    <button class="quiet" tabindex="-1" @click=${(event: MouseEvent) => actions.order(column, event.shiftKey)}>
      <span class="title">${column.title}</span>${sortMark(model, column)}
    </button>
    ${isSummed ? html`<span class="muted stats">min mean max</span>` : nothing}
    <span
      class="resizer"
      aria-hidden="true"
      @pointerdown=${(event: PointerEvent) => resize(event, column, model, actions)}
      @dblclick=${() => actions.layout(withoutWidth(model, column))}
    ></span>
  </th>`;
}

function sortOf(model: Model, column: Column): 'ascending' | 'descending' | 'none' {
  const order = ordersOf(model.order).find((one) => one.column === column.id);
  return order ? (order.descending ? 'descending' : 'ascending') : 'none';
}

function sortMark(model: Model, column: Column): Piece {
  const orders = ordersOf(model.order);
  const at = orders.findIndex((one) => one.column === column.id);
  const order = orders[at];
  if (!order) return nothing;
  return html`${icon(order.descending ? 'arrow-down' : 'arrow-up')}${orders.length > 1 ? html`<sub>${at + 1}</sub>` : nothing}`;
}

function dropped(event: DragEvent, target: string, model: Model, actions: Actions, ids: string[]): void {
  event.preventDefault();
  const id = event.dataTransfer?.getData('text/plain') ?? '';
  actions.layout(movedTo(model.layout, ids, id, target));
}

function resize(event: PointerEvent, column: Column, model: Model, actions: Actions): void {
  event.preventDefault();
  event.stopPropagation();
  const handle = event.currentTarget;
  if (!(handle instanceof HTMLElement)) return;
  const [start, width] = [
    event.clientX,
    handle.closest('th')?.getBoundingClientRect().width ?? widthOf(column, model.layout),
  ];
  const move = (now: PointerEvent): void =>
    actions.layout(withWidth(model.layout, column.id, width + now.clientX - start));
  const stop = (): void => {
    handle.removeEventListener('pointermove', move);
    handle.removeEventListener('pointerup', stop);
    handle.removeEventListener('lostpointercapture', stop);
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener('pointermove', move);
  handle.addEventListener('pointerup', stop);
  handle.addEventListener('lostpointercapture', stop);
}

function withoutWidth(model: Model, column: Column): Model['layout'] {
  const { [column.id]: _gone, ...widths } = model.layout.widths;
  return { ...model.layout, widths };
}

/** Arrows move between heads, Alt moves the column, Alt+Shift resizes it, P pins it, Down goes to the rows. */
function headKeys(event: KeyboardEvent, model: Model, actions: Actions): void {
  const cell = event.target instanceof Element ? event.target.closest('th') : null;
  if (!cell || !(isPlain(event) || isOfColumn(event))) return;
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const id = cell.dataset['column'];
  const column = model.columns.find((one) => one.id === id);
  const ids = model.columns.map((one) => one.id);
  if (step !== 0 && !event.altKey) focusHead(step === 1 ? cell.nextElementSibling : cell.previousElementSibling);
  else if (step !== 0 && column && event.shiftKey)
    actions.layout(withWidth(model.layout, column.id, cell.getBoundingClientRect().width + step * widthStep));
  else if (step !== 0 && column) {
    actions.layout(movedBy(model.layout, ids, column.id, step));
    setTimeout(() => focusHead(document.querySelector(`th[data-column="${CSS.escape(column.id)}"]`)));
  } else if (event.altKey) return;
  else if (event.key === 'p' && column)
    actions.layout(withPin(model.layout, ids, column.id, !model.layout.pinned.includes(column.id)));
  else if (event.key === 'ArrowDown' || event.key === 'Escape')
    document.querySelector<HTMLElement>('table.runs')?.focus();
  else return;
  take(event);
}

/** Alt with an arrow key moves a column. */
function isOfColumn(event: KeyboardEvent): boolean {
  return event.altKey && !event.ctrlKey && !event.metaKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight');
}

/** Focuses a head, or the first one with an action. */
export function focusHead(cell: Element | null = document.querySelector('.runs th[data-column]')): void {
  cell?.querySelector('button')?.focus();
}
