import { isCommand, isPlain, isTyping, take } from '../ui/frame/keys.ts';
import type { Actions, Model } from './model.ts';

/** All keys with their actions, for the help. */
export const keyHelp: readonly [keys: string, actions: string][] = [
  ['1 – 9', 'Label with this class'],
  ['S or Space', 'Skip'],
  ['U or Ctrl+Z', 'Undo the last decision'],
  ['← →', 'Review your decisions; press a digit to change one'],
  ['M', 'Show or hide predictions of the model and the rules'],
  ['?', 'Show or hide this help'],
];

/** Runs the action of a key. Keys in fields are text, and Space on a button presses the button. */
export function keyAction(event: KeyboardEvent, { task, help, naming, cards }: Model, actions: Actions): void {
  const target = event.composedPath()[0];
  if (isTyping(event)) return;
  const deed = () => {
    const { key } = event;
    if (!isPlain(event)) return isCommand(event) && key.toLowerCase() === 'z' && !event.shiftKey ? actions.undo : null;
    if (key === '?') return actions.help;
    if (key === 'Escape')
      return help
        ? actions.help
        : naming
          ? () => actions.naming(false)
          : cards.opened || cards.back > 0
            ? () => actions.look(-1)
            : null;
    if (!task) return null;
    if (/^[1-9]$/.test(key)) {
      const label = task.classes[Number(key) - 1];
      return label === undefined ? null : () => actions.decide(label);
    }
    switch (key.toLowerCase()) {
      case ' ':
        return target instanceof HTMLElement && target.closest('button, a, summary, vscode-button')
          ? null
          : () => actions.decide(null);
      case 's':
        return () => actions.decide(null);
      case 'u':
        return actions.undo;
      case 'm':
        return actions.reveal;
      case 'arrowleft':
        return () => actions.look(1);
      case 'arrowright':
        return () => actions.look(-1);
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
