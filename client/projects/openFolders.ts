import { workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { Project } from './project.ts';

/**
 * Folders without a project whose files are looked at: each has an engine for as long as a view shows something of it.
 */
export class OpenFolders implements Disposable {
  readonly #create: (root: string) => Project;
  readonly #open = new Map<string, { folder: Project; users: number }>();
  readonly #trust: Disposable;

  constructor(create: (root: string) => Project) {
    this.#create = create;
    this.#trust = workspace.onDidGrantWorkspaceTrust(() => {
      for (const { folder } of this.#open.values()) {
        folder.engine.restart();
        void folder.refresh();
      }
    });
  }

  /** The folder as something that views can ask. Every `use` has its `release`. */
  use(root: string): Project {
    const known = this.#open.get(root) ?? { folder: this.#create(root), users: 0 };
    known.users++;
    this.#open.set(root, known);
    return known.folder;
  }

  release(root: string): void {
    const known = this.#open.get(root);
    if (!known || --known.users > 0) return;
    this.#open.delete(root);
    known.folder.dispose();
  }

  dispose(): void {
    this.#trust.dispose();
    for (const { folder } of this.#open.values()) folder.dispose();
    this.#open.clear();
  }
}
