import { createHash } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { CancelledError, WorkError, messageOf } from '../errors.ts';

export interface DownloadOptions {
  url: string;
  /** Where the file goes; nothing stands there until it is whole. */
  path: string;
  sha256: string | null;
  signal: AbortSignal;
  progress: (text: string, share?: number) => void;
  log: (line: string) => void;
}

const attempts = 3;

/** Downloads a file, trying again after a network fault or a 5xx answer. Throws WorkError with the address and the reason. */
export async function download(options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(options);
    } catch (error) {
      if (options.signal.aborted) throw new CancelledError();
      if (attempt === attempts || error instanceof WorkError) throw error instanceof WorkError ? error : new WorkError(`${options.url} could not be downloaded: ${reason(error)}`, { cause: error });
      options.log(`download failed (${reason(error)}), trying again`);
      await wait(500 * 2 ** (attempt - 1), undefined, { signal: options.signal });
    }
  }
}

async function once({ url, path, sha256, signal, progress }: DownloadOptions): Promise<void> {
  const response = await fetch(url, { signal });
  if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
  if (!response.ok || !response.body) throw new WorkError(`${url} could not be downloaded: the server answered ${response.status} ${response.statusText}.`);
  const total = Number(response.headers.get('content-length') ?? 0);
  const temporary = `${path}.${process.pid}.tmp`;
  const hash = createHash('sha256');
  let bytes = 0;
  const count = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      progress(`downloading ${url}`, total > 0 ? Math.min(1, bytes / total) : undefined);
      yield chunk;
    }
  };
  try {
    await pipeline(response.body, count, createWriteStream(temporary), { signal });
    if (total > 0 && bytes !== total && !response.headers.get('content-encoding')) throw new Error(`${bytes} of ${total} bytes arrived`);
    const found = hash.digest('hex');
    if (sha256 !== null && found !== sha256) throw new WorkError(`${url} is not the file that was expected: its SHA-256 is ${found}, declared is ${sha256}.`);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause);
}
