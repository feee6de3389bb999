import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { count } from '../../../words/numbers.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import type { Available, Column } from './columns.ts';
import { movedBy, movedTo, withColumn, withPin } from './layout.ts';
import type { Actions, Model } from '../model.ts';
import { valueOf } from '../../ui/frame/popup.ts';

const kinds: [Column['kind'], string][] = [
  ['fixed', 'Run'],
  ['metric', 'Metrics'],
  ['param', 'Params'],
  ['tag', 'Tags'],
];
/** Rows per kind in the list; search finds the others. */
const listed = 100;

let words = '';

/** Shows, finds, orders and pins columns. */
export function columnsPanel(model: Model, actions: Actions): TemplateResult {
  const ids = model.columns.map((column) => column.id);
  const needle = words.trim().toLowerCase();
  const isListed = ({ column }: Available): boolean =>
    needle === '' ? !ids.includes(column.id) : column.title.toLowerCase().includes(needle);
  return html`<input
      id="column-search"
      type="text"
      placeholder="Find a column"
      aria-label="Find a column"
      .value=${words}
      @input=${(event: Event) => {
        words = valueOf(event);
        actions.popup('columns');
      }}
    />
    <div class="column-lists">
      ${
        needle === ''
          ? html`<fieldset>
              <legend>Shown, in this order</legend>
              ${repeat(
                model.columns,
                (column) => column.id,
                (column) => shownLine(column, model, actions, ids),
              )}
            </fieldset>`
          : nothing
      }
      ${kinds.map(([kind, title]) =>
        rest(
          title,
          model.available.filter((one) => one.column.kind === kind && isListed(one)),
          model,
          actions,
          ids,
        ),
      )}
    </div>
    <p class="foot">
      <button
        class="link"
        ?disabled=${model.layout.columns === null}
        @click=${() => actions.layout({ ...model.layout, columns: null })}
      >
        As by default</button
      ><span class="muted">Alt+↑/↓ moves, P pins</span>
    </p>`;
}

function shownLine(column: Column, model: Model, actions: Actions, ids: string[]): TemplateResult {
  const isPinned = model.layout.pinned.includes(column.id);
  return html`<div
    class="line"
    data-column=${column.id}
    draggable="true"
    @dragstart=${(event: DragEvent) => event.dataTransfer?.setData('text/plain', column.id)}
    @dragover=${(event: DragEvent) => event.preventDefault()}
    @drop=${(event: DragEvent) => {
      event.preventDefault();
      actions.layout(movedTo(model.layout, ids, event.dataTransfer?.getData('text/plain') ?? '', column.id));
    }}
    @keydown=${(event: KeyboardEvent) => lineKeys(event, column, model, actions, ids)}
  >
    ${icon('gripper')}
    <label
      ><input
        type="checkbox"
        .checked=${true}
        ?disabled=${column.id === 'name'}
        @change=${() => actions.layout(withColumn(model.layout, ids, column.id, false))}
      />
      ${kindBefore(column)}${column.title}</label
    >
    <button
      class="quiet pin-button"
      tabindex="-1"
      aria-pressed=${isPinned}
      aria-label="Pin ${column.title}"
      title=${isPinned ? 'Pinned at the left' : 'Pin at the left (P)'}
      @click=${() => actions.layout(withPin(model.layout, ids, column.id, !isPinned))}
    >
      ${icon(isPinned ? 'pinned' : 'pin')}
    </button>
  </div>`;
}

function rest(title: string, found: readonly Available[], model: Model, actions: Actions, ids: string[]): Piece {
  if (found.length === 0) return nothing;
  const shown = found.slice(0, listed);
  return html`<fieldset>
    <legend>${title} <span class="muted">${count(found.length)}</span></legend>
    ${repeat(
      shown,
      ({ column }) => column.id,
      (one) =>
        html`<div class="line">
          <label
            ><input
              type="checkbox"
              .checked=${ids.includes(one.column.id)}
              ?disabled=${one.column.id === 'name'}
              @change=${(event: Event) => actions.layout(withColumn(model.layout, ids, one.column.id, isChecked(event)))}
            />
            ${one.column.title}</label
          >${use(one)}
        </div>`,
    )}
    ${found.length > listed ? html`<p class="muted">${count(found.length - listed)} more: search for them.</p>` : nothing}
  </fieldset>`;
}

function use({ runs, distinct }: Available): Piece {
  if (runs === 0) return nothing;
  const values = distinct === null ? '' : distinct === 1 ? 'one value · ' : `${count(distinct)} values · `;
  return html`<span class="muted use">${values}${count(runs)}</span>`;
}

function isChecked(event: Event): boolean {
  return event.target instanceof HTMLInputElement && event.target.checked;
}

function kindBefore(column: Column): Piece {
  return column.kind === 'fixed' ? nothing : html`<span class="muted">${column.kind} </span>`;
}

function lineKeys(event: KeyboardEvent, column: Column, model: Model, actions: Actions, ids: string[]): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (event.altKey && !event.ctrlKey && !event.metaKey && step !== 0)
    actions.layout(movedBy(model.layout, ids, column.id, step));
  else if (event.key === 'p' && isPlain(event))
    actions.layout(withPin(model.layout, ids, column.id, !model.layout.pinned.includes(column.id)));
  else return;
  take(event);
  setTimeout(() =>
    document.querySelector<HTMLElement>(`.popup-columns .line[data-column="${CSS.escape(column.id)}"] input`)?.focus(),
  );
}
