import { rowStep } from '../../ui/table/rowSteps.ts';

/** The action of a key in the table. */
export type KeyAction =
  | { do: 'move'; by: number; extend: boolean }
  | { do: 'select' | 'selectAll' | 'open' | 'star' | 'delete' | 'expand' | 'collapse' | 'undo' | 'redo' };

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const others: Record<string, Exclude<KeyAction, { do: 'move' }>['do']> = {
  ' ': 'select',
  Enter: 'open',
  s: 'star',
  Delete: 'delete',
  ArrowRight: 'expand',
  ArrowLeft: 'collapse',
};

/** Null for a key that the table does not use. `page` is the number of visible rows. */
export function keyAction(event: Pressed, page: number): KeyAction | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key === 'a' && !event.shiftKey) return { do: 'selectAll' };
    if (key === 'z') return { do: event.shiftKey ? 'redo' : 'undo' };
    return key === 'y' ? { do: 'redo' } : null;
  }
  const by = rowStep(event.key, page);
  if (by !== null) return { do: 'move', by, extend: event.shiftKey };
  const other = others[event.key];
  return other === undefined ? null : { do: other };
}
