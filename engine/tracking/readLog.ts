import { closeSync, openSync, readSync } from 'node:fs';
import { logPath, type Store } from './store.ts';

const most = 256 * 1024;

/** A part of a stage's log from a byte offset, at most 256 kB; `done` when the stage ended and nothing is left. */
export function readLog(store: Store, runId: string, stage: string, offset: number): { text: string; next: number; done: boolean } {
  const running = store.sql.get<{ n: number }>(`SELECT count(*) AS n FROM run_stages WHERE run_id = ? AND stage = ? AND status = 'running'`, runId, stage)?.n === 1;
  let handle: number;
  try {
    handle = openSync(logPath(store, runId, stage), 'r');
  } catch {
    return { text: '', next: 0, done: !running };
  }
  try {
    const buffer = Buffer.alloc(most);
    const start = Math.max(0, offset);
    let bytes = readSync(handle, buffer, 0, most, start);
    // A character cut in two waits for its other half.
    if (bytes === most) while (bytes > most - 4 && ((buffer[bytes - 1] ?? 0) & 0x80) !== 0) bytes--;
    return { text: buffer.toString('utf8', 0, bytes), next: start + bytes, done: !running && bytes < most };
  } finally {
    closeSync(handle);
  }
}
