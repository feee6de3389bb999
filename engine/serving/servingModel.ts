import { join } from 'node:path';
import type { ModelAlias } from '../../protocol/models.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import type { Model } from '../models/model.ts';
import { loadModel } from '../models/savedModel.ts';
import { aliasVersion, versionOf, type ModelVersion } from '../registry/modelVersions.ts';
import type { Store } from '../store/store.ts';

export interface ServedVersion {
  version: ModelVersion;
  model: Model;
}

/** Time until a version that could not be loaded is tried again. */
const retryMs = 5000;

/** The model behind an alias. When the alias moves, the new version loads while the old one keeps serving. */
export class ServingModel {
  readonly #store: Store;
  readonly #name: string;
  readonly #alias: ModelAlias;
  readonly #onError: (message: string) => void;
  #current: ServedVersion | null = null;
  #loading: Promise<void> | null = null;
  /** The version that could not be loaded, the reason, and the time of the next try: its files may be restored. */
  #failed: { version: number; message: string; again: number } | null = null;

  constructor(store: Store, name: string, alias: ModelAlias, onError: (message: string) => void) {
    this.#store = store;
    this.#name = name;
    this.#alias = alias;
    this.#onError = onError;
  }

  /** Loads the version that the alias names; WorkError when it names none. */
  async load(): Promise<ServedVersion> {
    const wanted = versionOf(this.#store, this.#name, this.#alias);
    if (!wanted)
      throw new WorkError(
        `\`${this.#name}\` has no ${this.#alias} to serve. Train and validate with \`loopwright run\`, then \`loopwright models promote VERSION\`.`,
      );
    const served = { version: wanted, model: await loadModel(join(this.#store.root, wanted.path)) };
    this.#current = served;
    return served;
  }

  /** The version that serves now. Starts to load the new one when the alias has moved. */
  current(): ServedVersion {
    if (!this.#current) throw new Error('the model was asked for before it was loaded');
    const wanted = aliasVersion(this.#store, this.#name, this.#alias);
    const failedJustNow = this.#failed?.version === wanted && Date.now() < this.#failed.again;
    if (wanted !== null && wanted !== this.#current.version.version && !this.#loading && !failedJustNow) {
      this.#loading = this.load()
        .then(
          () => {
            this.#failed = null;
          },
          (error: unknown) => this.#couldNot(wanted, messageOf(error)),
        )
        .finally(() => {
          this.#loading = null;
        });
    }
    return this.#current;
  }

  /** Reports once why a version is not served. */
  #couldNot(version: number, why: string): void {
    const message = `version ${version} could not be loaded, version ${this.#current?.version.version} keeps serving: ${why}`;
    if (this.#failed?.message !== message) this.#onError(message);
    this.#failed = { version, message, again: Date.now() + retryMs };
  }
}
