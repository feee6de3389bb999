import type { EngineRequests, ViewMethod } from '../../../protocol/engineHost.ts';
import type { FromView, ToView, ViewAction, ViewName, ViewState } from '../../../protocol/webview.ts';
import { showProblem } from './problemLine.ts';

interface StoredView<V extends ViewName, U> {
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
  /** The state that the view persisted before a reload, such as search, columns and selection. */
  ui: U | null;
  /** A person asked for the view just now. */
  asked: boolean;
}

interface Handlers<V extends ViewName, U> {
  opened(opened: Opened<V, U>): void;
  changed(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The connection of a view to the client: requests with one answer each, actions, and state that outlives a reload. */
export class Connection<V extends ViewName, U> {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #persisted: StoredView<V, U> | undefined;

  /** Receives messages from now on, and asks the client to open the view. */
  start(view: Handlers<V, U>): void {
    window.addEventListener('message', (event: MessageEvent<ToView>) => this.#receive(event.data, view));
    window.addEventListener('error', (event) => this.#fail(event.message));
    window.addEventListener('unhandledrejection', (event) =>
      this.#fail(event.reason instanceof Error ? event.reason.message : String(event.reason)),
    );
    this.#post({ kind: 'ready' });
  }

  request<M extends ViewMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as EngineRequests[M]['result']), reject });
      this.#post({ kind: 'request', id, method, params } as FromView);
    });
  }

  act(action: ViewAction): void {
    this.#post({ kind: 'action', action });
  }

  /** Reports that the view shows something else: the tab gets its title, and a reload returns to it. */
  move(state: ViewState[V], title: string): void {
    if (!this.#persisted) return;
    this.#persisted = { ...this.#persisted, state };
    this.#api.setState(this.#persisted);
    this.#post({ kind: 'moved', state, title });
  }

  /** Stores the state of the view for the next reload. */
  persist(ui: U): void {
    if (!this.#persisted) return;
    this.#persisted = { ...this.#persisted, ui };
    this.#api.setState(this.#persisted);
  }

  #receive(message: ToView, view: Handlers<V, U>): void {
    switch (message.kind) {
      case 'open': {
        const before = this.#api.getState() as StoredView<V, U> | undefined;
        const state = message.state as ViewState[V];
        const ui = before?.root === message.root ? before.ui : null;
        this.#persisted = { root: message.root, state, ui };
        this.#api.setState(this.#persisted);
        showProblem(message.problem, (action) => this.act(action));
        const { project, root, asked = false } = message;
        return view.opened({ project, root, state, ui, asked });
      }
      case 'changed':
        showProblem(message.problem, (action) => this.act(action));
        return view.changed();
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
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a function of VS Code, not of the window
    this.#api.postMessage(message);
  }
}
