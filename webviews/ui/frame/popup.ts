import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { icon } from '../pieces.ts';
import type { Piece } from '../pieces.ts';
import { isPlain, take } from './keys.ts';

interface PopupActions<Name extends string> {
  popup(name: Name | null): void;
}

/** The popup that is open: at most one. A press outside closes it. */
export class OpenPopup<Name extends string> {
  readonly #paint: () => void;
  #name: Name | null = null;

  constructor(paint: () => void) {
    this.#paint = paint;
    document.addEventListener('pointerdown', ({ target }) => {
      if (this.#name !== null && target instanceof Element && !target.closest('.popup-place')) this.show(null);
    });
  }

  get name(): Name | null {
    return this.#name;
  }

  /** Opens a popup and focuses its first field; null closes the one that is open. */
  show(name: Name | null): void {
    this.#name = name;
    this.#paint();
    if (name !== null)
      setTimeout(() => document.querySelector<HTMLElement>('.popup :is(input[type=text], textarea, button)')?.focus());
  }
}

/** A button with the popup below it. Escape closes the popup and focuses the button. */
export function popupButton<Name extends string>(
  model: { popup: Name | null },
  actions: PopupActions<Name>,
  name: Name,
  label: Piece,
  title: string,
  content: () => TemplateResult,
  isDisabled = false,
): TemplateResult {
  const isOpen = model.popup === name;
  return html`<span class="popup-place" @keydown=${(event: KeyboardEvent) => popupKeys(event, isOpen, actions)}>
    <button
      id="open-${name}"
      class="tool"
      title=${title}
      ?disabled=${isDisabled}
      aria-haspopup="dialog"
      aria-expanded=${isOpen}
      @click=${() => actions.popup(isOpen ? null : name)}
    >
      ${label}
    </button>
    ${isOpen ? html`<div class="popup popup-${name}" role="dialog" aria-label=${title}>${content()}</div>` : nothing}
  </span>`;
}

/** One line of a list of actions or choices. */
export function choice(
  label: Piece | string,
  detail: string,
  chosen: boolean | null,
  run: () => void,
  isDisabled = false,
): TemplateResult {
  return html`<button
    class="choice"
    ?disabled=${isDisabled}
    aria-pressed=${chosen === null ? nothing : chosen}
    @click=${run}
  >
    ${chosen === null ? nothing : icon(chosen ? 'check' : 'blank')}<span>${label}</span>${detail === '' ? nothing : html`<span class="muted">${detail}</span>`}
  </button>`;
}

function popupKeys(event: KeyboardEvent, isOpen: boolean, actions: PopupActions<string>): void {
  if (!isOpen || !isPlain(event)) return;
  const place = event.currentTarget;
  if (!(place instanceof HTMLElement)) return;
  if (event.key === 'Escape') {
    actions.popup(null);
    place.querySelector('button')?.focus();
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    if (event.target instanceof HTMLTextAreaElement) return;
    const stops = [
      ...place.querySelectorAll<HTMLElement>('.popup :is(button, input, select):not([disabled]):not([tabindex="-1"])'),
    ];
    const at = stops.indexOf(event.target as HTMLElement);
    stops[(at + (event.key === 'ArrowDown' ? 1 : -1) + stops.length) % stops.length]?.focus();
  } else return;
  take(event);
}

export function valueOf(event: Event): string {
  const { target } = event;
  return target !== null && 'value' in target && typeof target.value === 'string' ? target.value : '';
}

/** Stops the form and reads the texts of its fields by name. */
export function formTexts(event: SubmitEvent): (name: string) => string {
  event.preventDefault();
  const data = new FormData(event.target as HTMLFormElement);
  return (name) => {
    const value = data.get(name);
    return typeof value === 'string' ? value : '';
  };
}
