import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectError } from '../engine/base/errors.ts';
import { hasStore, stateFolder, type Store } from '../engine/store/store.ts';
import { markStopped } from '../engine/serving/deployments.ts';
import { markInterrupted, openStore } from '../engine/tracking/openStore.ts';

const checkInterval = 4000;

/** The store of the engine host's folder, opened once it exists and again when its file is replaced. */
export class HostStore {
  readonly #root: string;
  readonly #timer: NodeJS.Timeout;
  #store: Store | null = null;
  #inode: number | null = null;

  constructor(root: string) {
    this.#root = root;
    // Marks runs whose process died within seconds, even when no view asks.
    this.#timer = setInterval(() => {
      try {
        this.current();
      } catch {
        /* Busy or broken: the next request reports it. */
      }
    }, checkInterval).unref();
  }

  /** The store, or null before the first run. */
  current(): Store | null {
    const inode = statSync(join(this.#root, stateFolder, 'loopwright.db'), { throwIfNoEntry: false })?.ino ?? null;
    if (this.#store && inode !== this.#inode) this.#close();
    if (!this.#store && inode !== null) {
      this.#store = openStore(this.#root);
      this.#inode = inode;
    }
    if (this.#store) {
      markInterrupted(this.#store);
      markStopped(this.#store);
    }
    return this.#store;
  }

  /** The store. Throws ProjectError before the first run. */
  required(): Store {
    const store = this.current();
    if (!store) throw new ProjectError('Nothing was run yet, so there is nothing to show.');
    return store;
  }

  /** The store, created when the folder has none. */
  created(): Store {
    if (!hasStore(this.#root)) openStore(this.#root).sql.close();
    return this.required();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#close();
  }

  #close(): void {
    this.#store?.sql.close();
    this.#store = null;
  }
}
