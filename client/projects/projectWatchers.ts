import { stat } from 'node:fs/promises';
import { RelativePattern, Uri, workspace } from 'vscode';
import type { Disposable, FileSystemWatcher } from 'vscode';
import { projectFileNames, skippedFolders } from '../../protocol/projectFiles.ts';
import { nearestRoot } from './nearestRoot.ts';

interface Told {
  /** Projects may have come or gone. */
  moved(): void;
  /** A file of a project was written. */
  touched(path: string): void;
  /** The folders of the projects now. */
  roots(): readonly string[];
}

const skipped = new Set<string>(skippedFolders);
const mostNew = 500;
const quietMs = 300;
const names = projectFileNames.join(',');
const others = '*.{experiment,dataset}.y*ml';

/**
 * Watches the files that make projects, in the folders of the window and in projects around them. The editor watches
 * its folders anyway, without what `files.watcherExclude` leaves out.
 */
export class ProjectWatchers implements Disposable {
  readonly #told: Told;
  readonly #all = new Map<string, Disposable>();
  readonly #new = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  /** Folders of the window, and roots of projects outside of them. */
  watch(folders: readonly string[], around: readonly string[]): void {
    const wanted = new Set([...folders, ...around]);
    for (const [path, watchers] of this.#all) {
      if (wanted.has(path)) continue;
      watchers.dispose();
      this.#all.delete(path);
    }
    for (const path of folders) this.#keep(path, () => this.#below(Uri.file(path)));
    for (const path of around) this.#keep(path, () => this.#around(Uri.file(path)));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const watchers of this.#all.values()) watchers.dispose();
  }

  #keep(path: string, make: () => Disposable[]): void {
    if (this.#all.has(path)) return;
    const made = make();
    this.#all.set(path, {
      dispose: () => {
        for (const watcher of made) watcher.dispose();
      },
    });
  }

  #below(folder: Uri): Disposable[] {
    const ignores = workspace.createFileSystemWatcher(new RelativePattern(folder, '**/.gitignore'));
    for (const event of [ignores.onDidCreate, ignores.onDidChange, ignores.onDidDelete])
      event(() => this.#told.moved());
    // When a folder comes or goes as a whole, nothing is told of the files in it.
    const all = workspace.createFileSystemWatcher(new RelativePattern(folder, '**'), false, true, false);
    all.onDidCreate(({ fsPath }) => this.#created(fsPath, fsPath.slice(folder.fsPath.length)));
    all.onDidDelete(({ fsPath }) => {
      if (this.#told.roots().some((root) => nearestRoot([fsPath], root) !== undefined)) this.#told.moved();
    });
    return [
      ...this.#files(
        new RelativePattern(folder, `**/{${names}}`),
        new RelativePattern(folder, 'dvc.yaml'),
        new RelativePattern(folder, `**/${others}`),
      ),
      ignores,
      all,
    ];
  }

  /** Looks which of the new paths are folders, some at a time: a program may write thousands of files. */
  #created(path: string, below: string): void {
    if (this.#new.size >= mostNew || below.split(/[\\/]/).some((part) => skipped.has(part))) return;
    this.#new.add(path);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const paths = [...this.#new];
      this.#new.clear();
      void Promise.all(paths.map(isFolder)).then((found) => {
        if (found.includes(true)) this.#told.moved();
      });
    }, quietMs);
  }

  /** Patterns without a slash watch one folder alone, and not all that is below. */
  #around(root: Uri): Disposable[] {
    return this.#files(
      new RelativePattern(root, `{${names}}`),
      new RelativePattern(root, 'dvc.yaml'),
      new RelativePattern(Uri.joinPath(root, 'experiments'), others),
    );
  }

  #files(ours: RelativePattern, dvc: RelativePattern, beside: RelativePattern): FileSystemWatcher[] {
    const made = [ours, dvc, beside].map((pattern) => workspace.createFileSystemWatcher(pattern));
    for (const watcher of made) {
      const isMain = watcher !== made[2];
      watcher.onDidChange(({ fsPath }) => this.#told.touched(fsPath));
      for (const event of [watcher.onDidCreate, watcher.onDidDelete])
        event(({ fsPath }) => (isMain ? this.#told.moved() : this.#told.touched(fsPath)));
    }
    return made;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
