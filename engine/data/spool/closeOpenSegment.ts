import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { checkCancelled } from '../../base/errors.ts';
import { claimSpool, SpoolBusyError, spoolHolder } from './claimSpool.ts';
import { openEnding, recoverSegments, segmentsOf } from './segments.ts';

/** The file that asks the writer of a spool to close its segment. It removes the file when it has. */
export function closeRequest(folder: string): string {
  return join(folder, 'close');
}

const withinMs = 5000;

/**
 * Closes the open segment of a spool, so that its lines can be collected: asks its writer, or does it where the writer
 * is gone. A writer that does not answer within 5 s keeps its segment for the next time.
 */
export async function closeOpenSegment(folder: string, signal: AbortSignal): Promise<void> {
  if (segmentsOf(folder, openEnding).length === 0) return;
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    checkCancelled(signal);
    if (spoolHolder(folder) === null) {
      try {
        const claim = claimSpool(folder);
        try {
          recoverSegments(folder);
        } finally {
          claim.release();
        }
        return;
      } catch (error) {
        if (!(error instanceof SpoolBusyError)) throw error;
      }
    }
    writeFileSync(closeRequest(folder), '');
    while (existsSync(closeRequest(folder)) && spoolHolder(folder) !== null && Date.now() < until) {
      checkCancelled(signal);
      await wait(20);
    }
    if (!existsSync(closeRequest(folder))) return;
  }
}
