import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { globMatcher } from '../engine/base/glob.ts';
import { loadProject, type Project } from '../engine/project/loadProject.ts';
import { parseYaml, type Parsed } from '../engine/project/parseYaml.ts';
import type { ProjectFiles } from '../engine/project/projectFiles.ts';
import { isElsewhere } from '../engine/project/readConfigFile.ts';
import { isInside, leadsOut, withDrive } from '../engine/base/projectPath.ts';
import { realPath } from '../engine/base/realPath.ts';
import { fileKindOf, type FileKind } from '../engine/project/shape.ts';
import { YamlParser } from '../engine/project/yamlParser.ts';
import { languageIds } from '../protocol/languageServer.ts';
import { projectFileNames } from '../protocol/projectFiles.ts';
import { CachedFiles } from './cachedFiles.ts';
import { folderOf, isVirtual, pathFrom, placeIn } from './places.ts';

interface Known {
  content: string | Uint8Array;
  parser: YamlParser;
  parsed: Parsed;
}

/**
 * The open documents laid over the disk, by project. Parsed text is kept until it changes, and of a changed text what
 * did not change. Files that are on no disk (a virtual file system) are those that the client has sent, and those that
 * are open.
 */
export class Workspace {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #parsed = new Map<string, Known>();
  readonly #projects = new Map<string, { stamp: string; project: Project }>();
  readonly #disks = new Map<string, CachedFiles>();
  /** The folders of the window while they are not trusted, as real paths; null where they are. */
  #confines: readonly string[] | null = null;
  /** Texts of files that are on no disk, by their path. */
  readonly #virtual = new Map<string, string>();
  /** Other files there, of which only the names are known. */
  readonly #virtualNames = new Set<string>();

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
  }

  document(uri: string): TextDocument | undefined {
    return this.#documents.get(uri);
  }

  /** The kind of a file of ours, by its name or, while it has none, by its language; null for others. */
  kindOf(uri: string): FileKind | null {
    const path = pathOf(uri);
    const kind = path === null ? null : fileKindOf(path);
    if (kind !== null) return kind;
    const language = uri.startsWith('untitled:') ? this.#documents.get(uri)?.languageId : undefined;
    return language === languageIds.project
      ? 'project'
      : language === languageIds.experiment
        ? 'experiment'
        : language === languageIds.dataset
          ? 'dataset'
          : null;
  }

  /**
   * The folder of the project that a file belongs to: the nearest with a loopwright.yaml or loopwright.yml, open, on
   * disk or sent by the client.
   */
  rootOf(uri: string): string | null {
    const path = pathOf(uri);
    if (path === null) return null;
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      if (this.isProject(folder)) return folder;
      if (folderOf(folder) === folder) return null;
    }
  }

  /** True while a folder has a file that makes it a project. */
  isProject(folder: string): boolean {
    const paths = projectFileNames.map((name) => placeIn(folder, name));
    return paths.some(
      (path) => (isVirtual(folder) ? this.#virtual.has(path) : existsSync(path)) || this.#open(path) !== undefined,
    );
  }

  /** The address of a file: that by which the editor opened it, which may encode more characters than ours. */
  uriOf(path: string): string {
    return this.#open(path)?.uri ?? toUri(path);
  }

  #open(path: string): TextDocument | undefined {
    return this.#documents.get(toUri(path)) ?? this.#documents.all().find(({ uri }) => pathOf(uri) === path);
  }

  /** The project as it stands in the editor, read anew. */
  project(root: string): Project {
    const project = loadProject(root, this.#files(root), process.env, (path, content) =>
      this.#parse(placeIn(root, path), path, content),
    );
    this.#projects.set(root, { stamp: this.#stamp(), project });
    return project;
  }

  /** The project of a file, as it was last read if no text changed since; for answers that a person waits for. */
  projectOf(uri: string): Project | null {
    const root = this.rootOf(uri);
    return root === null ? null : this.projectAt(root);
  }

  projectAt(root: string): Project {
    const known = this.#projects.get(root);
    return known?.stamp === this.#stamp() ? known.project : this.project(root);
  }

  /** The folders of the projects that were read so far and are still there. */
  roots(): string[] {
    return [...this.#projects.keys()].filter((root) => this.isProject(root));
  }

  /** Begins to note which files of a project are asked for. */
  startAsking(root: string): void {
    if (!isVirtual(root)) this.#disk(root).startAsking();
  }

  /** The paths and globs that were asked for since; the findings of the project depend on these. */
  asked(root: string): string[] {
    return [...(this.#disks.get(root)?.questions ?? [])].toSorted();
  }

  /** Something on the disk changed. */
  forget(): void {
    for (const known of this.#projects.values()) known.stamp = '';
    for (const disk of this.#disks.values()) disk.forget();
  }

  /** Takes the files of a virtual folder as the client reads them now. */
  setVirtual(folderUri: string, texts: Record<string, string>, names: readonly string[]): void {
    const folder = pathOf(folderUri) ?? folderUri;
    for (const path of this.#virtual.keys()) if (path.startsWith(`${folder}/`)) this.#virtual.delete(path);
    for (const [name, text] of Object.entries(texts)) this.#virtual.set(placeIn(folder, name), text);
    for (const name of names) this.#virtualNames.add(placeIn(folder, name));
    this.forget();
  }

  /** The parsed text of an open document. */
  parsed(uri: string): Parsed | null {
    const document = this.#documents.get(uri);
    if (!document) return null;
    const path = pathOf(uri);
    const root = this.rootOf(uri);
    return path === null
      ? this.#parse(uri, uri, document.getText())
      : this.#parse(path, root === null ? uri : pathFrom(root, path), document.getText());
  }

  /** A passing text of a document, such as one with a mark in it; what is known of its parts is used and kept. */
  parsePassing(uri: string, text: string): Parsed {
    const known = this.#parsed.get(pathOf(uri) ?? uri);
    return parseYaml(uri, text, known?.parser ?? new YamlParser(), { keep: true });
  }

  /** The open files that belong to a project. */
  openIn(root: string): string[] {
    return this.#documents.keys().filter((uri) => this.rootOf(uri) === root);
  }

  /** The open files below a folder, whether a project is there or not. */
  openBelow(folder: string): string[] {
    return this.#documents.keys().filter((uri) => {
      const path = pathOf(uri);
      return path !== null && !leadsOut(pathFrom(folder, path));
    });
  }

  /** What was parsed of files that are no longer open or asked for. */
  closed(uri: string): void {
    this.#parsed.delete(pathOf(uri) ?? uri);
  }

  #parse(key: string, name: string, content: string | Uint8Array): Parsed {
    const known = this.#parsed.get(key);
    if (known && known.content === content && known.parsed.file === name) return known.parsed;
    const parser = known?.parser ?? new YamlParser();
    const parsed = parseYaml(name, content, parser);
    this.#parsed.set(key, { content, parser, parsed });
    return parsed;
  }

  #stamp(): string {
    return this.#documents
      .all()
      .map((document) => `${document.uri}@${document.version}`)
      .join('\n');
  }

  #files(root: string): ProjectFiles {
    const below = isVirtual(root) ? this.#virtualFiles(root) : this.#disk(root);
    const open = (path: string) => this.#open(placeIn(root, path));
    return {
      read: (path) => open(path)?.getText() ?? below.read(path),
      exists: (path) => below.exists(path) || open(path) !== undefined,
      glob: (pattern) => below.glob(pattern),
      isElsewhere: (path) => isElsewhere(below, path),
    };
  }

  /** While folders are not trusted, nothing outside them is read; null trusts them. */
  confine(folders: readonly string[] | null): void {
    const confines = folders?.map(realPath) ?? null;
    if (confines?.join('\n') === this.#confines?.join('\n')) return;
    this.#confines = confines;
    this.#disks.clear();
    this.forget();
  }

  /** The folder that must not be left: that of the window around a project, or the project itself. */
  #within(root: string): string | undefined {
    if (this.#confines === null) return undefined;
    const real = realPath(root);
    return this.#confines.find((folder) => isInside(folder, real)) ?? real;
  }

  #disk(root: string): CachedFiles {
    const known = this.#disks.get(root) ?? new CachedFiles(root, this.#within(root));
    this.#disks.set(root, known);
    return known;
  }

  #virtualFiles(root: string): ProjectFiles {
    const names = () =>
      [
        ...new Set([
          ...this.#virtual.keys(),
          ...this.#virtualNames,
          ...this.#documents.keys().flatMap((uri) => pathOf(uri) ?? []),
        ]),
      ]
        .filter((path) => path.startsWith(`${root}/`))
        .map((path) => path.slice(root.length + 1));
    return {
      read: (path) => this.#virtual.get(placeIn(root, path)) ?? null,
      exists: (path) => names().some((name) => name === path || name.startsWith(`${path.replace(/\/$/, '')}/`)),
      glob: (pattern) => {
        const expression = globMatcher(pattern);
        return names()
          .filter((name) => expression.test(name))
          .toSorted();
      },
    };
  }
}

/**
 * The path of a file: on this machine, or the address itself in the way that paths are joined, for files on no disk.
 * Null for texts without a place.
 */
export function pathOf(uri: string): string | null {
  // Of older versions in a diff nothing is to be said.
  if (/^(untitled|git|gitfs|review|output):/.test(uri) || !/^[a-z][a-z0-9+.-]*:\//i.test(uri)) return null;
  try {
    if (uri.startsWith('file:')) return withDrive(fileURLToPath(uri));
    const [start = '', scheme = '', slashes = ''] = /^([a-z][a-z0-9+.-]*):(\/+)/i.exec(uri) ?? [];
    const path = `${scheme}:/${decodeURI(uri.slice(start.length))}`;
    slashesOf.set(scheme, slashes);
    return path;
  } catch {
    // An address with a broken escape is that of no file.
    return null;
  }
}

/** `vscode-vfs://github/…` has an authority, `memfs:/…` has none. */
const slashesOf = new Map<string, string>();

export function toUri(path: string): string {
  return isVirtual(path)
    ? encodeURI(
        path.replace(/^([a-z][a-z0-9+.-]*):\//i, (_, scheme: string) => `${scheme}:${slashesOf.get(scheme) ?? '://'}`),
      )
    : pathToFileURL(path).href;
}

/** The path of a document inside its project, with `/`. */
export function pathInProject(root: string, uri: string): string {
  return pathFrom(root, pathOf(uri) ?? uri);
}
