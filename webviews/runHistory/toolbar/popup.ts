import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { isPlain, take } from '../../ui/keys.ts';
import { icon } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import type { Actions, Model, Popup } from '../model.ts';

/**
 * A button and what it opens under itself. Escape closes it and goes back to the button, as a click anywhere else
 * closes it.
 */
export function popupButton(
  model: Model,
  actions: Actions,
  name: Popup,
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

/** One line of a list of things to do or choose from. */
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

function popupKeys(event: KeyboardEvent, isOpen: boolean, actions: Actions): void {
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

/** The texts of a form's fields by their names. */
export function formTexts(event: SubmitEvent): (name: string) => string {
  event.preventDefault();
  const data = new FormData(event.target as HTMLFormElement);
  return (name) => {
    const value = data.get(name);
    return typeof value === 'string' ? value : '';
  };
}
