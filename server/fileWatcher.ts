import { join } from 'node:path';
import { DidChangeWatchedFilesNotification, type Connection, type Disposable } from 'vscode-languageserver';
import { isGlob } from '../engine/project/glob.ts';
import type { Project } from '../engine/project/loadProject.ts';
import { relativePath } from '../engine/project/projectFiles.ts';
import { toUri } from './workspace.ts';

const ours = '**/{loopwright.yaml,loopwright.yml,*.experiment.yaml,*.experiment.yml,*.dataset.yaml,*.dataset.yml,*.sql}';

/** Asks the client to tell of changes on the disk: of our own files, of the data of the projects, and of their stores. */
export class FileWatcher {
  readonly #connection: Connection;
  #watched = '';
  #registration: Disposable | null = null;
  supported = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** `folders` are the paths of the folders of the window, which the client watches anyway. */
  async watch(projects: readonly Project[], folders: readonly string[]): Promise<void> {
    if (!this.supported) return;
    const isBelow = ({ root }: Project): boolean => folders.some((folder) => !relativePath(folder, root).startsWith('..'));
    const data = projects.flatMap((project) => pathsOf(project).map((pattern) => (isBelow(project) ? { baseUri: toUri(project.root), pattern } : fromFolder(project.root, pattern))));
    const watchers = [{ globPattern: ours }, ...data.map((globPattern) => ({ globPattern }))];
    const text = JSON.stringify(watchers);
    if (text === this.#watched) return;
    this.#watched = text;
    const before = this.#registration;
    try {
      this.#registration = await this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      before?.dispose();
    } catch {
      // A client that cannot watch leaves it to the next change of text.
    }
  }
}

/** The same from the folder before the first wildcard: a project around the window is not to be watched as a whole. */
function fromFolder(root: string, pattern: string): { baseUri: string; pattern: string } {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => isGlob(part));
  const at = wild === -1 ? parts.length - 1 : wild;
  return { baseUri: toUri(join(root, ...parts.slice(0, at))), pattern: parts.slice(at).join('/') };
}

function pathsOf({ resolved, root }: Project): string[] {
  const { config } = resolved;
  const collected = Object.values(config?.stages ?? {}).flatMap((stage) => ('uses' in stage && stage.uses === 'collect' && 'files' in stage.with.from ? [stage.with.from.files].flat() : []));
  const data = [...Object.values(config?.datasets ?? {}).map(({ path }) => path), ...collected];
  return [...new Set([...data.filter((path) => !path.startsWith('/') && !path.startsWith('..') && !path.startsWith(root)), '.loopwright/loopwright.db*', 'loopwright.lock'])];
}
