import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { loadProject, projectFileName, type Project } from '../engine/project/loadProject.ts';
import { parseYaml, type Parsed } from '../engine/project/parseYaml.ts';
import { diskFiles, relativePath, type ProjectFiles } from '../engine/project/projectFiles.ts';
import { fileKindOf, type FileKind } from '../engine/project/shape.ts';

/** The open documents laid over the disk, by project. Parsed text is kept until it changes. */
export class Workspace {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #parsed = new Map<string, { version: number; parsed: Parsed }>();

  readonly #projects = new Map<string, { stamp: string; project: Project }>();

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
  }

  document(uri: string): TextDocument | undefined {
    return this.#documents.get(uri);
  }

  /** The kind of a file of ours; null for others and for what is not on a disk. */
  kindOf(uri: string): FileKind | null {
    const path = pathOf(uri);
    return path === null ? null : fileKindOf(path);
  }

  /** The folder of the project that a file belongs to: the nearest with a loopwright.yaml, open or on disk. */
  rootOf(uri: string): string | null {
    const path = pathOf(uri);
    if (path === null) return null;
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (this.isProject(folder)) return folder;
      if (dirname(folder) === folder) return null;
    }
  }

  /** True while a folder has a loopwright.yaml, open or on disk. */
  isProject(folder: string): boolean {
    return existsSync(join(folder, projectFileName)) || this.#open(join(folder, projectFileName)) !== undefined;
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
    const project = loadProject(root, this.#files(root));
    this.#projects.set(root, { stamp: this.#stamp(), project });
    return project;
  }

  /** The project of a file, as it was last read if no text changed since; for answers that a person waits for. */
  projectOf(uri: string): Project | null {
    const root = this.rootOf(uri);
    if (root === null) return null;
    const known = this.#projects.get(root);
    return known?.stamp === this.#stamp() ? known.project : this.project(root);
  }

  /** Something on the disk changed. */
  forget(): void {
    this.#projects.clear();
  }

  /** The parsed text of an open document. */
  parsed(uri: string): Parsed | null {
    const document = this.#documents.get(uri);
    if (!document) return null;
    const known = this.#parsed.get(uri);
    if (known && known.version === document.version) return known.parsed;
    const parsed = parseYaml(uri, document.getText());
    this.#parsed.set(uri, { version: document.version, parsed });
    return parsed;
  }

  /** The open files that belong to a project. */
  openIn(root: string): string[] {
    return this.#documents.keys().filter((uri) => this.rootOf(uri) === root);
  }

  #stamp(): string {
    return this.#documents.all().map((document) => `${document.uri}@${document.version}`).join('\n');
  }

  #files(root: string): ProjectFiles {
    const disk = diskFiles(root);
    const open = (path: string) => this.#open(join(root, path));
    return {
      read: (path) => open(path)?.getText() ?? disk.read(path),
      exists: (path) => open(path) !== undefined || disk.exists(path),
      glob: (pattern) => disk.glob(pattern),
    };
  }
}

/** The path of a file on this machine; null for other addresses. */
function pathOf(uri: string): string | null {
  if (!uri.startsWith('file:')) return null;
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

export function toUri(path: string): string {
  return pathToFileURL(path).href;
}

/** The path of a document inside its project, with `/`. */
export function pathInProject(root: string, uri: string): string {
  return relativePath(root, fileURLToPath(uri));
}
