import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { EngineMethod, EngineRequests } from '../../protocol/engineHost.ts';
import { BackOff } from './backOff.ts';
import { EngineGone, EngineRefusal, messageOf } from './engineError.ts';
import type { Log } from './log.ts';

export interface EngineHostOptions {
  /** Named in messages. */
  project: string;
  /** Starts `loopwright service`; throws EngineGone when it must not run. */
  start(): ChildProcessWithoutNullStreams;
  log: Log;
  changed(): void;
  /** Told when the child died; `again` is false when it crashed too often to be restarted by itself. */
  crashed(message: string, again: boolean): void;
  backOff?: BackOff;
}

interface Running {
  child: ChildProcessWithoutNullStreams;
  connection: MessageConnection;
}

/**
 * One engine process for one project: started on first need, restarted with back-off, every call logged with its
 * duration.
 */
export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #backOff: BackOff;
  #running: Running | undefined;
  #waiting: Promise<void> | undefined;
  #givenUp = false;
  #disposed = false;
  #lastWords = '';

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff();
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  async request<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
  ): Promise<EngineRequests[M]['result']> {
    const { log } = this.#options;
    const started = performance.now();
    try {
      await this.#waiting;
      const { connection } = this.#ensure();
      const result = await connection.sendRequest<EngineRequests[M]['result']>(method, params);
      log.info(`${method} ${took(started)}`);
      return result;
    } catch (error) {
      const known = this.#explain(error);
      log.error(`${method} ${took(started)} ${known.message}`);
      throw known;
    }
  }

  /** Stops the child, forgets earlier crashes and starts again on the next request. */
  restart(): void {
    this.#stop();
    this.#givenUp = false;
    this.#waiting = undefined;
    this.#backOff.reset();
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
  }

  #ensure(): Running {
    if (this.#disposed) throw new EngineGone('The window is closing.');
    if (this.#givenUp)
      throw new EngineGone(
        `The engine of ${this.#options.project} stopped too often. Run "Loopwright: Restart engine" to try again.`,
      );
    this.#running ??= this.#launch();
    return this.#running;
  }

  #launch(): Running {
    const { log, start, changed } = this.#options;
    const child = start();
    log.info(`engine of ${this.#options.project} started, process ${child.pid ?? 'none'}`);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = text.trim().split('\n').at(-1) ?? '';
      log.warn(text.trimEnd());
    });
    // A pipe that breaks is the same event as the exit, which is handled below.
    child.stdin.on('error', () => {});
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.onError(([error]) => log.error(`engine connection: ${messageOf(error)}`));
    connection.onNotification('store/changed', () => changed());
    connection.listen();
    const running = { child, connection };
    let over = false;
    const ended = (how: string): void => {
      if (over) return;
      over = true;
      connection.dispose();
      if (this.#running === running) this.#died(how);
    };
    child.once('error', (error) => ended(messageOf(error)));
    child.once('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`));
    return running;
  }

  #died(how: string): void {
    this.#running = undefined;
    if (this.#disposed) return;
    const wait = this.#backOff.crashed();
    const words = this.#lastWords === '' ? '' : ` Last output: ${this.#lastWords}`;
    const message = `The engine of ${this.#options.project} stopped (${how}).${words}`;
    this.#options.log.error(message);
    this.#givenUp = wait === null;
    this.#options.crashed(message, wait !== null);
    if (wait === null) return;
    this.#waiting = new Promise<void>((done) => {
      setTimeout(done, wait).unref();
    }).then(() => {
      this.#waiting = undefined;
      // Views that wait for change notifications ask again, and that starts the engine.
      if (!this.#disposed) this.#options.changed();
    });
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.connection.dispose();
    // Closing its input lets the engine finish a write; the signal is for one that does not listen.
    running?.child.stdin.end();
    running?.child.kill('SIGTERM');
  }

  #explain(error: unknown): Error {
    if (error instanceof EngineGone) return error;
    if (error instanceof ResponseError && error.code !== ErrorCodes.PendingResponseRejected)
      return new EngineRefusal(error.message.replace(/^Request \S+ failed with message: /, ''));
    const words = this.#lastWords === '' ? '' : ` Last output: ${this.#lastWords}`;
    return new EngineGone(`The engine of ${this.#options.project} did not answer (${messageOf(error)}).${words}`);
  }
}

function took(started: number): string {
  return `${Math.round(performance.now() - started)} ms`;
}
