import { setTimeout as pause } from 'node:timers/promises';

/**
 * Milliseconds. In CI the suites share the cores, Wine is slow, and waiting longer costs nothing where nothing is wrong.
 */
const patience = process.env['CI'] || process.platform === 'win32' ? 60_000 : 15_000;

/** Waits until the condition gives something true, and gives that; fails after the limit with what was waited for. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = patience,
): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs;
  // Asking can be dear, as of a page; who has waited long can wait a little longer.
  for (let pauseMs = 10; ; pauseMs = Math.min(50, pauseMs * 1.3)) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await pause(pauseMs);
  }
}
