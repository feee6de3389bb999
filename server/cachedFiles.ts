import { statSync } from 'node:fs';
import { diskFiles, type ProjectFiles } from '../engine/project/projectFiles.ts';
import { readRegularFile } from '../engine/base/readRegularFile.ts';
import { placeIn } from './places.ts';

/** How long an answer of the disk is believed while nothing tells of a change. */
const believedMs = 1000;

/**
 * The files of a folder, with what the disk answered kept for a moment: a keystroke asks for the same hundred files as
 * the one before.
 */
export class CachedFiles implements ProjectFiles {
  readonly #root: string;
  readonly #disk: ProjectFiles;
  readonly #content = new Map<string, { stamp: string; bytes: Uint8Array }>();
  readonly #answers = new Map<string, boolean | string[]>();
  #since = 0;
  /** Paths and globs that were asked for since `startAsking`. */
  #questions = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    this.#disk = diskFiles(root);
  }

  /** Forgets what was asked for, so that what a judgement depends on can be told apart. */
  startAsking(): void {
    this.#questions = new Set();
  }

  get questions(): ReadonlySet<string> {
    return this.#questions;
  }

  /** The same object as long as the file stays as it is. */
  read(path: string): Uint8Array | string | null {
    this.#questions.add(path);
    const believed = this.#content.get(path);
    if (believed && this.#asked(`same ${path}`, () => false) === true) return believed.bytes;
    const stats = path.includes('\0') ? undefined : statSync(placeIn(this.#root, path), { throwIfNoEntry: false });
    if (!stats?.isFile()) return this.#disk.read(path);
    const stamp = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
    const known = this.#content.get(path);
    const bytes = known?.stamp === stamp ? known.bytes : readRegularFile(placeIn(this.#root, path));
    this.#content.set(path, { stamp, bytes });
    this.#answers.set(`same ${path}`, true);
    return bytes;
  }

  exists(path: string): boolean {
    this.#questions.add(path);
    return this.#asked(`exists ${path}`, () => this.#disk.exists(path)) as boolean;
  }

  glob(pattern: string): string[] {
    this.#questions.add(pattern);
    return this.#asked(`glob ${pattern}`, () => this.#disk.glob(pattern)) as string[];
  }

  forget(): void {
    this.#answers.clear();
  }

  #asked(question: string, answer: () => boolean | string[]): boolean | string[] {
    const now = performance.now();
    if (now - this.#since > believedMs) {
      this.#answers.clear();
      this.#since = now;
    }
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const found = answer();
    this.#answers.set(question, found);
    return found;
  }
}
