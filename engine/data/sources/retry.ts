import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, ProjectError, WorkError, messageOf } from '../../base/errors.ts';

export interface RetryOptions {
  /** What is tried, for the log: `https://… could not be downloaded`. */
  what: string;
  signal: AbortSignal;
  log: (line: string) => void;
  /** A number that grows with what was achieved: failures after some progress count anew. */
  achieved?: () => number;
  /** Tries without progress before giving up. */
  attempts?: number;
  /** The first pause in milliseconds; each is twice the one before, less up to a half by chance. */
  firstMs?: number;
}

/** A fault that may pass. `afterMs` is how long the other side asks to wait. */
export class PassingFault extends Error {
  readonly afterMs: number | null;
  constructor(message: string, afterMs: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.afterMs = afterMs;
  }
}

const longestPauseMs = 30_000;
/** Who asks for a longer pause is told to the person instead. */
const longestAskedMs = 120_000;

/**
 * Does the work, and again with growing pauses while it fails for reasons that may pass. A WorkError or ProjectError is
 * final.
 */
export async function withRetries<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { what, signal, log, achieved = () => 0, attempts = 4, firstMs = 500 } = options;
  let failures = 0;
  let reached = achieved();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || error instanceof CancelledError) throw new CancelledError();
      if (error instanceof WorkError || error instanceof ProjectError) throw error;
      if (achieved() > reached) failures = 0;
      reached = achieved();
      failures++;
      const asked = error instanceof PassingFault ? error.afterMs : null;
      if (failures >= attempts || (asked ?? 0) > longestAskedMs) {
        const more =
          asked !== null && asked > longestAskedMs
            ? ` and asks to come back in ${Math.ceil(asked / 60_000)} min`
            : attempts > 1
              ? ` (tried ${failures} times)`
              : '';
        throw new WorkError(`${what}: ${reasonOf(error)}${more}.`, { cause: error });
      }
      const pause = asked ?? Math.min(longestPauseMs, firstMs * 2 ** (failures - 1)) * (1 - Math.random() / 2);
      log(`${what} (${reasonOf(error)}), trying again in ${(pause / 1000).toFixed(1)} s`);
      await wait(pause, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }
}

/** The words of an error; fetch hides its own behind `fetch failed`. */
export function reasonOf(error: unknown): string {
  const cause =
    error instanceof Error && error.cause instanceof Error && !(error instanceof PassingFault) ? error.cause : error;
  const inner = cause instanceof AggregateError && cause.errors.length > 0 ? (cause.errors as unknown[])[0] : cause;
  return messageOf(inner).replace(/\.$/, '');
}

/** Milliseconds of a `Retry-After` header: seconds or a date; null without one. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
