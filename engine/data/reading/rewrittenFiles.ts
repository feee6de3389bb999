import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packingOf } from './fileStart.ts';
import type { JsonPath } from './jsonScan.ts';
import type { TextReading } from './readText.ts';
import { rewriteText } from './rewriteText.ts';
import { unpackFile } from './unpackFile.ts';
import { ownedByUser } from '../../base/ownedByUser.ts';
import { replaceFileSync } from '../../base/replaceFile.ts';

interface Rewritten {
  path: string;
  bytes: number;
  usedAt: number;
}

/** Rewritten files of this process by source, version and settings, the least recently used first. */
const files = new Map<string, Rewritten>();
let folder: string | null = null;

/** Bytes of rewritten files that are kept when they were not used for a while. */
const mostBytes = 2 ** 31;
const idleMs = 10 * 60_000;
const prefix = 'loopwright-read-';

/**
 * Returns the path of a text rewritten as UTF-8 with doubled quotes; a JSON text with the numbers of `exact` as strings. Each version of a file is rewritten once a process;
 * the copies are removed when the process ends, or by the next process when it was killed.
 */
export function rewrittenFile(reading: TextReading, exact: readonly JsonPath[] = []): string {
  const { file } = reading;
  const stats = statSync(file);
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        file,
        stats.size,
        stats.mtimeMs,
        stats.ino,
        reading.readAs,
        reading.lineEnd,
        reading.quotesBefore,
        reading.listing,
        exact,
      ]),
    )
    .digest('hex');
  const before = files.get(key);
  if (before && statSync(before.path, { throwIfNoEntry: false })) {
    files.delete(key);
    files.set(key, { ...before, usedAt: Date.now() });
    return before.path;
  }
  evict();
  const path = join(rewrittenFolder(), `${key.slice(0, 24)}.csv`);
  const beside = `${path}.tmp`;
  try {
    if (packingOf(file) === null) rewriteText(reading, file, beside, { exact });
    else {
      unpackFile(file, `${path}.raw`);
      rewriteText(reading, `${path}.raw`, beside, { exact });
    }
    replaceFileSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
    rmSync(`${path}.raw`, { force: true });
  }
  files.set(key, { path, bytes: statSync(path).size, usedAt: Date.now() });
  return path;
}

/** The folder of the rewritten files of this process. */
export function rewrittenFolder(): string {
  if (folder !== null && statSync(folder, { throwIfNoEntry: false })) return folder;
  removeLeftovers();
  const own = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  if (folder === null) process.once('exit', () => rmSync(folder ?? own, { recursive: true, force: true }));
  folder = own;
  return own;
}

/** Removes the folders of processes of this user that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(/^\d+/.exec(name.slice(prefix.length))?.[0]) : Number.NaN;
    if (Number.isNaN(pid) || pid === process.pid || isAlive(pid)) continue;
    const path = join(tmpdir(), name);
    // A process in another container has a number of its own.
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || Date.now() - stats.mtimeMs <= 3_600_000 || !ownedByUser(path)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It stays for the next process.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes copies that were not used for ten minutes, while all of them are large. */
function evict(): void {
  let bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
  for (const [key, file] of files) {
    if (bytes <= mostBytes) return;
    if (Date.now() - file.usedAt < idleMs) continue;
    rmSync(file.path, { force: true });
    files.delete(key);
    bytes -= file.bytes;
  }
}
