import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

export interface Sent {
  /** HTTP status; 0 when no answer came. */
  status: number;
  rows: number;
  error: string | null;
}

/**
 * Sends rows to a deployment over kept-alive connections. Never throws: what went wrong is in the answer, so that it
 * can be counted.
 */
export class PredictClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #url: URL;
  readonly #health: URL;
  requests = 0;
  failed = 0;

  readonly #headers: Record<string, string>;

  constructor(url: string, token: string | null = null) {
    this.#url = new URL('/predict', url);
    this.#health = new URL('/health', url);
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  send(instances: readonly unknown[]): Promise<Sent> {
    const body = JSON.stringify({ instances });
    this.requests++;
    return new Promise<Sent>((resolve) => {
      const done = (status: number, error: string | null) => {
        if (status !== 200) this.failed++;
        resolve({ status, rows: instances.length, error });
      };
      const call = request(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { ...this.#headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () =>
            done(response.statusCode ?? 0, response.statusCode === 200 ? null : text.slice(0, 500)),
          );
          response.on('error', (error) => done(0, error.message));
        },
      );
      call.on('error', (error) => done(0, error.message));
      call.end(body);
    });
  }

  /** The version that serves now; null when no answer came. */
  servedVersion(): Promise<number | null> {
    return new Promise((resolve) => {
      const call = request(this.#health, { agent: this.#agent }, (response) => {
        json(response).then(
          (health) => resolve((health as { model_version?: number }).model_version ?? null),
          () => resolve(null),
        );
      });
      call.on('error', () => resolve(null));
      call.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
