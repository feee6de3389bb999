import type { EngineMethod, EngineRequests } from '../../protocol/engineHost.ts';
import type { FromView, ToView, ViewAction, ViewName, ViewState } from '../../protocol/webview.ts';
import { showProblem } from './problemLine.ts';

interface Kept<V extends ViewName, U> {
  root: string;
  state: ViewState[V];
  ui: U | null;
}

interface VsCodeApi {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Opened<V extends ViewName, U> {
  project: string;
  root: string;
  state: ViewState[V];
  /** What the person had set before a reload: search, columns, selection. */
  ui: U | null;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The one line between a view and the client: requests with exactly one answer each, actions, and what is kept over a
 * reload.
 */
export class Connection<V extends ViewName, U> {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #kept: Kept<V, U> | undefined;

  constructor(handlers: { open(opened: Opened<V, U>): void; changed(): void }) {
    window.addEventListener('message', (event: MessageEvent<ToView>) => this.#receive(event.data, handlers));
    window.addEventListener('error', (event) => this.#fail(event.message));
    window.addEventListener('unhandledrejection', (event) =>
      this.#fail(event.reason instanceof Error ? event.reason.message : String(event.reason)),
    );
    this.#post({ kind: 'ready' });
  }

  request<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
  ): Promise<EngineRequests[M]['result']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as EngineRequests[M]['result']), reject });
      this.#post({ kind: 'request', id, method, params } as FromView);
    });
  }

  act(action: ViewAction): void {
    this.#post({ kind: 'action', action });
  }

  /** Tells that the view shows something else now: the tab is named for it, and a reload comes back to it. */
  move(state: ViewState[V], title: string): void {
    if (!this.#kept) return;
    this.#kept = { ...this.#kept, state };
    this.#api.setState(this.#kept);
    this.#post({ kind: 'moved', state, title });
  }

  /** Keeps what the person set, for the next reload. */
  keep(ui: U): void {
    if (!this.#kept) return;
    this.#kept = { ...this.#kept, ui };
    this.#api.setState(this.#kept);
  }

  #receive(message: ToView, handlers: { open(opened: Opened<V, U>): void; changed(): void }): void {
    switch (message.kind) {
      case 'open': {
        const before = this.#api.getState() as Kept<V, U> | undefined;
        const state = message.state as ViewState[V];
        const ui = before?.root === message.root ? before.ui : null;
        this.#kept = { root: message.root, state, ui };
        this.#api.setState(this.#kept);
        showProblem(message.problem, (action) => this.act(action));
        return handlers.open({ project: message.project, root: message.root, state, ui });
      }
      case 'changed':
        showProblem(message.problem, (action) => this.act(action));
        return handlers.changed();
      case 'response':
        return this.#settle(message.id, (waiting) => waiting.resolve(message.result));
      case 'error':
        return this.#settle(message.id, (waiting) => waiting.reject(new Error(message.message)));
    }
  }

  #settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) how(waiting);
  }

  #fail(message: string): void {
    this.#post({ kind: 'failed', message });
  }

  #post(message: FromView): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this is VS Code's function, not the window's
    this.#api.postMessage(message);
  }
}
