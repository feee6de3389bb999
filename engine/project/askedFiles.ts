import { hasMatch, type ProjectFiles } from './projectFiles.ts';
import { isElsewhere } from './readConfigFile.ts';

/** Project files that record the requested paths and globs. */
export class AskedFiles implements ProjectFiles {
  readonly #files: ProjectFiles;
  #paths = new Set<string>();

  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  get paths(): ReadonlySet<string> {
    return this.#paths;
  }

  clear(): void {
    this.#paths = new Set();
  }

  read(path: string): Uint8Array | string | null {
    this.#paths.add(path);
    return this.#files.read(path);
  }

  exists(path: string): boolean {
    this.#paths.add(path);
    return this.#files.exists(path);
  }

  glob(pattern: string): string[] {
    this.#paths.add(pattern);
    return this.#files.glob(pattern);
  }

  hasMatch(pattern: string): boolean {
    this.#paths.add(pattern);
    return hasMatch(this.#files, pattern);
  }

  isElsewhere(path: string): boolean {
    return isElsewhere(this.#files, path);
  }
}
