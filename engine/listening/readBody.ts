import type { IncomingMessage } from 'node:http';
import { BodyRefused, tooLarge } from './readEvents.ts';

/** Part of a budget that one request holds. */
export interface HeldBytes {
  /** Holds more bytes. Throws BodyRefused with status 429 when the budget is spent. */
  add(bytes: number): void;
  release(): void;
}

/** Bytes that requests may hold together: a server answers 429 before its memory grows. */
export class BodyBudget {
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get used(): number {
    return this.#used;
  }

  hold(): HeldBytes {
    let own = 0;
    return {
      add: (bytes) => {
        if (own + bytes > 0 && this.#used + bytes > this.#most)
          throw new BodyRefused(429, 'More events arrive than the disk takes. Send them again later.');
        this.#used += bytes;
        own += bytes;
      },
      release: () => {
        this.#used -= own;
        own = 0;
      },
    };
  }
}

/** Reads the body of a request. Throws BodyRefused when it is too large, when memory is spent, or when it ends early. */
export async function readBody(request: IncomingMessage, held: HeldBytes, mostBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > mostBytes) throw new BodyRefused(413, tooLarge(mostBytes));
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const stop = (error: Error) => {
      request.off('data', onData).off('end', onEnd);
      request.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      try {
        if (bytes > mostBytes) throw new BodyRefused(413, tooLarge(mostBytes));
        held.add(chunk.length);
      } catch (error) {
        stop(error as Error);
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, bytes));
    request.on('data', onData).on('end', onEnd);
    const early = () => stop(new BodyRefused(400, 'The connection ended before the body did.'));
    request.once('aborted', early).once('error', early);
  });
}
