import type { SavedView } from '../../../protocol/runs.ts';
import type { RunHistoryConnection } from '../model.ts';
import { readSettings, sameSettings } from './settings.ts';
import type { Settings } from './settings.ts';

/** The saved views of the project. */
export class SavedViews {
  readonly #connection: RunHistoryConnection;
  #views: readonly SavedView[] = [];

  constructor(connection: RunHistoryConnection) {
    this.#connection = connection;
  }

  get names(): readonly string[] {
    return this.#views.map((view) => view.name);
  }

  /** Null for an unknown name. */
  settings(name: string): Settings | null {
    const found = this.#views.find((view) => view.name === name);
    return found ? readSettings(found.state) : null;
  }

  /** True when the settings differ from the saved ones. */
  differs(name: string, settings: Settings): boolean {
    const saved = this.settings(name);
    return saved !== null && !sameSettings(saved, settings);
  }

  async load(): Promise<void> {
    this.#views = await this.#connection.request('views/list', {});
  }

  async save(name: string, state: Settings): Promise<void> {
    await this.#connection.request('views/save', { name, state });
    await this.load();
  }

  /** Saves under the new name before deleting the old one. */
  async rename(from: string, to: string): Promise<void> {
    const settings = this.settings(from);
    if (!settings || from === to) return;
    await this.#connection.request('views/save', { name: to, state: settings });
    await this.delete(from);
  }

  async delete(name: string): Promise<void> {
    await this.#connection.request('views/delete', { name });
    await this.load();
  }
}
