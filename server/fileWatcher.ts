import { posix } from 'node:path';
import { DidChangeWatchedFilesNotification, type Connection, type Disposable } from 'vscode-languageserver';
import { globMatcher, isGlob } from '../engine/base/glob.ts';
import type { Project } from '../engine/project/loadProject.ts';
import { leadsOut } from '../engine/base/projectPath.ts';
import { pathOf, toUri, type Workspace } from './workspace.ts';
import { pathFrom, placeIn } from './places.ts';

const ours =
  '**/{loopwright.yaml,loopwright.yml,*.experiment.yaml,*.experiment.yml,*.dataset.yaml,*.dataset.yml,*.sql}';
/** Typing a path asks for another one with each key; the client is told of the last. */
const pauseMs = 200;
/** More would only slow the editor down; the next change of text looks at the rest. */
const mostPaths = 1000;
/** Each file of a project around the window has a watcher of its own. */
const mostBeside = 100;

type Watched = { globPattern: string | { baseUri: string; pattern: string } };

/**
 * Asks the client to tell of changes on the disk: of our own files, of every file that a finding depends on, and of the
 * stores.
 */
export class FileWatcher {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  #watched = '';
  #registration: Disposable | null = null;
  #timer: NodeJS.Timeout | undefined;
  supported = false;

  constructor(connection: Connection, workspace: Workspace) {
    this.#connection = connection;
    this.#workspace = workspace;
  }

  /**
   * Watches soon; `changed` is called when files are watched that were not before, since they may have changed
   * meanwhile.
   */
  soon(folders: readonly string[], changed: () => void): void {
    if (!this.supported) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        void this.watch(folders).then((isNew) => {
          if (isNew) changed();
        }),
      pauseMs,
    );
    this.#timer.unref();
  }

  /**
   * `folders` are the paths of the folders of the window, which the client watches anyway. True when something is
   * watched that was not before.
   */
  async watch(folders: readonly string[]): Promise<boolean> {
    if (!this.supported) return false;
    const isBelow = (root: string) => folders.some((folder) => !leadsOut(pathFrom(folder, root)));
    const watchers: Watched[] = [
      { globPattern: ours },
      ...this.#workspace
        .roots()
        .flatMap((root) => watchersOf(this.#workspace.projectAt(root), this.#workspace.asked(root), isBelow(root))),
    ];
    const text = JSON.stringify(watchers);
    if (text === this.#watched) return false;
    const isNew = this.#watched !== '';
    this.#watched = text;
    const before = this.#registration;
    try {
      this.#registration = await this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      before?.dispose();
      return isNew;
    } catch {
      // A client that cannot watch leaves it to the next change of text.
      return false;
    }
  }

  /**
   * The projects whose findings may depend on a file or folder: its own, and each that asked for it or for something in
   * it.
   */
  concerned(uri: string): string[] {
    const path = pathOf(uri);
    const own = this.#workspace.rootOf(uri);
    if (path === null) return own === null ? [] : [own];
    return this.#workspace
      .roots()
      .filter((root) => root === own || dependsOn(this.#workspace.asked(root), pathFrom(root, path)));
  }
}

function dependsOn(asked: readonly string[], path: string): boolean {
  return asked.some((one) => {
    const name = posix.normalize(one).replace(/\/$/, '');
    return (
      name === path ||
      name.startsWith(`${path}/`) ||
      path.startsWith(`${name}/`) ||
      (isGlob(name) && globMatcher(name).test(path))
    );
  });
}

/** A path goes with the folders around it: one that is renamed or deleted is told of itself alone. */
function watchersOf({ root, readable }: Project, asked: readonly string[], isBelow: boolean): Watched[] {
  const stages = Object.values(readable?.config.stages ?? {});
  const collected = stages.flatMap((stage) =>
    'uses' in stage && stage.uses === 'collect' && 'files' in stage.with.from ? [stage.with.from.files].flat() : [],
  );
  const data = Object.values(readable?.config.datasets ?? {}).map(({ path }) => path);
  const paths = [...new Set([...asked, ...data, ...collected])]
    .map((path) => posix.normalize(path).replace(/\/$/, ''))
    .filter((path) => path !== '.' && !path.includes('\0'));
  const inside = paths.filter((path) => !leadsOut(path)).slice(0, mostPaths);
  const outside = paths.filter((path) => leadsOut(path) && !isGlob(path)).slice(0, mostPaths);
  const around = [...new Set(inside.flatMap(foldersOf))];
  const stores = ['.loopwright/loopwright.db*', 'loopwright.lock'];
  if (!isBelow)
    return [...inside.slice(0, mostBeside), ...stores].map((pattern) => ({ globPattern: fromFolder(root, pattern) }));
  const plain = [...new Set([...inside, ...around])].filter((path) => !/[{},]/.test(path)).toSorted();
  const baseUri = toUri(root);
  const braced = inside.filter((path) => /[{},]/.test(path));
  return [
    ...(plain.length === 0
      ? []
      : [{ globPattern: { baseUri, pattern: plain.length === 1 ? (plain[0] ?? '') : `{${plain.join(',')}}` } }]),
    ...braced.map((pattern) => ({ globPattern: { baseUri, pattern } })),
    ...outside.map((path) => ({
      globPattern: { baseUri: toUri(placeIn(root, posix.dirname(path))), pattern: posix.basename(path) },
    })),
    ...stores.map((pattern) => ({ globPattern: { baseUri, pattern } })),
  ];
}

/** The same from the folder before the first wildcard: a project around the window is not to be watched as a whole. */
function fromFolder(root: string, pattern: string): { baseUri: string; pattern: string } {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => isGlob(part));
  const at = wild === -1 ? parts.length - 1 : wild;
  return { baseUri: toUri(placeIn(root, parts.slice(0, at).join('/'))), pattern: parts.slice(at).join('/') };
}

/** `a` and `a/b` of `a/b/c`, up to the first wildcard. */
function foldersOf(path: string): string[] {
  const steps = path.split('/').slice(0, -1);
  const fixed = steps.findIndex((step) => isGlob(step));
  return (fixed === -1 ? steps : steps.slice(0, fixed)).map((_, i) => steps.slice(0, i + 1).join('/'));
}
