/**
 * The rule for keys in every view. VS Code receives the keys of a webview from its window, so a key that a view stops
 * never reaches a shortcut of the editor. A view therefore stops only the keys that it handles, with `take`. Chords
 * belong to the editor unless a view handles them by name.
 */
type Pressed = Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'> & { isComposing?: boolean };

/** A key without Ctrl, Cmd or Alt, and not part of a character that an input method is still composing. */
export function isPlain(event: Pressed): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && event.isComposing !== true;
}

/** Ctrl, or Cmd on a Mac. */
export function isCommand(event: Pressed): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && event.isComposing !== true;
}

/** Marks a key as handled by the view: neither the browser nor the editor acts on it. */
export function take(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

/** True while a field has the focus: letters are text there, not keys of the view. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
