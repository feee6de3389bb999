import type { Place, Problem } from '../../protocol/problem.ts';

/** The user's project or command is wrong; the CLI exits with 2. */
export class ProjectError extends Error {
  override name = 'ProjectError';
  readonly problems: Problem[];
  constructor(message: string, problems: Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/** A folder and its parents contain no project. */
export class NoProjectError extends ProjectError {
  override name = 'NoProjectError';
  readonly folder: string;
  constructor(folder: string, message: string) {
    super(message);
    this.folder = folder;
  }
}

/** The work failed or a gate did not pass; the CLI exits with 1. `place` is the location to show to the user. */
export class WorkError extends Error {
  override name = 'WorkError';
  readonly place: Partial<Place> | null;
  constructor(message: string, options: { cause?: unknown; place?: Partial<Place> } = {}) {
    super(message, { cause: options.cause });
    this.place = options.place ?? null;
  }
}

/** Data cannot be read or does not match its declaration. The message names the file and, when known, the row. */
export class DataError extends WorkError {
  override name = 'DataError';
}

/** The reason why the store of a project cannot be used. */
export type StoreFault = 'busy' | 'full' | 'readonly' | 'damaged' | 'other';

/** The store of a project cannot be used. Further operations on it would fail too. */
export class StoreError extends WorkError {
  readonly fault: StoreFault;
  constructor(fault: StoreFault, message: string, options: ConstructorParameters<typeof WorkError>[1] = {}) {
    super(message, options);
    this.fault = fault;
  }
}

/** The user cancelled the operation; the CLI exits with 130. */
export class CancelledError extends Error {
  override name = 'CancelledError';
  constructor(message = 'cancelled') {
    super(message);
  }
}

/** Throws CancelledError when the signal is aborted. */
export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** Returns the message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True when an error or its cause says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ENOSPC') || isDiskFull(error.cause);
}
