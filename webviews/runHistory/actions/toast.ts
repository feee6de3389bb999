import { html, nothing } from 'lit';
import type { Piece } from '../../ui/pieces.ts';
import { icon } from '../../ui/pieces.ts';
import type { Actions, Toast } from '../model.ts';

export function toastLine(toast: Toast | null, actions: Actions): Piece {
  return html`<div class="toast-place" role="status">${toast === null ? nothing : content(toast, actions)}</div>`;
}

function content(toast: Toast, actions: Actions): Piece {
  return html`<div class="toast ${toast.isError ? 'error' : ''}">
    ${toast.isError ? icon('error') : nothing}<span>${toast.text}</span>
    ${toast.back === null ? nothing : html`<button class="link" id="undo" @click=${() => (toast.back === 'Undo' ? actions.undo() : actions.redo())}>${toast.back}</button>`}
    <button class="quiet" aria-label="Close" @click=${() => actions.dismiss()}>${icon('close')}</button>
  </div>`;
}
