import { isCommand, isPlain, isTyping, take } from '../ui/keys.ts';
import type { Does, Model } from './model.ts';

/** Every key and what it does, for the help. */
export const keyHelp: readonly [keys: string, does: string][] = [
  ['1 – 9', 'Label with that class'],
  ['S or Space', 'Skip'],
  ['U or Ctrl+Z', 'Take the last decision back'],
  ['← →', 'Look back at what you decided; a digit there decides again'],
  ['M', 'Show or hide what the model and the rules say'],
  ['?', 'Show or hide this help'],
];

/** Does what a key stands for. Keys in fields are texts, and Space on a button presses it. */
export function keyDeed(event: KeyboardEvent, { task, help, naming, cards }: Model, does: Does): void {
  const target = event.composedPath()[0];
  if (isTyping(event)) return;
  const deed = () => {
    const { key } = event;
    if (!isPlain(event)) return isCommand(event) && key.toLowerCase() === 'z' && !event.shiftKey ? does.undo : null;
    if (key === '?') return does.help;
    if (key === 'Escape')
      return help
        ? does.help
        : naming
          ? () => does.naming(false)
          : cards.opened || cards.back > 0
            ? () => does.look(-1)
            : null;
    if (!task) return null;
    if (/^[1-9]$/.test(key)) {
      const label = task.classes[Number(key) - 1];
      return label === undefined ? null : () => does.decide(label);
    }
    switch (key.toLowerCase()) {
      case ' ':
        return target instanceof HTMLElement && target.closest('button, a, summary, vscode-button')
          ? null
          : () => does.decide(null);
      case 's':
        return () => does.decide(null);
      case 'u':
        return does.undo;
      case 'm':
        return does.reveal;
      case 'arrowleft':
        return () => does.look(1);
      case 'arrowright':
        return () => does.look(-1);
      default:
        return null;
    }
  };
  const found = deed();
  // A key that is held down decides once.
  if (!found) return;
  take(event);
  if (!event.repeat) found();
}
