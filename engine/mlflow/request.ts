import type { Store } from '../store/store.ts';
import { invalid } from './mlflowError.ts';

/** The stage run of a client, identified by its token. */
export interface StageClient {
  runId: string;
  stage: string;
}

/** A call of the protocol: the JSON body, or the query of a GET. */
export interface Call {
  store: Store;
  body: Record<string, unknown>;
  stage: StageClient | null;
  /** The process of the client, where the system reports it. */
  client: () => { pid: number; started: string | null } | null;
  /** The same, where the system reports it with a delay. */
  clientLater: () => Promise<{ pid: number; started: string | null } | null>;
  /** Moves the alias of a validated model through its gates; throws when they fail. */
  promote: (model: string, version: number) => void;
}

export type Handler = (call: Call) => Record<string, unknown>;

/**
 * The text of a field. Throws MlflowError when it is missing; protobuf does not distinguish missing and empty texts.
 */
export function text(body: Record<string, unknown>, ...names: string[]): string {
  const found = optionalText(body, ...names);
  if (found === undefined || found === '')
    throw invalid(
      `Missing value for required parameter '${names[0]}'. See the API docs for more information about request parameters.`,
    );
  return found;
}

export function optionalText(body: Record<string, unknown>, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'string') return value;
    throw invalid(
      `Invalid value ${show(value)} for parameter '${name}' supplied:  Hint: Value was of type '${typeof value}'. See the API docs for more information about request parameters.`,
    );
  }
  return undefined;
}

/** A 64-bit integer, which may be text in JSON. */
export function optionalInteger(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) < 2 ** 63))
    throw invalid(
      `Invalid value ${show(value)} for parameter '${name}' supplied. See the API docs for more information about request parameters.`,
    );
  return Math.trunc(number);
}

export function list(body: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const given = body[name];
  if (given !== undefined && given !== null && !Array.isArray(given))
    throw invalid(
      `Invalid value ${show(given)} for parameter '${name}' supplied:  Hint: Value was of type '${typeof given}'. See the API docs for more information about request parameters.`,
    );
  return rawList(body, name).map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw invalid(
        `Invalid value ${show(item)} for parameter '${name}' supplied. See the API docs for more information about request parameters.`,
      );
    return item as Record<string, unknown>;
  });
}

export function texts(body: Record<string, unknown>, name: string): string[] {
  return rawList(body, name).map((item) => {
    if (typeof item === 'number') return String(item);
    if (typeof item !== 'string')
      throw invalid(
        `Invalid value ${show(item)} for parameter '${name}' supplied. See the API docs for more information about request parameters.`,
      );
    return item;
  });
}

function rawList(body: Record<string, unknown>, name: string): unknown[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  // In a query, a list of one is written as its item.
  return Array.isArray(value) ? value : [value];
}

/** A value for an error message. */
export function show(value: unknown): string {
  const written = JSON.stringify(value) ?? 'nothing';
  return written.length > 200 ? `${written.slice(0, 200)}…` : written;
}

/** The start of the next page, as a token that clients return. */
export function pageToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64');
}

export function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { offset?: unknown };
    if (typeof offset === 'number' && Number.isInteger(offset) && offset >= 0) return offset;
  } catch {
    // Reported below.
  }
  throw invalid('Invalid page token, could not decode.');
}

/** The page size within its limits. */
export function pageSize(body: Record<string, unknown>, usual: number, most: number): number {
  const size = optionalInteger(body, 'max_results') ?? usual;
  if (size < 1 || size > most)
    throw invalid(
      `Invalid value ${size} for parameter 'max_results' supplied. It must be at least 1 and at most ${most}.`,
    );
  return size;
}
