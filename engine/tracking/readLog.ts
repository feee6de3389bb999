import { closeSync, fstatSync, readFileSync, readSync } from 'node:fs';
import { openInside } from '../base/openInside.ts';
import type { EngineRequests } from '../../protocol/engineHost.ts';
import { logPath, openLogPath, type Store } from '../store/store.ts';

const most = 256 * 1024;
/** Bytes of lines that are not complete. */
const mostOpen = 50 << 20;

/**
 * A part of a stage's log, or of its standard error, from a byte offset, at most 256 kB; `done` when the stage ended
 * and nothing is left. `open` are lines that are incomplete or may still change.
 */
export function readLog(
  store: Store,
  runId: string,
  stage: string,
  offset: number,
  stream: 'all' | 'stderr' = 'all',
): EngineRequests['runs/log']['result'] {
  const running =
    store.sql.get<{ n: number }>(
      `SELECT count(*) AS n FROM run_stages WHERE run_id = ? AND stage = ? AND status = 'running'`,
      runId,
      stage,
    )?.n === 1;
  const handle = opened(store, () => logPath(store, runId, stage, stream));
  if (handle === null) return { text: '', next: 0, done: !running, ...openRows(store, runId, stage, stream) };
  try {
    const buffer = Buffer.alloc(most);
    const start = Math.max(0, offset);
    const found = readSync(handle, buffer, 0, most, start);
    const ended = !running && found < most;
    const bytes = ended ? found : wholeCharacters(buffer, found);
    return {
      text: buffer.toString('utf8', 0, bytes),
      next: start + bytes,
      done: ended,
      ...openRows(store, runId, stage, stream),
    };
  } finally {
    closeSync(handle);
  }
}

/** A killed stage leaves its last lines open. */
function openRows(store: Store, runId: string, stage: string, stream: 'all' | 'stderr'): { open?: string } {
  const handle = opened(store, () => openLogPath(store, runId, stage));
  if (handle === null) return {};
  try {
    if (fstatSync(handle).size > mostOpen) return {};
    const { stdout = [], stderr = [] } = JSON.parse(readFileSync(handle, 'utf8')) as Partial<
      Record<'stdout' | 'stderr', string[]>
    >;
    const open = [...(stream === 'all' ? stdout : []), ...stderr].join('\n');
    return open === '' ? {} : { open };
  } catch {
    return {};
  } finally {
    closeSync(handle);
  }
}

/** A log that is open; null for one that is not there. A link could lead to any file of this user, a pipe never ends. */
function opened(store: Store, path: () => string): number | null {
  try {
    return openInside(store.folder, path());
  } catch {
    return null;
  }
}

/** The number of bytes that are complete UTF-8 characters: a character that was cut waits for its rest. */
function wholeCharacters(buffer: Buffer, length: number): number {
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = buffer[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? length - back : length;
  }
  return length;
}
