import { createWriteStream, existsSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { WorkError } from '../../base/errors.ts';
import { writeAtomic } from '../../base/writeAtomic.ts';
import { hashFile } from '../hashFile.ts';
import { PassingFault, retryAfterMs, withRetries } from './retry.ts';
import { replaceFileSync } from '../../base/replaceFile.ts';

/** Sends the request with these headers in addition to its own, and returns the response after redirects. */
export type Ask = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;

export interface FileRequest {
  /** Address for display, without secrets. */
  shown: string;
  ask: Ask;
  /**
   * Path of the complete file. Until then, `.part` beside it contains the received bytes, and `.json` the response
   * headers.
   */
  path: string;
  /** Expected SHA-256 of the file. */
  sha256?: string | null;
  /** Downloads the whole file even if a copy exists. */
  anew?: boolean;
  /** Throws when the received file differs from the file on the server. */
  check?: (file: FetchedFile, response: Response) => Promise<void> | void;
  signal: AbortSignal;
  progress: (text: string, share?: number) => void;
  log: (line: string) => void;
  attempts?: number;
}

/** Metadata of a complete file. */
export interface FetchedFile {
  sha256: string;
  bytes: number;
  etag: string | null;
  lastModified: string | null;
  contentType: string | null;
}

const bodyIdleMs = 120_000;

/**
 * Downloads a file over HTTP unless the server reports that the existing copy is current. Resumes an interrupted
 * download, also of an earlier process. Rejects with WorkError or CancelledError.
 */
export async function fetchFile(request: FileRequest): Promise<FetchedFile & { changed: boolean }> {
  mkdirSync(dirname(request.path), { recursive: true });
  const here = request.anew ? null : await fileHere(request.path);
  if (here && request.sha256 && here.sha256 === request.sha256) return { ...here, changed: false };
  if (request.anew) for (const left of [partOf(request.path), noteOf(request.path)]) rmSync(left, { force: true });
  const options = {
    what: `${request.shown} could not be downloaded`,
    signal: request.signal,
    log: request.log,
    achieved: () => sizeOf(partOf(request.path)),
    attempts: request.attempts,
  };
  return withRetries(options, () => once(request, here));
}

async function once(request: FileRequest, here: FetchedFile | null): Promise<FetchedFile & { changed: boolean }> {
  const { shown, path, signal } = request;
  const idle = new AbortController();
  const both = AbortSignal.any([signal, idle.signal]);
  const part = partOf(path);
  // A link that came with the folder would lead what is received to another file.
  if (lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink()) dropPart(path);
  const left = leftOver(path);
  // For a range request, fetch adds `identity` itself; it would be sent twice.
  const headers: Record<string, string> = left
    ? { range: `bytes=${left.bytes}-`, 'if-range': left.validator }
    : { 'accept-encoding': 'identity' };
  if (left) request.log(`${shown}: going on after ${left.bytes.toLocaleString('en-US')} bytes`);
  else if (here?.etag) headers['if-none-match'] = here.etag;
  else if (here?.lastModified) headers['if-modified-since'] = here.lastModified;
  const response = await request.ask(headers, both);
  try {
    if (response.status === 304 && here) return { ...here, changed: false };
    // The received part can already be the whole file, or longer than the new one.
    if (response.status === 416) dropPart(path);
    judgeStatus(shown, response);
    const from = response.status === 206 ? (rangeStart(response) ?? -1) : 0;
    if (response.status === 206 && from !== left?.bytes) {
      dropPart(path);
      throw new PassingFault('the server sent a different part of the file than requested');
    }
    const total = totalOf(response, from);
    noteValidator(path, response);
    await receive(response, part, { from, total, ...request, signal: both, touch: stopWhenIdle(idle) });
    const bytes = sizeOf(part);
    if (total !== null && bytes !== total)
      throw new PassingFault(`${bytes.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} bytes arrived`);
    const { hash } = await hashFile(part);
    const file: FetchedFile = {
      sha256: hash,
      bytes,
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
      contentType: response.headers.get('content-type'),
    };
    if (request.sha256 && hash !== request.sha256) {
      dropPart(path);
      throw new WorkError(
        `${shown} is not the expected file: its SHA-256 is ${hash}, but ${request.sha256} is declared.`,
      );
    }
    try {
      await request.check?.(file, response);
    } catch (error) {
      dropPart(path);
      throw error;
    }
    replaceFileSync(part, path);
    writeAtomic(noteOf(path), JSON.stringify(file));
    rmSync(validatorOf(path), { force: true });
    return { ...file, changed: here?.sha256 !== hash };
  } catch (error) {
    throw idle.signal.aborted && !signal.aborted
      ? new PassingFault(`no data arrived for ${bodyIdleMs / 1000} s`)
      : error;
  } finally {
    idle.abort();
    await response.body?.cancel().catch(() => {});
  }
}

/** Starts a timer that aborts when it is not reset in time. It does nothing after an abort. */
function stopWhenIdle(idle: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined;
  idle.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return () => {
    clearTimeout(timer);
    if (!idle.signal.aborted) timer = setTimeout(() => idle.abort(), bodyIdleMs);
  };
}

async function receive(
  response: Response,
  part: string,
  options: {
    from: number;
    total: number | null;
    shown: string;
    signal: AbortSignal;
    progress: FileRequest['progress'];
    touch: () => void;
  },
): Promise<void> {
  if (!response.body) throw new PassingFault('the answer has no body');
  const { from, total, shown, signal, progress, touch } = options;
  let bytes = from;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    touch();
    for await (const chunk of chunks) {
      touch();
      bytes += chunk.length;
      progress(`downloading ${shown}`, total === null ? undefined : Math.min(1, bytes / total));
      yield chunk;
    }
  };
  await pipeline(response.body, counted, createWriteStream(part, { flags: from > 0 ? 'a' : 'w' }), { signal });
}

/** Throws for a response that is not a file: PassingFault when a later request may succeed, otherwise WorkError. */
export function judgeStatus(shown: string, response: Response): void {
  const { status } = response;
  if (status === 200 || status === 206) return;
  const answer = `the server answered ${status}${response.statusText ? ` ${response.statusText}` : ''}`;
  if (status === 416) throw new PassingFault(answer);
  if (status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501))
    throw new PassingFault(answer, retryAfterMs(response.headers.get('retry-after')));
  const advice =
    status === 401 || status === 403
      ? ' Add the credentials, such as `headers: { Authorization: "Bearer ${env.TOKEN}" }`.'
      : status === 404 || status === 410
        ? ' Correct the address.'
        : '';
  throw new WorkError(`${shown} could not be downloaded: ${answer}.${advice}`);
}

/** Returns the metadata of the file at the path, when it still matches them. */
export async function fileHere(path: string): Promise<FetchedFile | null> {
  const note = readJson(noteOf(path)) as FetchedFile | null;
  if (!note || sizeOf(path) !== note.bytes) return null;
  return (await hashFile(path)).hash === note.sha256 ? note : null;
}

/**
 * Returns the received start of an interrupted download, when a validator exists to check that the file is the same.
 */
function leftOver(path: string): { bytes: number; validator: string } | null {
  const validator = (readJson(validatorOf(path)) as { validator?: string } | null)?.validator;
  const bytes = sizeOf(partOf(path));
  if (validator !== undefined && bytes > 0) return { bytes, validator };
  dropPart(path);
  return null;
}

/** A weak ETag does not guarantee the same bytes. */
function noteValidator(path: string, response: Response): void {
  const etag = response.headers.get('etag');
  const validator = etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
  if (response.status === 206) return;
  dropPart(path);
  if (validator !== null && !response.headers.get('content-encoding'))
    writeAtomic(validatorOf(path), JSON.stringify({ validator }));
}

function rangeStart(response: Response): number | null {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? null : Number(start);
}

function totalOf(response: Response, from: number): number | null {
  const length = response.headers.get('content-length');
  return length === null || response.headers.get('content-encoding') ? null : from + Number(length);
}

function dropPart(path: string): void {
  for (const left of [partOf(path), validatorOf(path)]) rmSync(left, { force: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readJson(path: string): unknown {
  try {
    return existsSync(path) ? (JSON.parse(readRegularFile(path).toString()) as unknown) : null;
  } catch {
    return null;
  }
}

const partOf = (path: string) => `${path}.part`;
const validatorOf = (path: string) => `${path}.part.json`;
const noteOf = (path: string) => `${path}.json`;
