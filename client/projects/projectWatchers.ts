import { RelativePattern, Uri, workspace } from 'vscode';
import type { Disposable, FileSystemWatcher } from 'vscode';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import { nearestRoot } from './nearestRoot.ts';

interface Told {
  /** Projects may have come or gone. */
  moved(): void;
  /** A file of a project was written. */
  touched(path: string): void;
  /** The folders of the projects now. */
  roots(): readonly string[];
}

const names = projectFileNames.join(',');
const others = '*.{experiment,dataset}.y*ml';

/** Watches the files that make projects, in the folders of the window and in projects around them. The editor watches its folders anyway, without what `files.watcherExclude` leaves out. */
export class ProjectWatchers implements Disposable {
  readonly #told: Told;
  readonly #all = new Map<string, Disposable>();

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
    for (const watchers of this.#all.values()) watchers.dispose();
  }

  #keep(path: string, make: () => Disposable[]): void {
    if (this.#all.has(path)) return;
    const made = make();
    this.#all.set(path, { dispose: () => { for (const watcher of made) watcher.dispose(); } });
  }

  #below(folder: Uri): Disposable[] {
    const ignores = workspace.createFileSystemWatcher(new RelativePattern(folder, '**/.gitignore'));
    for (const event of [ignores.onDidCreate, ignores.onDidChange, ignores.onDidDelete]) event(() => this.#told.moved());
    // When a folder goes, nothing is told of the files in it.
    const gone = workspace.createFileSystemWatcher(new RelativePattern(folder, '**'), true, true, false);
    gone.onDidDelete(({ fsPath }) => { if (this.#told.roots().some((root) => nearestRoot([fsPath], root) !== undefined)) this.#told.moved(); });
    return [...this.#files(new RelativePattern(folder, `**/{${names}}`), new RelativePattern(folder, 'dvc.yaml'), new RelativePattern(folder, `**/${others}`)), ignores, gone];
  }

  /** Patterns without a slash watch one folder alone, and not all that is below. */
  #around(root: Uri): Disposable[] {
    return this.#files(new RelativePattern(root, `{${names}}`), new RelativePattern(root, 'dvc.yaml'), new RelativePattern(Uri.joinPath(root, 'experiments'), others));
  }

  #files(ours: RelativePattern, dvc: RelativePattern, beside: RelativePattern): FileSystemWatcher[] {
    const made = [ours, dvc, beside].map((pattern) => workspace.createFileSystemWatcher(pattern));
    for (const watcher of made) {
      const isMain = watcher !== made[2];
      watcher.onDidChange(({ fsPath }) => this.#told.touched(fsPath));
      for (const event of [watcher.onDidCreate, watcher.onDidDelete]) event(({ fsPath }) => (isMain ? this.#told.moved() : this.#told.touched(fsPath)));
    }
    return made;
  }
}
