import { basename, dirname, relative } from 'node:path';
import { commands, EventEmitter, Uri, window, workspace } from 'vscode';
import type { Disposable, Event, Memento } from 'vscode';
import type { ProjectSummary } from '../../protocol/languageServer.ts';
import { projectFileNames, skippedFolders } from '../../protocol/projectFiles.ts';
import { contextKeys } from '../commandIds.ts';
import { latest } from '../latest.ts';
import { nearestRoot } from './nearestRoot.ts';
import { Project } from './project.ts';
import { ProjectWatchers } from './projectWatchers.ts';
import { shownRoot } from './shownRoot.ts';

export const projectFile = projectFileNames[0];
/** A project of DVC is run as it is, where there is no file of ours. */
const projectFiles = [...projectFileNames, 'dvc.yaml'];
const chosenKey = 'chosenProject';
const quietMs = 100;
const drawnMs = 250;

export interface ProjectsOptions {
  create(root: string): Project;
  /** The projects that the language server finds in the folders; null when it cannot say. */
  search(again: boolean): Promise<ProjectSummary[] | null>;
  /** Remembers the chosen project of the workspace. */
  memory: Memento;
}

/**
 * The projects of the window: every folder with a loopwright.yaml below an opened folder, and the one around it. One of
 * them is shown.
 */
export class Projects implements Disposable {
  readonly #options: ProjectsOptions;
  readonly #changed = new EventEmitter<void>();
  readonly #parts: Disposable[] = [];
  readonly #watchers: ProjectWatchers;
  readonly #finding: ReturnType<typeof latest>;
  #all: Project[] = [];
  #last: string | undefined;
  #isSearched = false;
  #reading: NodeJS.Timeout | undefined;
  #searched = (): void => {};
  /** Settled when the folders were looked through for the first time. */
  readonly known = new Promise<void>((resolve) => {
    this.#searched = resolve;
  });

  constructor(options: ProjectsOptions) {
    this.#options = options;
    this.#finding = latest(() => this.#find(), quietMs);
    this.#watchers = new ProjectWatchers({
      moved: () => this.#finding.ask(),
      touched: (path) => this.of(path)?.touched(),
      roots: () => this.#roots,
    });
    this.#parts.push(
      workspace.onDidChangeWorkspaceFolders(() => this.#finding.ask()),
      workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('files.exclude') && this.#finding.ask()),
      window.onDidChangeActiveTextEditor(() => this.#follow()),
    );
  }

  /** A project appeared, went away, is shown now, or something in one changed. */
  get onChange(): Event<void> {
    return this.#changed.event;
  }

  get all(): readonly Project[] {
    return this.#all;
  }

  /** False until the folders were looked through once. */
  get isSearched(): boolean {
    return this.#isSearched;
  }

  /** The project that the sidebar shows and that commands act on when they are not called on something. */
  get shown(): Project | undefined {
    return this.#last === undefined ? undefined : this.byRoot(this.#last);
  }

  /** The project that the person chose; undefined while the active editor decides. */
  get chosen(): Project | undefined {
    const root = this.#options.memory.get<string>(chosenKey);
    return root === undefined ? undefined : this.byRoot(root);
  }

  /** Shows a project until another is chosen; without one the active editor decides. */
  async choose(project: Project | undefined): Promise<void> {
    await this.#options.memory.update(chosenKey, project?.root);
    this.#follow();
    this.#tell();
  }

  find(): Promise<void> {
    return this.#finding.now();
  }

  /** The projects with what they have to run, by their text as it is now. */
  async summaries(): Promise<ProjectSummary[]> {
    return this.#all.length === 0 ? [] : ((await this.#search(false)) ?? []);
  }

  /** The editor writes drive letters in lower case, the language server in upper case: a folder is one project. */
  async #search(again: boolean): Promise<ProjectSummary[] | null> {
    const found = await this.#options.search(again);
    return found?.map((summary) => ({ ...summary, root: Uri.file(summary.root).fsPath })) ?? null;
  }

  /** The project that a file belongs to: the nearest around it. */
  of(file: string): Project | undefined {
    const root = nearestRoot(this.#roots, file);
    return root === undefined ? undefined : this.byRoot(root);
  }

  byRoot(root: string): Project | undefined {
    return this.#all.find((project) => project.root === root);
  }

  dispose(): void {
    clearTimeout(this.#reading);
    for (const part of [...this.#parts, this.#watchers, this.#finding, ...this.#all]) part.dispose();
    this.#changed.dispose();
  }

  get #roots(): readonly string[] {
    return this.#all.map((project) => project.root);
  }

  /** First what is at or around the opened folders, which takes no time, then what is below. */
  async #find(): Promise<void> {
    const folders = (workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath);
    const near = new Map<string, string>();
    for (const found of await Promise.all(folders.map(fileAround))) if (found) near.set(found.root, found.file);
    // What is known below stays until the search says otherwise.
    const kept = this.#all.filter(({ root }) =>
      folders.some((folder) => folder !== root && nearestRoot([folder], root) !== undefined),
    );
    await this.#take(new Map([...near, ...kept.map(({ root, file }) => [root, file] as const)]));
    const summaries =
      near.size > 0 || kept.length > 0 || (await hasProjectBelow())
        ? await this.#search(this.#isSearched).catch(() => null)
        : [];
    if (summaries) await this.#take(new Map([...near, ...summaries.map(({ root, file }) => [root, file] as const)]));
    for (const { root, name } of summaries ?? []) this.byRoot(root)?.call(name);
    this.#watchers.watch(
      folders,
      [...near.keys()].filter((root) => nearestRoot(folders, root) === undefined),
    );
    this.#isSearched = true;
    await commands.executeCommand('setContext', contextKeys.isSearched, true);
    this.#searched();
    this.#tell();
  }

  async #take(files: ReadonlyMap<string, string>): Promise<void> {
    for (const gone of this.#all.filter((project) => !files.has(project.root))) gone.dispose();
    this.#all = inOrder([...files.keys()]).map((root) => this.byRoot(root) ?? this.#open(root));
    for (const project of this.#all) {
      project.file = files.get(project.root) ?? projectFile;
      project.place = this.#all.length > 1 ? placeOf(project.root) : '';
    }
    this.#follow();
    await commands.executeCommand('setContext', contextKeys.hasProject, this.#all.length > 0);
    await commands.executeCommand('setContext', contextKeys.hasProjects, this.#all.length > 1);
    this.#tell();
  }

  #follow(): void {
    const before = this.#last;
    const { document } = window.activeTextEditor ?? {};
    const active = document?.uri.scheme === 'file' ? document.uri.fsPath : undefined;
    this.#last = shownRoot(this.#roots, { chosen: this.#options.memory.get<string>(chosenKey), active, last: before });
    if (this.#last !== before) this.#tell();
  }

  #tell(): void {
    const { shown } = this;
    const isRead = shown !== undefined && (shown.overview !== undefined || shown.error !== undefined);
    clearTimeout(this.#reading);
    // Welcome texts of empty trees wait for the shown project, and for its rows to be drawn.
    this.#reading = setTimeout(
      () => {
        void commands.executeCommand('setContext', contextKeys.needsPull, shown?.overview?.pull !== undefined);
        void commands.executeCommand('setContext', contextKeys.isRead, isRead);
      },
      isRead ? drawnMs : 0,
    );
    this.#changed.fire();
  }

  #open(root: string): Project {
    const project = this.#options.create(root);
    project.onChange(() => this.#tell());
    return project;
  }
}

/** Sorted by the folders of the window, then by path. */
function inOrder(roots: readonly string[]): string[] {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const order = (root: string): number =>
    folders.findIndex(
      (folder) => nearestRoot([folder], root) !== undefined || nearestRoot([root], folder) !== undefined,
    );
  return roots.toSorted((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
}

/** The folder at or above a folder that has a project file, and the first of the names it has. */
async function fileAround(folder: string): Promise<{ root: string; file: string } | undefined> {
  for (let root = folder; ; root = dirname(root)) {
    for (const file of projectFiles) if (await exists(Uri.joinPath(Uri.file(root), file))) return { root, file };
    if (dirname(root) === root) return undefined;
  }
}

/**
 * Whether a search below the folders is worth the start of the language server. The editor's own search answers, and
 * stops at the first.
 */
async function hasProjectBelow(): Promise<boolean> {
  return (
    (await workspace.findFiles(`**/{${projectFileNames.join(',')}}`, `**/{${skippedFolders.join(',')}}/**`, 1)).length >
    0
  );
}

/** Where a project is, as short as it can be told: below its folder of the window, or by its own name. */
function placeOf(root: string): string {
  const folder = workspace.getWorkspaceFolder(Uri.file(root));
  const several = (workspace.workspaceFolders ?? []).length > 1;
  const below = folder ? relative(folder.uri.fsPath, root).replaceAll('\\', '/') : '';
  if (!folder || below === '') return folder?.name ?? basename(root);
  return several ? `${folder.name}/${below}` : below;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
