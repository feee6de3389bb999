import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { FilterCompletion, FilterProblem } from '../../../protocol/runs.ts';
import { isPlain, take } from '../../ui/frame/keys.ts';
import { icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';

type Item = Omit<FilterCompletion['items'][number], 'kind'> & {
  kind: FilterCompletion['items'][number]['kind'] | 'recent';
};

export interface FilterHost {
  complete(text: string, offset: number): Promise<FilterCompletion>;
  /** Applies the text as the filter. */
  apply(text: string): void;
  recent(): readonly string[];
  /** Returns the focus to the table. */
  leave(): void;
  paint(): void;
}

const completeMs = 60;
const applyMs = 400;
const itemIcons: Record<Item['kind'], string> = {
  metric: 'graph-line',
  param: 'settings',
  tag: 'tag',
  attribute: 'symbol-field',
  operator: 'symbol-operator',
  value: 'symbol-constant',
  recent: 'history',
};

/**
 * The input for the filter expression: completion while typing, recent filters when it is empty, and the position of an
 * error underlined.
 */
export class FilterInput {
  readonly #host: FilterHost;
  #text = '';
  #items: readonly Item[] = [];
  /** The range that a completion replaces. */
  #from = 0;
  #to = 0;
  #at = -1;
  #isOpen = false;
  #turn = 0;
  #completing: ReturnType<typeof setTimeout> | undefined;
  #applying: ReturnType<typeof setTimeout> | undefined;

  constructor(host: FilterHost) {
    this.#host = host;
  }

  /** The filter was changed elsewhere: by a saved view, by clearing, or by a reload. */
  show(text: string): void {
    if (text === this.#text) return;
    clearTimeout(this.#applying);
    this.#text = text;
    this.#close();
  }

  /** `found` is the error of the applied filter; it does not apply to text typed since. */
  view(found: FilterProblem | null, applied: string): TemplateResult {
    const problem = this.#text === applied ? found : null;
    return html`<div class="filter-box ${problem ? 'wrong' : ''}" @focusout=${() => this.#close()}>
      ${icon('filter')}
      <div class="typed">
        <div class="echo" aria-hidden="true">${echo(this.#text, problem)}</div>
        <input
          id="filter"
          type="text"
          role="combobox"
          spellcheck="false"
          autocomplete="off"
          aria-label="Filter expression"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls="filter-list"
          placeholder="Filter, such as metrics.loss < 0.3 and params.lr > 0.001  ( f )"
          .value=${live(this.#text)}
          aria-expanded=${this.#isOpen}
          aria-activedescendant=${this.#isOpen && this.#at >= 0 ? `filter-item-${this.#at}` : nothing}
          aria-invalid=${problem !== null}
          aria-describedby=${problem ? 'filter-problem' : nothing}
          @input=${(event: Event) => this.#typed(event)}
          @keydown=${(event: KeyboardEvent) => this.#keys(event)}
          @click=${() => this.#ask()}
          @scroll=${(event: Event) => follow(event)}
        />
      </div>
      ${
        this.#text === ''
          ? nothing
          : html`<button
              class="quiet"
              title="Clear the filter"
              aria-label="Clear the filter"
              @mousedown=${keepFocus}
              @click=${() => this.#set('', true)}
            >
              ${icon('close')}
            </button>`
      }
      ${this.#isOpen ? this.#list() : problemLine(problem)}
    </div>`;
  }

  focus(): void {
    input()?.focus();
    this.#ask();
  }

  #list(): TemplateResult {
    return html`<ul id="filter-list" class="completions" role="listbox" aria-label="Completions">
      ${this.#items.map(
        (item, at) =>
          html`<li
            id="filter-item-${at}"
            role="option"
            aria-selected=${at === this.#at}
            @mousedown=${keepFocus}
            @click=${() => this.#accept(item)}
          >
            ${icon(itemIcons[item.kind])}<span class="label">${item.label}</span
            ><span class="muted">${item.detail}</span>
          </li>`,
      )}
    </ul>`;
  }

  #typed(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.#narrow(event.target.value, event.target.selectionStart);
    this.#set(event.target.value, false);
    this.#ask();
  }

  /** Fits the open list to what was typed since, until the next completions come: Tab then replaces all of the word. */
  #narrow(text: string, caret: number | null): void {
    if (!this.#isOpen) return;
    this.#to += text.length - this.#text.length;
    const typed = text.slice(this.#from, this.#to).toLowerCase();
    const isInside = caret !== null && caret >= this.#from && caret <= this.#to;
    this.#items = isInside ? this.#items.filter(({ insert }) => insert.toLowerCase().includes(typed)) : [];
    this.#at = typed === '' ? -1 : 0;
    this.#isOpen = this.#items.length > 0;
  }

  #set(text: string, now: boolean): void {
    this.#text = text;
    clearTimeout(this.#applying);
    if (now) this.#host.apply(text);
    else this.#applying = setTimeout(() => this.#host.apply(this.#text), applyMs);
    this.#host.paint();
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === ' ' && event.ctrlKey) {
      this.#ask();
      return take(event);
    }
    if (!isPlain(event)) return;
    const item = this.#isOpen ? this.#items[this.#at] : undefined;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && this.#isOpen) this.#go(step);
    else if (event.key === 'ArrowDown' && this.#text.trim() === '') this.#ask();
    else if (event.key === 'ArrowDown') this.#host.leave();
    else if ((event.key === 'Enter' || event.key === 'Tab') && item) this.#accept(item);
    else if (event.key === 'Enter') this.#done();
    else if (event.key === 'Escape' && this.#isOpen) this.#close();
    else if (event.key === 'Escape' && this.#text !== '') this.#set('', true);
    else if (event.key === 'Escape') this.#host.leave();
    else return;
    take(event);
  }

  #go(step: number): void {
    const total = this.#items.length;
    this.#at = this.#at < 0 && step < 0 ? total - 1 : (this.#at + step + total) % total;
    this.#host.paint();
    setTimeout(() => document.getElementById(`filter-item-${this.#at}`)?.scrollIntoView({ block: 'nearest' }));
  }

  #done(): void {
    this.#close();
    this.#set(this.#text, true);
    this.#host.leave();
  }

  #accept(item: Item): void {
    const text = this.#text.slice(0, this.#from) + item.insert + this.#text.slice(this.#to);
    const caret = this.#from + item.insert.length;
    this.#close();
    this.#set(text, item.kind === 'recent');
    const box = input();
    if (!box) return;
    box.value = text;
    box.setSelectionRange(caret, caret);
    if (item.kind !== 'recent') this.#ask();
  }

  /** Requests completions; only the response to the last request counts. */
  #ask(): void {
    clearTimeout(this.#completing);
    const turn = ++this.#turn;
    this.#completing = setTimeout(() => void this.#complete(turn), completeMs);
  }

  async #complete(turn: number): Promise<void> {
    const text = this.#text;
    const offset = input()?.selectionStart ?? text.length;
    let found: FilterCompletion;
    try {
      found = await this.#host.complete(text, offset);
    } catch {
      // Typing continues without completion; the rows use the same engine and show its error.
      return;
    }
    if (turn !== this.#turn || document.activeElement !== input()) return;
    const recent =
      text.trim() === ''
        ? this.#host.recent().map((one): Item => ({ label: one, insert: one, detail: 'used before', kind: 'recent' }))
        : [];
    const typed = text.slice(found.from, found.to);
    this.#items = [...recent, ...found.items];
    this.#from = text.trim() === '' ? 0 : found.from;
    this.#to = text.trim() === '' ? text.length : found.to;
    // Enter completes an unfinished word. After a whole word or a space, Enter applies the filter.
    const isWhole = found.items.some((item) => item.insert.trim() === typed);
    this.#at = typed === '' || isWhole ? -1 : 0;
    this.#isOpen = this.#items.length > 0 && !(isWhole && found.items.length === 1);
    this.#host.paint();
  }

  #close(): void {
    this.#turn++;
    clearTimeout(this.#completing);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#at = -1;
    this.#host.paint();
  }
}

function problemLine(problem: FilterProblem | null): Piece {
  return problem
    ? html`<p id="filter-problem" class="filter-problem" role="alert">
        ${icon('warning')} ${problem.message} <span class="muted">The filter is not applied.</span>
      </p>`
    : nothing;
}

/** The typed text again, invisible, so that the position of an error can be underlined. */
function echo(text: string, problem: FilterProblem | null): Piece {
  if (!problem) return nothing;
  // An error at the end has no character of its own.
  const to = Math.max(problem.to, problem.from + 1);
  return html`${text.slice(0, problem.from)}<span class="mistake"
      >${text.slice(problem.from, to).padEnd(1, '\u00a0')}</span
    >${text.slice(to)}`;
}

function follow(event: Event): void {
  const box = event.currentTarget;
  const behind = box instanceof HTMLElement ? box.previousElementSibling : null;
  if (box instanceof HTMLElement && behind) behind.scrollLeft = box.scrollLeft;
}

function keepFocus(event: Event): void {
  event.preventDefault();
}

function input(): HTMLInputElement | null {
  const found = document.getElementById('filter');
  return found instanceof HTMLInputElement ? found : null;
}
