import type { ModelAlias } from '../../protocol/models.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import type { ModelTools } from '../models/flavours/flavour.ts';
import type { Predictor } from '../models/predictor.ts';
import { aliasVersion, getVersion, versionOf, type ModelVersion } from '../registry/modelVersions.ts';
import { openVersion } from '../registry/openVersion.ts';
import type { Store } from '../store/store.ts';

export interface ServedVersion {
  version: ModelVersion;
  model: Predictor;
}

/** Time until a version that could not be loaded is tried again. */
const retryMs = 5000;

/**
 * The model behind an alias, or one version. When the alias moves, the new version loads while the old one keeps
 * serving.
 */
export class ServingModel {
  readonly #store: Store;
  readonly #name: string;
  readonly #which: ModelAlias | number;
  readonly #tools: ModelTools;
  readonly #onError: (message: string) => void;
  #current: ServedVersion | null = null;
  /** Requests that each version is answering. A version that was replaced closes after its last one. */
  readonly #open = new Map<ServedVersion, number>();
  #loading: Promise<void> | null = null;
  /** The version that could not be loaded, the reason, and the time of the next try: its files may be restored. */
  #failed: { version: number; message: string; again: number } | null = null;

  constructor(
    store: Store,
    { name, which, tools }: { name: string; which: ModelAlias | number; tools: ModelTools },
    onError: (message: string) => void,
  ) {
    this.#store = store;
    this.#name = name;
    this.#which = which;
    this.#tools = tools;
    this.#onError = onError;
  }

  /** Loads the version that the alias names; WorkError when it names none. */
  async load(): Promise<ServedVersion> {
    const wanted =
      typeof this.#which === 'number'
        ? getVersion(this.#store, this.#name, this.#which)
        : versionOf(this.#store, this.#name, this.#which);
    if (!wanted)
      throw new WorkError(
        `\`${this.#name}\` has no ${this.#which} to serve. Train and validate with \`loopwright run\`, then \`loopwright models promote VERSION\`.`,
      );
    const served = { version: wanted, model: await openVersion(wanted, this.#tools) };
    const before = this.#current;
    this.#current = served;
    this.#open.set(served, 0);
    if (before && this.#open.get(before) === 0) this.#release(before);
    return served;
  }

  /** Answers a request by the version that serves now, which stays open until the answer is there. */
  async answer<T>(use: (served: ServedVersion) => Promise<T>): Promise<T> {
    const served = this.current();
    this.#open.set(served, (this.#open.get(served) ?? 0) + 1);
    try {
      return await use(served);
    } finally {
      const left = (this.#open.get(served) ?? 1) - 1;
      this.#open.set(served, left);
      if (left === 0 && served !== this.#current) this.#release(served);
    }
  }

  /** Closes all versions. */
  async close(): Promise<void> {
    await this.#loading;
    await Promise.all([...this.#open.keys()].map(({ model }) => model.close()));
    this.#open.clear();
  }

  #release(served: ServedVersion): void {
    this.#open.delete(served);
    served.model
      .close()
      .catch((error: unknown) => this.#onError(`version ${served.version.version} did not close: ${messageOf(error)}`));
  }

  /** The version that serves now. Starts to load the new one when the alias has moved. */
  current(): ServedVersion {
    if (!this.#current) throw new Error('the model was asked for before it was loaded');
    const wanted = typeof this.#which === 'number' ? this.#which : aliasVersion(this.#store, this.#name, this.#which);
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
