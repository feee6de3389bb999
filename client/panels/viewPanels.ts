import { Uri, ViewColumn, window } from 'vscode';
import type { Disposable, WebviewPanel } from 'vscode';
import type { ViewAction, ViewName, ViewState } from '../../protocol/webview.ts';
import { panelTypes } from '../commandIds.ts';
import type { Log } from '../host/log.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { ViewPanel } from './viewPanel.ts';

const views = ['runHistory', 'modelCard', 'drift'] as const;
const icons: Record<ViewName, string> = { runHistory: 'history', modelCard: 'card', drift: 'drift' };

export interface ViewPanelsOptions {
  projects: Projects;
  extension: Uri;
  log: Log;
  act(project: Project, action: ViewAction): Promise<void>;
}

/** The open views; each is opened once for what it is about and restored after a reload. */
export class ViewPanels implements Disposable {
  readonly #options: ViewPanelsOptions;
  readonly #open = new Map<string, ViewPanel<ViewName>>();
  readonly #parts: Disposable[];

  constructor(options: ViewPanelsOptions) {
    this.#options = options;
    this.#parts = views.map((view) => window.registerWebviewPanelSerializer(panelTypes[view], { deserializeWebviewPanel: (panel, kept) => this.#restore(view, panel, kept) }));
  }

  get count(): number {
    return this.#open.size;
  }

  show<V extends ViewName>(view: V, project: Project, state: ViewState[V]): void {
    const key = keyOf(view, project.root, state);
    const open = this.#open.get(key);
    if (open) return open.reveal(state);
    const panel = window.createWebviewPanel(panelTypes[view], titleOf(view, project, state), ViewColumn.Active, { enableFindWidget: true });
    this.#adopt(view, project, state, panel);
  }

  dispose(): void {
    for (const part of [...this.#parts, ...this.#open.values()]) part.dispose();
  }

  #adopt<V extends ViewName>(view: V, project: Project, state: ViewState[V], panel: WebviewPanel): void {
    const { extension, log, act } = this.#options;
    const key = keyOf(view, project.root, state);
    panel.iconPath = { light: Uri.joinPath(extension, 'media', `${icons[view]}-light.svg`), dark: Uri.joinPath(extension, 'media', `${icons[view]}-dark.svg`) };
    const opened = new ViewPanel({ view, state, project, panel, dist: Uri.joinPath(extension, 'dist'), log, act });
    this.#open.set(key, opened);
    panel.onDidDispose(() => {
      opened.dispose();
      this.#open.delete(key);
    });
  }

  async #restore<V extends ViewName>(view: V, panel: WebviewPanel, kept: unknown): Promise<void> {
    // The view in front is restored while the extension still starts.
    await this.#options.projects.known;
    const found = readKept(kept);
    const project = found ? this.#options.projects.byRoot(found.root) : this.#options.projects.all[0];
    // A panel of a project that is gone has nothing to say.
    if (!project) return panel.dispose();
    this.#adopt(view, project, checkState(view, found?.state), panel);
  }
}

function keyOf<V extends ViewName>(view: V, root: string, state: ViewState[V]): string {
  if ('version' in state) return `${view} ${root} ${state.version}`;
  return 'monitor' in state ? `${view} ${root} ${state.monitor}` : `${view} ${root}`;
}

function titleOf<V extends ViewName>(view: V, project: Project, state: ViewState[V]): string {
  if ('version' in state) return typeof state.version === 'number' ? `${project.name} v${state.version}` : `${project.name} ${state.version}`;
  return view === 'drift' && 'monitor' in state ? `Drift: ${state.monitor}` : `Runs: ${project.name}`;
}

function readKept(kept: unknown): { root: string; state: unknown } | null {
  if (typeof kept !== 'object' || kept === null || !('root' in kept) || typeof kept.root !== 'string') return null;
  return { root: kept.root, state: 'state' in kept ? kept.state : null };
}

const fallback: ViewState = { runHistory: { experiment: null, runId: null }, modelCard: { version: 'latest' }, drift: { monitor: '' } };

/** What a webview kept is input like any other: taken only where it has the right shape. */
function checkState<V extends ViewName>(view: V, state: unknown): ViewState[V] {
  const base = fallback[view];
  if (typeof state !== 'object' || state === null) return base;
  const kept = new Map(Object.entries(state));
  const fits = Object.entries(base).every(([key, value]) => {
    const other = kept.get(key);
    return value === null ? other === null || typeof other === 'string' : typeof other === 'string' || typeof other === 'number';
  });
  return fits ? { ...base, ...state } : base;
}
