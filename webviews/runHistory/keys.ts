import type { RunSummary } from '../../protocol/runs.ts';

export type KeyAction = { move: string } | { run: 'select' | 'open' | 'star' };

const page = 10;
const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };

/** What a key in the table means; null for one that is not the table's. */
export function keyAction(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>, rows: readonly RunSummary[], active: string | null): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const step = steps[event.key];
  if (step !== undefined) {
    const at = rows.findIndex((run) => run.runId === active);
    const run = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    return run ? { move: run.runId } : null;
  }
  if (event.key === ' ') return { run: 'select' };
  if (event.key === 'Enter') return { run: 'open' };
  return event.key === 's' ? { run: 'star' } : null;
}
