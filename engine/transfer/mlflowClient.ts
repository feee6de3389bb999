import { setTimeout as wait } from 'node:timers/promises';
import { WorkError, messageOf } from '../base/errors.ts';

export type Json = Record<string, unknown>;

/** A refusal of a server, with MLflow's error code if there is one. */
export class RefusedError extends WorkError {
  override name = 'RefusedError';
  readonly status: number;
  readonly code: string;
  constructor(message: string, status: number, code: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Calls of a tracking server. */
export interface MlflowClient {
  uri: string;
  get(path: string, query: Record<string, string | number | undefined>): Promise<Json>;
  post(path: string, body: Json, options?: { once?: boolean }): Promise<Json>;
  patch(path: string, body: Json): Promise<Json>;
  delete(path: string, body: Json): Promise<Json>;
  /** Sends a file to the server's artifacts; `path` is below `mlflow-artifacts:/`. */
  put(path: string, body: Blob): Promise<void>;
  /** Downloads a file of the server's artifacts as a stream. */
  download(path: string): Promise<ReadableStream<Uint8Array>>;
}

const attempts = 4;

/**
 * A client for a server, with credentials from the environment as MLflow's own clients. Retries after overload and
 * broken connections.
 */
export function mlflowClient(
  address: string,
  env: Record<string, string | undefined>,
  signal?: AbortSignal,
): MlflowClient {
  const url = new URL(address);
  const authorization = env['MLFLOW_TRACKING_TOKEN']
    ? `Bearer ${env['MLFLOW_TRACKING_TOKEN']}`
    : env['MLFLOW_TRACKING_USERNAME']
      ? `Basic ${Buffer.from(`${env['MLFLOW_TRACKING_USERNAME']}:${env['MLFLOW_TRACKING_PASSWORD'] ?? ''}`).toString('base64')}`
      : url.username
        ? `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`
        : null;
  url.username = '';
  url.password = '';
  const base = url.href.replace(/[?#].*$/, '').replace(/(?<!\/)\/+$/, '');
  const call = async (
    method: string,
    path: string,
    body: string | Blob | undefined,
    type: string,
    once = false,
  ): Promise<Json> => {
    for (let attempt = 1; ; attempt++) {
      let response: Response;
      try {
        response = await fetch(`${base}${path}`, {
          method,
          body,
          headers: {
            ...(body === undefined ? {} : { 'Content-Type': type }),
            ...(authorization ? { Authorization: authorization } : {}),
          },
          signal,
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (!once && attempt < attempts) {
          await wait(250 * 2 ** attempt, undefined, signal ? { signal } : {});
          continue;
        }
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
        throw new WorkError(
          `The server ${base} cannot be reached: ${cause}. Everything sent so far is kept; run the command again to continue.`,
          { cause: error },
        );
      }
      const text = await response.text();
      if (response.ok) return text === '' ? {} : parsed(text, base);
      if ((response.status === 429 || response.status >= 502) && !once && attempt < attempts) {
        await wait(250 * 2 ** attempt, undefined, signal ? { signal } : {});
        continue;
      }
      throw refused(text, response.status, `${method} ${path.split('?')[0]}`, base);
    }
  };
  return {
    uri: base,
    get: (path, query) => {
      const params = new URLSearchParams(
        Object.entries(query).flatMap(([key, value]): [string, string][] =>
          value === undefined ? [] : [[key, String(value)]],
        ),
      );
      return call('GET', `/api/2.0/mlflow/${path}?${params.toString()}`, undefined, '');
    },
    post: (path, body, options) =>
      call('POST', `/api/2.0/mlflow/${path}`, JSON.stringify(body), 'application/json', options?.once ?? false),
    patch: (path, body) => call('PATCH', `/api/2.0/mlflow/${path}`, JSON.stringify(body), 'application/json'),
    delete: (path, body) => call('DELETE', `/api/2.0/mlflow/${path}`, JSON.stringify(body), 'application/json'),
    download: async (path) => {
      const response = await fetch(
        `${base}/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
        { headers: authorization ? { Authorization: authorization } : {}, ...(signal ? { signal } : {}) },
      );
      if (!response.ok || !response.body) throw refused(await response.text(), response.status, `GET ${path}`, base);
      return response.body;
    },
    put: async (path, body) =>
      void (await call(
        'PUT',
        `/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
        body,
        'application/octet-stream',
      )),
  };
}

function parsed(text: string, base: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new WorkError(`${base} does not answer like an MLflow server: ${JSON.stringify(text.slice(0, 80))}.`);
  }
}

function refused(text: string, status: number, what: string, base: string): RefusedError {
  let code = '';
  let message = text.slice(0, 300).trim();
  try {
    const body = JSON.parse(text) as { error_code?: string; message?: string };
    code = body.error_code ?? '';
    // The message of a database error contains the whole statement.
    message = body.message?.slice(0, 400) ?? message;
  } catch {
    // A proxy answers with another content type.
  }
  const advice =
    status === 401 || status === 403
      ? ' Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
      : '';
  return new RefusedError(`${base} refused ${what} (${status}): ${message}${advice}`, status, code);
}
