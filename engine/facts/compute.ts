import type { Database } from '../data/database.ts';
import { openMemory } from '../data/withDatabase.ts';
import { messageOf } from '../base/errors.ts';
import { loadProject } from '../project/loadProject.ts';
import { FactCache } from './factCache.ts';
import { datasetFacts, stampFiles } from './datasetFacts.ts';
import type { Fact, FileStamp } from './facts.ts';
import { historyFacts } from './historyFacts.ts';
import { requestKey, type FactRequest } from './requests.ts';
import { sqlFacts } from './sqlFacts.ts';
import { trainFacts } from './trainFacts.ts';

/** Computes facts, each once while its files stay unchanged. Opens a database on first use. */
export class FactFinder {
  readonly #root: string;
  readonly #cache: FactCache;
  readonly #stopped = new AbortController();
  #db: Promise<Database> | null = null;

  constructor(root: string, cache: FactCache = new FactCache(root)) {
    this.#root = root;
    this.#cache = cache;
  }

  /** Returns the cache key of a fact: a hash of the request and of the current state of the files it depends on. */
  async stamp(request: FactRequest): Promise<{ stamp: string; files: FileStamp[] }> {
    const files = await this.#files(request);
    return { stamp: FactCache.stampOf(requestKey(request), files), files };
  }

  /** Returns the cached fact for a stamp, or undefined. */
  known(stamp: string): Fact | undefined {
    return this.#cache.get(stamp);
  }

  /** Computes a fact and caches it. Throws CancelledError after interrupt(). */
  async find(request: FactRequest, { stamp, files }: { stamp: string; files: FileStamp[] }): Promise<Fact> {
    const fact = await this.#compute(request, files);
    // History is not cached: the store changes with every run and is fast to query.
    if (request.kind !== 'history') this.#cache.put(stamp, fact);
    return fact;
  }

  /** Stops the fact that is computed; none is computed after it. */
  interrupt(): void {
    this.#stopped.abort();
    void this.#db?.then(
      (db) => db.interrupt(),
      () => {},
    );
  }

  close(): void {
    void this.#db?.then(
      (db) => db.close(),
      () => {},
    );
    this.#db = null;
  }

  async #files(request: FactRequest): Promise<FileStamp[]> {
    if (request.kind === 'history')
      return [
        ...(await stampFiles(this.#root, '.loopwright/loopwright.db')),
        ...(await stampFiles(this.#root, '.loopwright/loopwright.db-wal')),
        ...(await stampFiles(this.#root, 'loopwright.lock')),
      ];
    const paths =
      request.kind === 'sql'
        ? request.tables.map(({ path }) => path)
        : request.kind === 'dataset'
          ? [
              request.path,
              ...(request.schemaPath === null ? [] : [request.schemaPath]),
              ...request.foreign.flatMap((other) => other?.path ?? []),
            ]
          : [request.path];
    const stamps: FileStamp[] = [];
    for (const path of paths) stamps.push(...(await stampFiles(this.#root, path)));
    return stamps;
  }

  async #compute(request: FactRequest, files: FileStamp[]): Promise<Fact> {
    if (request.kind === 'sql') return sqlFacts(this.#root, request);
    if (request.kind === 'history') return historyFacts(loadProject(this.#root));
    this.#db ??= openMemory({ threads: 2 });
    if (request.kind === 'train') return trainFacts(await this.#db, this.#root, request, files);
    return datasetFacts(
      await this.#db,
      this.#root,
      request,
      await stampFiles(this.#root, request.path),
      this.#stopped.signal,
    );
  }
}

/** Computes all facts in sequence. Reports and skips those that fail. */
export async function findAll(
  root: string,
  requests: readonly FactRequest[],
  options: {
    cache?: FactCache;
    signal?: AbortSignal;
    progress?: (text: string) => void;
    failed?: (text: string) => void;
  } = {},
): Promise<Map<string, Fact>> {
  const finder = new FactFinder(root, options.cache);
  const stop = () => finder.interrupt();
  options.signal?.addEventListener('abort', stop);
  const found = new Map<string, Fact>();
  try {
    for (const request of requests) {
      if (options.signal?.aborted) break;
      const state = await finder.stamp(request);
      const known = finder.known(state.stamp);
      if (known === undefined)
        options.progress?.(
          `reading ${request.kind === 'dataset' ? request.name : `${request.kind} of ${request.name}`}`,
        );
      try {
        found.set(requestKey(request), known === undefined ? await finder.find(request, state) : known);
      } catch (error) {
        if (options.signal?.aborted) break;
        options.failed?.(`${request.kind} ${request.name}: ${messageOf(error)}`);
      }
    }
    return found;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    finder.close();
  }
}
