import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, ProjectError, WorkError, messageOf } from '../../base/errors.ts';

export interface RetryOptions {
  /** The failed operation, for the log: `https://… could not be downloaded`. */
  what: string;
  signal: AbortSignal;
  log: (line: string) => void;
  /** A measure of progress. After progress, failures are counted from zero. */
  achieved?: () => number;
  /** Number of attempts without progress before giving up. */
  attempts?: number;
  /** First pause in milliseconds. Each pause is twice the previous one, minus up to half at random. */
  firstMs?: number;
}

/** A transient error. `afterMs` is the pause that the server requests. */
export class PassingFault extends Error {
  readonly afterMs: number | null;
  constructor(message: string, afterMs: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.afterMs = afterMs;
  }
}

const longestPauseMs = 30_000;
/** A longer requested pause is reported to the user instead. */
const longestAskedMs = 120_000;

/**
 * Runs the work, and again with growing pauses while it fails with transient errors. WorkError and ProjectError are
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

/** Returns the message of an error; fetch hides its own behind `fetch failed`. */
export function reasonOf(error: unknown): string {
  const cause =
    error instanceof Error && error.cause instanceof Error && !(error instanceof PassingFault) ? error.cause : error;
  const inner = cause instanceof AggregateError && cause.errors.length > 0 ? (cause.errors as unknown[])[0] : cause;
  return messageOf(inner).replace(/\.$/, '');
}

/** Returns the milliseconds of a `Retry-After` header in seconds or as a date; null without one. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
