import { DidChangeWatchedFilesNotification, type Connection, type Disposable } from 'vscode-languageserver';
import type { Project } from '../engine/project/loadProject.ts';
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

  async watch(projects: readonly Project[]): Promise<void> {
    if (!this.supported) return;
    const watchers = [{ globPattern: ours }, ...projects.flatMap((project) => pathsOf(project).map((pattern) => ({ globPattern: { baseUri: toUri(project.root), pattern } })))];
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

function pathsOf({ resolved, root }: Project): string[] {
  const { config } = resolved;
  const collected = Object.values(config?.stages ?? {}).flatMap((stage) => ('uses' in stage && stage.uses === 'collect' && 'files' in stage.with.from ? [stage.with.from.files].flat() : []));
  const data = [...Object.values(config?.datasets ?? {}).map(({ path }) => path), ...collected];
  return [...new Set([...data.filter((path) => !path.startsWith('/') && !path.startsWith('..') && !path.startsWith(root)), '.loopwright/loopwright.db*', 'loopwright.lock'])];
}
