import { mkdirSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { DataError, WorkError } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { quoteLiteral } from '../quote.ts';
import { sourceFormat } from '../readSource.ts';
import type { Ask } from './fetchFile.ts';
import { fileStart, startBytes } from './fileStart.ts';

export interface RemoteStart {
  /** A file with the first records. */
  path: string;
  /** Nothing of the remote file was left out. */
  whole: boolean;
  /** Size of the remote file in bytes; null when the server does not tell. */
  size: number | null;
  /** The answer of the server, whose body is read. */
  response: Response;
  /** The file has its metadata and its first rows; other rows are missing. */
  sparse: boolean;
  notes: string[];
}

export interface RemoteRequest {
  ask: Ask;
  /** Throws for a response that is not a part of the file. */
  judge: (response: Response) => Promise<void> | void;
  /** Name of the local file, with the extension of its format. */
  nameOf: (response: Response) => string;
  /** Address for display, without secrets. */
  shown: string;
  folder: string;
  database: () => Promise<Database>;
  signal: AbortSignal;
}

/** Largest Parquet file, or first row group of one, that a preview fetches. */
const mostParquet = 32_000_000;
const tailBytes = 65_536;

/** Fetches the first records of a remote file by ranges of bytes, never the whole of a large file. */
export async function remoteStart(request: RemoteRequest): Promise<RemoteStart> {
  const { ask, judge, signal, folder, shown } = request;
  const response = await ask({ range: `bytes=0-${startBytes - 1}` }, signal);
  try {
    if (response.status === 416) throw new DataError(`${shown} is empty.`);
    await judge(response);
    const size = sizeOf(response);
    const name = request.nameOf(response);
    const isParquet = sourceFormat(name) === 'parquet';
    const most = isParquet && response.status !== 206 ? mostParquet : startBytes;
    const { content, ended } = await firstBytes(response, most);
    if (content.length === 0) throw new DataError(`${shown} is empty.`);
    const whole = size === null ? ended : content.length >= size;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    if (whole || !isParquet) writeFileSync(path, content);
    const common = { size, response, sparse: false, notes: [] };
    if (whole && isParquet) return { ...common, path, whole };
    if (isParquet) return { ...common, ...(await sparseParquet(request, path, content, size, response)) };
    const target = join(folder, 'start');
    mkdirSync(target, { recursive: true });
    const start = await fileStart(path, target, { cut: !whole });
    return { ...common, path: start.path, whole: whole && start.whole };
  } finally {
    await response.body?.cancel().catch(() => {});
  }
}

/** Writes a file of the same size with the footer and the first row group of a Parquet file in their places. */
async function sparseParquet(
  request: RemoteRequest,
  path: string,
  head: Buffer,
  size: number | null,
  response: Response,
): Promise<Pick<RemoteStart, 'path' | 'whole' | 'sparse' | 'notes'>> {
  if (size === null || response.status !== 206)
    throw new WorkError(
      `${request.shown} is larger than ${bytes(mostParquet)}, and its server does not send parts of a file, which a preview of Parquet needs. Run the stage to collect it.`,
    );
  const handle = await open(path, 'w');
  try {
    await handle.truncate(size);
    await handle.write(head, 0, head.length, 0);
    const tail = await part(request, Math.max(head.length, size - tailBytes), size, handle);
    const footer = tail.length >= 8 ? tail.readUInt32LE(tail.length - 8) + 8 : 0;
    if (footer > tail.length) {
      if (footer > mostParquet) throw new DataError(`${request.shown}: the footer of the Parquet file is damaged.`);
      await part(request, Math.max(head.length, size - footer), size - tail.length, handle);
    }
    const end = await firstGroupEnd(await request.database(), path);
    const tooLarge = end > mostParquet;
    if (!tooLarge && end > head.length) await part(request, head.length, end, handle);
    return {
      path,
      whole: false,
      sparse: true,
      notes: tooLarge ? [`The first row group has ${bytes(end)}, too much for a preview, so no rows are shown.`] : [],
    };
  } finally {
    await handle.close();
  }
}

/** Fetches a range of bytes into its place in the file. */
async function part(request: RemoteRequest, from: number, to: number, handle: FileHandle): Promise<Buffer> {
  if (to <= from) return Buffer.alloc(0);
  const response = await request.ask({ range: `bytes=${from}-${to - 1}` }, request.signal);
  try {
    await request.judge(response);
    const { content } = await firstBytes(response, to - from);
    if (response.status !== 206 || content.length !== to - from)
      throw new WorkError(`${request.shown} could not be read: the server sent a different part than requested.`);
    await handle.write(content, 0, content.length, from);
    return content;
  } finally {
    await response.body?.cancel().catch(() => {});
  }
}

async function firstGroupEnd(db: Database, path: string): Promise<number> {
  const start = 'least(data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset))';
  const [row] = await db.rows(
    `SELECT max(${start} + total_compressed_size) AS last FROM parquet_metadata(${quoteLiteral(path)}) WHERE row_group_id = 0`,
  );
  return Number(row?.['last'] ?? 0);
}

async function firstBytes(response: Response, most: number): Promise<{ content: Buffer; ended: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (response.body)
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      parts.push(chunk);
      size += chunk.length;
      if (size > most) break;
    }
  return { content: Buffer.concat(parts).subarray(0, most), ended: size <= most };
}

function sizeOf(response: Response): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (response.status === 206) return total === undefined ? null : Number(total);
  const length = response.headers.get('content-length');
  return length === null || response.headers.get('content-encoding') ? null : Number(length);
}
