import { isCommand, isPlain, isTyping, take } from '../ui/frame/keys.ts';
import type { FilterInput } from './filter/filterInput.ts';
import { keyAction } from './table/tableKeys.ts';
import type { KeyAction } from './table/tableKeys.ts';
import type { Actions, PersistedState, Popup } from './model.ts';
import type { RunRows } from './rows/runRows.ts';
import type { Selection } from './rows/selection.ts';
import { focusHead } from './table/tableHead.ts';

export interface KeyboardHost {
  actions: Actions;
  rows: RunRows;
  selection: Selection;
  filter: FilterInput;
  persisted(): PersistedState;
  popup(): Popup | null;
  /** Number of visible rows. */
  page(): number;
  /** Scrolls to the focused row. */
  reveal(): void;
}

/** Keys of the table and of the page. */
export class Keyboard {
  readonly #host: KeyboardHost;

  constructor(host: KeyboardHost) {
    this.#host = host;
  }

  /** Keys while the table or the search box has the focus. */
  table(event: KeyboardEvent): void {
    if (event.target instanceof HTMLElement && event.target.id === 'search') return this.#searchKeys(event);
    // Buttons in the head handle their own keys.
    if (event.target instanceof Element && event.target.closest('thead')) return;
    const action = keyAction(event, this.#host.page());
    if (!action) return;
    take(event);
    this.#act(action);
  }

  /** Keys everywhere else. */
  page(event: KeyboardEvent): void {
    const { actions, filter, persisted } = this.#host;
    if (event.key === 'Escape' && isPlain(event)) return this.#back();
    if (isTyping(event) || isInPopup(event)) return;
    const undoes = isCommand(event) && event.key.toLowerCase() === 'z';
    if (undoes && event.shiftKey) actions.redo();
    else if (undoes) actions.undo();
    else if (!isPlain(event)) return;
    else if (event.key === '/') document.getElementById('search')?.focus();
    else if (event.key === 'f') filter.focus();
    else if (event.key === 'c') actions.compare(!persisted().comparing);
    else return;
    take(event);
  }

  #searchKeys(event: KeyboardEvent): void {
    const { actions, persisted } = this.#host;
    if (!isPlain(event) || (event.key !== 'Escape' && event.key !== 'ArrowDown' && event.key !== 'Enter')) return;
    take(event);
    if (event.key === 'Escape' && persisted().search !== '') actions.search('');
    document.querySelector<HTMLElement>('table.runs')?.focus();
  }

  #act(action: KeyAction): void {
    const { actions, rows, selection } = this.#host;
    const row = rows.at(selection.active);
    if (action.do === 'move') return this.#move(action.by, action.extend);
    if (
      row.kind === 'group' &&
      (action.do === 'open' ||
        action.do === 'select' ||
        (action.do === 'expand' && !row.open) ||
        (action.do === 'collapse' && row.open))
    )
      return actions.toggleGroup(row.group);
    switch (action.do) {
      case 'selectAll':
        return void selection.all().catch(() => actions.retry());
      case 'undo':
        return actions.undo();
      case 'redo':
        return actions.redo();
      case 'star':
        return actions.starTargets();
      case 'delete':
        return actions.remove(true);
      case 'select':
        return row.kind === 'run' ? actions.select(row.run.runId) : undefined;
      case 'open':
        return row.kind === 'run' ? actions.open(row.run.runId) : undefined;
      case 'collapse':
        return this.#toHeadOfGroup();
      case 'expand':
        return undefined;
    }
  }

  #move(by: number, extend: boolean): void {
    const { actions, rows, selection, reveal } = this.#host;
    if (by === -1 && selection.active === 0 && !extend) return focusHead();
    const to = Math.max(0, Math.min(rows.length - 1, selection.active + by));
    if (extend) actions.selectTo(to);
    else actions.activate(to);
    reveal();
  }

  #toHeadOfGroup(): void {
    const { actions, rows, selection, reveal } = this.#host;
    if (!rows.isGrouped) return;
    let at = selection.active;
    while (at > 0 && rows.at(at).kind !== 'group') at--;
    actions.activate(at);
    reveal();
  }

  /** Escape goes back one step: popup, detail, comparison, selection. */
  #back(): void {
    const { actions, persisted, popup } = this.#host;
    if (popup() !== null) actions.popup(null);
    else if (persisted().open !== null) actions.open(null);
    else if (persisted().comparing) actions.compare(false);
    else if (persisted().selected.length > 0) actions.clearSelection();
  }
}

/** Letters typed on the buttons of a popup are not keys of the page. */
function isInPopup(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('.popup-place, [role=dialog]') !== null;
}
