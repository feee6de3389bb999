/** What a key in the table means. */
export type KeyAction =
  | { do: 'move'; by: number; extend: boolean }
  | { do: 'select' | 'selectAll' | 'open' | 'star' | 'delete' | 'expand' | 'collapse' | 'undo' | 'redo' };

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, Home: -Infinity, End: Infinity };
const others: Record<string, Exclude<KeyAction, { do: 'move' }>['do']> = {
  ' ': 'select',
  Enter: 'open',
  s: 'star',
  Delete: 'delete',
  ArrowRight: 'expand',
  ArrowLeft: 'collapse',
};

/** Null for a key that is not the table's. `page` is the number of rows in sight. */
export function keyAction(event: Pressed, page: number): KeyAction | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key === 'a' && !event.shiftKey) return { do: 'selectAll' };
    if (key === 'z') return { do: event.shiftKey ? 'redo' : 'undo' };
    return key === 'y' ? { do: 'redo' } : null;
  }
  const by = event.key === 'PageDown' ? page : event.key === 'PageUp' ? -page : steps[event.key];
  if (by !== undefined) return { do: 'move', by, extend: event.shiftKey };
  const other = others[event.key];
  return other === undefined ? null : { do: other };
}
