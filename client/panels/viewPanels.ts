import { Uri, ViewColumn, window } from 'vscode';
import type { Disposable, WebviewPanel } from 'vscode';
import type { ViewAction, ViewName, ViewState } from '../../protocol/webview.ts';
import { panelTypes } from '../commandIds.ts';
import type { Log } from '../host/log.ts';
import type { Project } from '../projects/project.ts';
import type { OpenFolders } from '../projects/openFolders.ts';
import type { Projects } from '../projects/projects.ts';
import { ViewPanel } from './viewPanel.ts';
import { checkState, keyOf, readKept, titleOf } from './viewState.ts';

const views = ['runHistory', 'modelCard', 'drift', 'profile', 'labelling', 'start', 'sourcePreview'] as const;
const icons: Record<ViewName, string> = {
  runHistory: 'history',
  modelCard: 'card',
  drift: 'drift',
  profile: 'profile',
  labelling: 'labelling',
  start: 'start',
  sourcePreview: 'profile',
};

export interface ViewPanelsOptions {
  projects: Projects;
  folders: OpenFolders;
  extension: Uri;
  log: Log;
  act(project: Project, action: ViewAction): Promise<void>;
}

/** A preview is read beside the file that names its source. */
const placeOf = (view: ViewName): ViewColumn => (view === 'sourcePreview' ? ViewColumn.Beside : ViewColumn.Active);

/** The open views; each is opened once for what it is about and restored after a reload. */
export class ViewPanels implements Disposable {
  readonly #options: ViewPanelsOptions;
  readonly #open = new Map<string, ViewPanel<ViewName>>();
  readonly #parts: Disposable[];

  constructor(options: ViewPanelsOptions) {
    this.#options = options;
    this.#parts = views.map((view) =>
      window.registerWebviewPanelSerializer(panelTypes[view], {
        deserializeWebviewPanel: (panel, kept) => this.#restore(view, panel, kept),
      }),
    );
  }

  get count(): number {
    return this.#open.size;
  }

  show<V extends ViewName>(view: V, project: Project, state: ViewState[V]): void {
    const key = keyOf(view, project.root, state);
    const open = this.#open.get(key);
    if (open) return open.reveal(state);
    const panel = window.createWebviewPanel(panelTypes[view], titleOf(view, project.name, state), placeOf(view), {
      enableFindWidget: true,
    });
    this.#adopt(view, project, state, panel, true);
  }

  /** Opens a view on a folder that need not be a project. */
  showFolder<V extends 'start' | 'profile'>(view: V, root: string, state: ViewState[V]): void {
    const open = this.#open.get(keyOf(view, root, state));
    if (open) return open.reveal(state);
    const folder = this.#options.folders.use(root);
    const panel = window.createWebviewPanel(panelTypes[view], titleOf(view, folder.name, state), ViewColumn.Active, {
      enableFindWidget: true,
    });
    panel.onDidDispose(() => this.#options.folders.release(root));
    this.#adopt(view, folder, state, panel, true);
  }

  dispose(): void {
    for (const part of [...this.#parts, ...this.#open.values()]) part.dispose();
  }

  #adopt<V extends ViewName>(
    view: V,
    project: Project,
    state: ViewState[V],
    panel: WebviewPanel,
    asked: boolean,
  ): void {
    const { extension, log, act } = this.#options;
    let key = this.#freeKey(keyOf(view, project.root, state));
    panel.iconPath = {
      light: Uri.joinPath(extension, 'media', `${icons[view]}-light.svg`),
      dark: Uri.joinPath(extension, 'media', `${icons[view]}-dark.svg`),
    };
    const opened = new ViewPanel({
      view,
      state,
      project,
      panel,
      asked,
      dist: Uri.joinPath(extension, 'dist'),
      log,
      act,
      moved: (now, title) => {
        panel.title = title;
        this.#open.delete(key);
        key = this.#freeKey(keyOf(view, project.root, now));
        this.#open.set(key, opened);
      },
    });
    this.#open.set(key, opened);
    panel.onDidDispose(() => {
      opened.dispose();
      this.#open.delete(key);
    });
  }

  /** Two panels may come to show the same; the one that was there first is the one that is brought to the front. */
  #freeKey(key: string): string {
    let free = key;
    for (let turn = 2; this.#open.has(free); turn++) free = `${key} ${turn}`;
    return free;
  }

  async #restore<V extends ViewName>(view: V, panel: WebviewPanel, kept: unknown): Promise<void> {
    // The view in front is restored while the extension still starts.
    const { projects } = this.#options;
    const found = readKept(kept);
    if (view !== 'start' && (!found || !projects.byRoot(found.root))) await projects.known;
    const folder =
      found && (view === 'start' || (view === 'profile' && !projects.byRoot(found.root)))
        ? this.#options.folders.use(found.root)
        : undefined;
    if (folder) panel.onDidDispose(() => this.#options.folders.release(folder.root));
    const project = folder ?? (found ? projects.byRoot(found.root) : projects.shown);
    // A panel of a project that is gone has nothing to say.
    if (!project) return panel.dispose();
    this.#adopt(view, project, checkState(view, found?.state), panel, false);
  }
}
