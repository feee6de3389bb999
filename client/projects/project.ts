import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import type { EngineHost } from '../host/engineHost.ts';
import { messageOf } from '../host/engineError.ts';
import { latest } from '../latest.ts';

const quietMs = 150;

/** One folder with a loopwright.yaml or a dvc.yaml: its engine and what is known of it now. */
export class Project {
  readonly root: string;
  /** The name of the file it is written in. */
  file = 'loopwright.yaml';
  /** Where it is, in a window with several; empty while there is one. */
  place = '';
  readonly engine: EngineHost;
  readonly #listeners = new Set<() => void>();
  readonly #refresh: ReturnType<typeof latest>;
  #overview: ProjectOverview | undefined;
  #error: string | undefined;
  #asked = false;
  #called: string | null = null;

  constructor(root: string, createEngine: (changed: () => void) => EngineHost) {
    this.root = root;
    this.#refresh = latest(() => this.#load(), quietMs);
    this.engine = createEngine(() => this.#refresh.ask());
  }

  /** The last good answer; an error keeps it. */
  get overview(): ProjectOverview | undefined {
    return this.#overview;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get name(): string {
    return this.#overview?.project ?? this.#called ?? (this.root.split(/[\\/]/).at(-1) || this.root);
  }

  /** The name with the place, where there are several. */
  get title(): string {
    if (this.place === '') return this.name;
    return this.place.split('/').at(-1) === this.name ? this.place : `${this.name} (${this.place})`;
  }

  /** Takes the name that the text of its file gives. */
  call(name: string | null): void {
    this.#called = name;
  }

  /** Loads the overview unless that was done already. */
  async need(): Promise<void> {
    if (this.#overview || this.#error) return;
    await this.refresh();
  }

  refresh(): Promise<void> {
    return this.#refresh.now();
  }

  /** A project file was saved: ask again, but do not start an engine that nobody needed yet. */
  touched(): void {
    if (this.#asked) this.#refresh.ask();
  }

  /** True once its engine was asked for. */
  get isAsked(): boolean {
    return this.#asked;
  }

  onChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#refresh.dispose();
    this.#listeners.clear();
    this.engine.dispose();
  }

  async #load(): Promise<void> {
    this.#asked = true;
    try {
      this.#overview = await this.engine.request('project/overview', {});
      this.#error = undefined;
    } catch (error) {
      this.#error = messageOf(error);
    }
    for (const listener of this.#listeners) listener();
  }
}
