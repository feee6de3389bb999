/** Scans slices of logs and writes them as Parquet, in a thread of its own, one slice after the other. */
import { fstatSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../base/errors.ts';
import type { TextColumn } from '../../parquet/textColumn.ts';
import type { ReadHandle } from '../heldFiles.ts';
import { chunkBytes, copyLines } from '../lineSlices.ts';
import { ScannedLines } from '../scannedLines.ts';
import { scannerFor } from '../scannerFor.ts';
import type { ScanAnswer, ScanRequest, ScanSetup } from './messages.ts';

const { source, schema } = workerData as ScanSetup;
const scanner = scannerFor(source, schema);
const spare: TextColumn[][] = [];
const buffer = Buffer.allocUnsafeSlow(chunkBytes);
// The thread is ended from outside.
const { signal } = new AbortController();
/** The lines of the slice that was scanned last, until it is released. */
let scanned: ScannedLines | null = null;

/** Reads here: Node's threads for files compress what was written before. */
function handleOf(fd: number): ReadHandle {
  return {
    read: async (...wanted) => ({ bytesRead: readSync(fd, ...wanted) }),
    stat: async () => fstatSync(fd),
  };
}

async function answerTo(request: Exclude<ScanRequest, { kind: 'release' }>): Promise<ScanAnswer> {
  if (request.kind === 'write') {
    if (scanned === null) throw new RangeError('Nothing is scanned.');
    return { kind: 'written', ...(await scanned.write(request.path, request.part)) };
  }
  if (scanner === null) throw new RangeError(`Nothing scans the format ${source.format}.`);
  const lines = new ScannedLines(scanner, spare);
  const slice = await copyLines({ handle: handleOf(request.fd), size: request.end }, request.from, '', {
    encoding: source.encoding ?? 'utf-8',
    continued: null,
    isFinished: false,
    scanned: lines,
    buffer,
    signal,
  });
  if (slice === null || slice === 'changed' || (slice.end < request.end && !lines.isFutile)) {
    lines.release();
    return { kind: 'changed' };
  }
  scanned = lines;
  const { scanned: _scanned, path: _path, ...rest } = slice;
  return { kind: 'scanned', slice: rest, lines: lines.lines, isFutile: lines.isFutile, others: lines.others };
}

async function answer(request: ScanRequest): Promise<void> {
  if (request.kind === 'release') {
    scanned?.release();
    scanned = null;
    return;
  }
  const found = await answerTo(request).catch((error: unknown): ScanAnswer => {
    const { name, code } = error as NodeJS.ErrnoException;
    return { kind: 'failed', name: name ?? 'Error', message: messageOf(error), code: code ?? null };
  });
  parentPort?.postMessage(found, []);
}

parentPort?.on('message', (request: ScanRequest) => void answer(request));
