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
    return uri.startsWith('file:') ? fileKindOf(fileURLToPath(uri)) : null;
  }

  /** The folder of the project that a file belongs to: the nearest with a loopwright.yaml, open or on disk. */
  rootOf(uri: string): string | null {
    if (!uri.startsWith('file:')) return null;
    for (let folder = dirname(fileURLToPath(uri)); ; folder = dirname(folder)) {
      if (existsSync(join(folder, projectFileName)) || this.#documents.get(toUri(join(folder, projectFileName)))) return folder;
      if (dirname(folder) === folder) return null;
    }
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
    const open = (path: string) => this.#documents.get(toUri(join(root, path)));
    return {
      read: (path) => open(path)?.getText() ?? disk.read(path),
      exists: (path) => open(path) !== undefined || disk.exists(path),
      glob: (pattern) => disk.glob(pattern),
    };
  }
}

export function toUri(path: string): string {
  return pathToFileURL(path).href;
}

/** The path of a document inside its project, with `/`. */
export function pathInProject(root: string, uri: string): string {
  return relativePath(root, fileURLToPath(uri));
}
