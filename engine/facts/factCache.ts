import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { RecentCache } from '../base/recentCache.ts';
import { userCache } from '../base/userCache.ts';
import type { Fact, FileStamp } from './facts.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/** Increased when facts are computed differently. A new release also computes all facts again. */
const version = 4;
const mostKept = 400;

/**
 * Caches facts by request and file state in the user's cache folder. It never writes into the project, so opening one
 * leaves it unchanged.
 */
export class FactCache {
  readonly #folder: string;
  readonly #recent = new RecentCache<string, Fact>(mostKept);

  constructor(root: string, base: string = userCache()) {
    this.#folder = join(base, 'facts', createHash('sha1').update(root).digest('hex').slice(0, 16));
  }

  static stampOf(key: string, files: readonly FileStamp[]): string {
    return createHash('sha1')
      .update(
        `${manifest.version} ${version}\n${key}\n${files.map(({ path, bytes, modifiedMs }) => `${path} ${bytes} ${modifiedMs}`).join('\n')}`,
      )
      .digest('hex');
  }

  get(stamp: string): Fact | undefined {
    const known = this.#recent.get(stamp);
    if (known !== undefined) return known;
    try {
      const fact = (JSON.parse(readFileSync(this.#file(stamp), 'utf8')) as { fact: Fact }).fact;
      this.#recent.set(stamp, fact);
      return fact;
    } catch {
      return undefined;
    }
  }

  /** Caches a fact. In a folder that is not writable nothing is cached, and the next start takes longer. */
  put(stamp: string, fact: Fact): void {
    this.#recent.set(stamp, fact);
    try {
      mkdirSync(this.#folder, { recursive: true });
      const path = this.#file(stamp);
      const temporary = `${path}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify({ fact }));
      replaceFileSync(temporary, path, { patienceMs: 0 });
      this.#prune();
    } catch {
      // A full or read-only disk only means that nothing is cached.
    }
  }

  #prune(): void {
    const files = readdirSync(this.#folder);
    if (files.length <= mostKept) return;
    const byAge = files
      .map((file) => ({ file, at: statSync(join(this.#folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
      .toSorted((a, b) => a.at - b.at);
    for (const { file } of byAge.slice(0, files.length - mostKept / 2))
      rmSync(join(this.#folder, file), { force: true });
  }

  #file(stamp: string): string {
    return join(this.#folder, `${stamp}.json`);
  }
}
