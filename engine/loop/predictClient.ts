import { messageOf } from '../base/errors.ts';

export interface Sent {
  /** HTTP status; 0 when no answer came. */
  status: number;
  rows: number;
  error: string | null;
}

/** Sends rows to a deployment. Never throws: the result holds the error, so that the caller can count it. */
export class PredictClient {
  readonly #predict: URL;
  readonly #health: URL;
  readonly #headers: Record<string, string>;
  requests = 0;
  failed = 0;

  constructor(url: string, token: string | null = null) {
    this.#predict = new URL('/predict', url);
    this.#health = new URL('/health', url);
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  async send(instances: readonly unknown[]): Promise<Sent> {
    this.requests++;
    const sent = await this.#post(JSON.stringify({ instances }));
    if (sent.status !== 200) this.failed++;
    return { ...sent, rows: instances.length };
  }

  async #post(body: string): Promise<Omit<Sent, 'rows'>> {
    try {
      const headers = { ...this.#headers, 'content-type': 'application/json' };
      const response = await fetch(this.#predict, { method: 'POST', headers, body });
      // The body is read even when it is not needed: the connection is reused only then.
      const text = await response.text();
      return { status: response.status, error: response.status === 200 ? null : text.slice(0, 500) };
    } catch (error) {
      return { status: 0, error: reasonOf(error) };
    }
  }

  /** The version that serves now; null when no answer came. */
  async servedVersion(): Promise<number | null> {
    try {
      const health = (await (await fetch(this.#health)).json()) as { model_version?: number };
      return health.model_version ?? null;
    } catch {
      return null;
    }
  }
}

/** The reason of a failed fetch: its message is always `fetch failed`, and its cause has the rest. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error);
}
