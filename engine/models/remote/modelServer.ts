import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, DataError, WorkError, checkCancelled } from '../../base/errors.ts';
import { reasonOf, retryAfterMs } from '../../data/sources/retry.ts';
import type { RemoteAddress } from './address.ts';
import { reasonIn } from './reasonIn.ts';

/** The answer of a server, whatever its status. */
export interface ServerAnswer {
  status: number;
  text: string;
}

/** The server refused rows because there are too many of them. */
export class TooLargeError extends WorkError {
  override name = 'TooLargeError';
}

/** A server that answers for a model. */
export interface ModelServer {
  /** The address for display. */
  shown: string;
  /** Sends a GET request. Returns any status; throws WorkError when no answer comes. */
  get(path: string, signal?: AbortSignal): Promise<ServerAnswer>;
  /** Sends a POST request without rows. Returns any status; throws WorkError when no answer comes. */
  post(path: string, body: unknown, signal?: AbortSignal): Promise<ServerAnswer>;
  /** The error for an answer that is not a success. */
  refusal(path: string, answer: ServerAnswer): WorkError;
  /**
   * Sends rows and returns the parsed answer. Throws DataError when the server refuses the rows, TooLargeError when
   * they are too many, WorkError when the server is at fault.
   */
  score(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
}

/** Time for one request. */
const timeoutMs = 60_000;
const mostBytes = 256 << 20;
const mostRedirects = 5;
/** Requests for one answer, when the server says when to try again. */
const attempts = 4;
const longestWaitMs = 30_000;

/** Connects to the server of an address. Throws WorkError when the variable of its token is not set. */
export function modelServer({ base, tokenEnv }: Pick<RemoteAddress, 'base' | 'tokenEnv'>): ModelServer {
  const shown = base.href.replace(/[?#].*$/, '').replace(/(?<!\/)\/+$/, '');
  const token = tokenEnv === null ? null : tokenIn(tokenEnv, shown);
  const hide = (text: string) => (token === null ? text : text.replaceAll(token, '[token]'));
  const send = async (method: 'GET' | 'POST', path: string, body: string | null, signal?: AbortSignal) => {
    const first = new URL(base);
    first.pathname = `${base.pathname.replace(/(?<!\/)\/+$/, '')}${path}`;
    for (let attempt = 1; ; attempt++) {
      checkCancelled(signal);
      const { response, limit } = await follow({ method, first, body, token, shown, signal });
      const answer = { status: response.status, text: await textOf(response, shown, limit, signal) };
      const pause = pauseBefore(response);
      if (pause === null || attempt === attempts) return answer;
      await wait(pause, undefined, signal ? { signal } : {}).catch(() => checkCancelled(signal));
    }
  };
  const refusal = (path: string, { status, text }: ServerAnswer): WorkError => {
    const message = `${shown}${path} answered ${status}: ${hide(reasonIn(text))}`;
    if (status === 413) return new TooLargeError(message);
    if (status === 401 || status === 403) return new WorkError(`${message} ${tokenAdvice(tokenEnv)}`);
    return status === 400 || status === 422 ? new DataError(message) : new WorkError(message);
  };
  return {
    shown,
    refusal,
    get: (path, signal) => send('GET', path, null, signal),
    post: (path, body, signal) => send('POST', path, JSON.stringify(body), signal),
    async score(path, body, signal) {
      const answer = await send('POST', path, JSON.stringify(body), signal);
      if (answer.status < 200 || answer.status > 299) throw refusal(path, answer);
      return parseAnswer(answer.text, `${shown}${path}`);
    },
  };
}

function tokenIn(variable: string, shown: string): string {
  const token = (process.env[variable] ?? '').trim();
  if (token === '')
    throw new WorkError(`The environment variable \`${variable}\` is not set; it holds the token of ${shown}.`);
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new WorkError(
      `The token in \`${variable}\` cannot be sent to ${shown}: it contains a space, a line break or a character outside ASCII.`,
    );
  return token;
}

function tokenAdvice(variable: string | null): string {
  return variable === null
    ? 'Name the environment variable with its token in `token_env`.'
    : `Check the token in the environment variable \`${variable}\`.`;
}

interface Sending {
  method: 'GET' | 'POST';
  first: URL;
  body: string | null;
  token: string | null;
  shown: string;
  signal: AbortSignal | undefined;
}

/** Sends a request and follows redirects within the same origin: rows and token are meant for no other server. */
async function follow(sending: Sending): Promise<{ response: Response; limit: AbortSignal }> {
  const { method, first, body, token, shown, signal } = sending;
  const limit = AbortSignal.timeout(timeoutMs);
  let at = first;
  for (let step = 0; ; step++) {
    let response: Response;
    try {
      response = await fetch(at, {
        method,
        body,
        redirect: 'manual',
        headers: {
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      throw unanswered(error, shown, limit, signal);
    }
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return { response, limit };
    await response.body?.cancel();
    const next = URL.canParse(location, at.href) ? new URL(location, at) : null;
    if (next === null || next.origin !== first.origin)
      throw new WorkError(
        `${shown} redirects to ${next === null ? 'an invalid address' : next.origin}. Rows are sent to no other server; write that address in \`address\` when it is the right one.`,
      );
    if (method === 'POST' && response.status < 307)
      throw new WorkError(
        `${shown} answers a request with rows with a redirect to ${next.pathname} (${response.status}). Write the address that takes the rows in \`address\`.`,
      );
    if (step === mostRedirects) throw new WorkError(`${shown} redirects more than ${mostRedirects} times.`);
    at = next;
  }
}

async function textOf(
  response: Response,
  shown: string,
  limit: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new WorkError(`The answer of ${shown} is larger than ${mostBytes >> 20} MB.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof WorkError ? error : unanswered(error, shown, limit, signal);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unanswered(error: unknown, shown: string, limit: AbortSignal, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return new CancelledError();
  if (limit.aborted) return new WorkError(`${shown} did not answer within ${timeoutMs / 1000} s.`, { cause: error });
  return new WorkError(`${shown} cannot be reached: ${reasonOf(error)}.`, { cause: error });
}

/**
 * Milliseconds until a request may be sent again; null when it may not. Only a server that names the time has scored
 * nothing for certain.
 */
function pauseBefore(response: Response): number | null {
  if (response.status !== 503 && response.status !== 429) return null;
  const ms = retryAfterMs(response.headers.get('retry-after'));
  return ms === null || ms > longestWaitMs ? null : ms;
}

/** Parses JSON, with NaN and infinities, which Python writes, as null. */
function parseAnswer(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(
        text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) => (token.startsWith('"') ? token : 'null')),
      );
    } catch {
      throw new WorkError(`${shown} did not answer with JSON: ${reasonIn(text)}`);
    }
  }
}
