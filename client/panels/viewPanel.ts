import { ViewColumn } from 'vscode';
import type { Disposable, Uri, Webview, WebviewPanel } from 'vscode';
import { viewMethods } from '../../protocol/engineHost.ts';
import type { FromView, ToView, ViewAction, ViewName, ViewState } from '../../protocol/webview.ts';
import { messageOf } from '../host/engineError.ts';
import type { Log } from '../host/log.ts';
import { pythonVariables } from '../projects/pythonChoice.ts';
import type { Project } from '../projects/project.ts';
import { mayRunCommand } from './mayRunCommand.ts';
import { checkState } from './viewState.ts';
import { viewHtml } from './viewHtml.ts';

export interface ViewPanelOptions<V extends ViewName> {
  view: V;
  state: ViewState[V];
  project: Project;
  panel: WebviewPanel;
  /** A person asked for the view; false for one that comes back after a reload. */
  asked: boolean;
  dist: Uri;
  log: Log;
  /** The view went on to something else by itself. */
  moved(state: ViewState[V], title: string): void;
  act(project: Project, action: ViewAction): Promise<void>;
}

/** One webview panel: hands its requests to the engine and tells it when something changed. */
export class ViewPanel<V extends ViewName> implements Disposable {
  readonly panel: WebviewPanel;
  readonly #options: ViewPanelOptions<V>;
  readonly #parts: Disposable[];
  #state: ViewState[V];
  /** A person asked for the view, which was not told yet: a hidden one starts anew when it is shown. */
  #asked: boolean;

  constructor(options: ViewPanelOptions<V>) {
    this.#options = options;
    this.#state = options.state;
    this.#asked = options.asked;
    this.panel = options.panel;
    const webview: Webview = this.panel.webview;
    webview.options = { enableScripts: true, localResourceRoots: [options.dist] };
    this.#parts = [
      webview.onDidReceiveMessage((message: FromView) => void this.#receive(message)),
      options.project.onChange(
        () => void this.#send({ kind: 'changed', problem: options.project.overview?.problem ?? null }),
      ),
    ];
    webview.html = viewHtml(webview, options.dist, options.view, this.panel.title);
  }

  get state(): ViewState[V] {
    return this.#state;
  }

  /** Brings the panel to the front, on something else when a state is given. */
  reveal(state: ViewState[V]): void {
    this.#state = state;
    this.#asked = true;
    const { visible } = this.panel;
    this.panel.reveal(this.panel.viewColumn ?? ViewColumn.Active);
    if (visible) void this.#open();
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  #open(): Promise<void> {
    const { project } = this.#options;
    // Without an overview nobody knows yet whether the file can be read; the answer comes as a change.
    void project.need();
    const asked = this.#asked;
    this.#asked = false;
    return this.#send({
      kind: 'open',
      project: project.name,
      root: project.root,
      state: this.#state,
      problem: project.overview?.problem ?? null,
      asked,
    });
  }

  async #send(message: ToView): Promise<void> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a VS Code webview has no origin to name
    await this.panel.webview.postMessage(message);
  }

  async #receive(message: FromView): Promise<void> {
    const { project, act, log, view } = this.#options;
    switch (message.kind) {
      case 'ready':
        return this.#open();
      case 'failed':
        log.error(`view ${view}: ${message.message}`);
        return;
      case 'moved':
        return this.#moved(message.state, message.title);
      case 'action':
        return act(project, message.action);
      case 'request':
        try {
          await this.#send({ kind: 'response', id: message.id, result: await this.#ask(message) });
        } catch (error) {
          await this.#send({ kind: 'error', id: message.id, message: messageOf(error) });
        }
    }
  }

  #moved(state: unknown, title: string): void {
    const { view, moved } = this.#options;
    this.#state = checkState(view, state);
    moved(this.#state, String(title).slice(0, 80));
  }

  async #ask(message: Extract<FromView, { kind: 'request' }>): Promise<unknown> {
    if (!viewMethods.includes(message.method)) throw new Error(`Views cannot call ${message.method}.`);
    const { engine } = this.#options.project;
    // A command has effects of its own: a person is asked, whatever the view says.
    if (message.method === 'sources/preview' && message.params.runs && !(await mayRunCommand(message.params.stage)))
      throw new Error('The command was not run.');
    // Views do not know the Python of the editor.
    return message.method === 'models/inspect'
      ? engine.request(message.method, { ...message.params, python: pythonVariables(this.#options.project.root) })
      : engine.request(message.method, message.params);
  }
}
