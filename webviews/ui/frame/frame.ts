import type { TemplateResult } from 'lit';
import type { EngineRequests, ViewMethod } from '../../../protocol/engineHost.ts';
import type { ViewAction, ViewName, ViewState } from '../../../protocol/webview.ts';
import { onThemeChange } from '../theme.ts';
import { Connection } from './connection.ts';
import type { Opened } from './connection.ts';
import { hostActions } from './hostActions.ts';
import type { HostActions } from './hostActions.ts';
import { painter } from './painter.ts';

/** The interface of a view for the client. */
export interface View<V extends ViewName, S extends object> {
  /** The tab was opened, reloaded or brought to the front. */
  opened(opened: Opened<V, S>): void;
  /** The store or the files of the project changed. */
  changed(): void;
}

export interface FrameOptions<S> {
  /** The initial persisted state. */
  initial: S;
  draw(): TemplateResult;
  /** Called after each paint. */
  drawn?(): void;
  /** Keys that no element of the view stopped. */
  keys?(event: KeyboardEvent): void;
  /** Repaints at this interval, because texts such as `2 minutes ago` become outdated. */
  agingMs?: number;
  /** Paints again when the size of the window or the theme changes, for a view that measures or draws by hand. */
  followsWindow?: boolean;
}

/** The frame of every view: its connection, the state that outlives a reload, painting, and actions of the client. */
export class Frame<V extends ViewName, S extends object> {
  readonly actions: HostActions;
  readonly paint: () => void;
  readonly #connection: Connection<V, S>;
  #state: S;

  constructor(connection: Connection<V, S>, options: FrameOptions<S>) {
    this.#connection = connection;
    this.#state = options.initial;
    this.actions = hostActions((action) => connection.act(action));
    this.paint = painter(
      () => options.draw(),
      () => options.drawn?.(),
    );
    if (options.keys) document.addEventListener('keydown', (event) => options.keys?.(event));
    if (options.agingMs !== undefined) setInterval(this.paint, options.agingMs);
    if (options.followsWindow === true) {
      window.addEventListener('resize', this.paint);
      onThemeChange(this.paint);
    }
  }

  /** The state that outlives a reload. */
  get state(): S {
    return this.#state;
  }

  /** Changes the state temporarily: a reload returns to the stored state. */
  set(part: Partial<S> | null): void {
    this.#state = { ...this.#state, ...part };
  }

  /** Changes the state and stores it. */
  persist(part: Partial<S>): void {
    this.set(part);
    this.#connection.persist(this.#state);
  }

  request<M extends ViewMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']> {
    return this.#connection.request(method, params);
  }

  act(action: ViewAction): void {
    this.#connection.act(action);
  }

  /** Reports that the view shows something else: the tab gets its title, and a reload returns to it. */
  move(state: ViewState[V], title: string): void {
    this.#connection.move(state, title);
  }
}

/** Connects a view to the client. */
export function startView<V extends ViewName, S extends object>(
  make: (connection: Connection<V, S>) => View<V, S>,
): void {
  const connection = new Connection<V, S>();
  connection.start(make(connection));
}
