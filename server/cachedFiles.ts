import { diskFiles, type ProjectFiles } from '../engine/project/projectFiles.ts';
import { statAt } from '../engine/base/realPath.ts';
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

  /** Reads and lists nothing outside `within`, a real path. */
  constructor(root: string, within?: string) {
    this.#root = root;
    this.#disk = diskFiles(root, within);
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
    const stats = statAt(placeIn(this.#root, path));
    if (!stats?.isFile()) return this.#disk.read(path);
    const stamp = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
    const known = this.#content.get(path);
    const bytes = known?.stamp === stamp ? known.bytes : this.#disk.read(path);
    if (bytes === null || typeof bytes === 'string') return bytes;
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

  isElsewhere(path: string): boolean {
    return this.#asked(`elsewhere ${path}`, () => this.#disk.isElsewhere?.(path) === true) as boolean;
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
