import { setTimeout as wait } from 'node:timers/promises';
import { StoreError, checkCancelled } from '../base/errors.ts';
import type { Sql } from './sql.ts';

/** SQLite waits this long for a lock, and this process with it. */
export const lockedMs = 2;
/** Time for other work of this process until a locked store is tried again. */
export const retryMs = 20;

/**
 * Runs a function in one transaction as soon as no other process locks the store. This process does other work
 * meanwhile, where `sql.write` waits. Throws StoreError when the store is locked for longer than `withinMs`, and
 * CancelledError.
 */
export async function writeWhenFree(
  sql: Pick<Sql, 'tryWrite'>,
  work: () => void,
  { withinMs, signal }: { withinMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const start = performance.now();
  while (!sql.tryWrite(lockedMs, work)) {
    if (performance.now() - start > withinMs) throw lockedError(withinMs);
    await wait(retryMs);
    checkCancelled(signal);
  }
}

export function lockedError(ms: number): StoreError {
  return new StoreError('busy', `The store was locked by another process for ${ms / 1000} s. Try again.`);
}
