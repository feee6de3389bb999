import type { AnyCard, ModelCard } from '../../protocol/modelCard.ts';
import type { InspectedModel } from '../../protocol/modelFacts.ts';
import type { ViewState } from '../../protocol/webview.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { cardView } from './cardView.ts';
import type { CardConnection, Actions, PersistedState, Model } from './model.ts';

/** The state of the model card and the actions that change it. */
export class Card {
  readonly #frame: Frame<'modelCard', PersistedState>;
  readonly #card: Loader<AnyCard>;
  readonly #inspected: Loader<InspectedModel>;
  readonly #other: Loader<ModelCard>;
  readonly #actions: Actions;
  #shown: ViewState['modelCard'] = { name: null, version: 'latest' };
  #none = false;
  /** True after the person had the inspected model opened. */
  #isOpened = false;

  constructor(connection: CardConnection) {
    this.#frame = new Frame(connection, {
      initial: { against: null },
      draw: () => cardView(this.#model(), this.#actions),
    });
    this.#actions = this.#makeActions();
    this.#card = new Loader(this.#frame.paint);
    this.#other = new Loader(this.#frame.paint);
    this.#inspected = new Loader(this.#frame.paint);
  }

  opened(opened: Opened<'modelCard', PersistedState>): void {
    if (opened.state.address !== this.#shown.address) {
      this.#inspected.clear();
      this.#isOpened = false;
    }
    this.#shown = opened.state;
    this.#frame.set({ against: opened.ui?.against ?? null });
    void this.#load();
  }

  changed(): void {
    // Opening a model runs its code, which only the person asks for.
    if (!this.#isOpened) void this.#load();
  }

  #model(): Model {
    return {
      address: this.#shown.address ?? null,
      inspected: this.#inspected.state,
      card: this.#card.state,
      other: this.#other.state,
      against: this.#frame.state.against,
      none: this.#none,
    };
  }

  async #load(): Promise<void> {
    if (this.#shown.address !== undefined) return this.#inspect(this.#shown.address);
    await this.#card.load(async () => {
      const { models } = await this.#frame.request('project/overview', {});
      this.#none = models.length === 0;
      if (this.#none) throw new Error('The project has no model version.');
      return this.#frame.request('models/card', this.#shown);
    });
    const { against } = this.#frame.state;
    if (against !== null) this.#loadOther(against);
  }

  /** A model that was opened once is opened again, so that an answer does not lose what it told. */
  #inspect(address: string): Promise<void> {
    return this.#inspected.load(() => this.#frame.request('models/inspect', { address, open: this.#isOpened }), false);
  }

  /** Shows another version of the same model. */
  #versionOf(version: number): { name: string | null; version: number } {
    return { name: this.#card.state.value?.model ?? this.#shown.name, version };
  }

  #loadOther(version: number): void {
    void this.#other.load(async () => {
      const card = await this.#frame.request('models/card', this.#versionOf(version));
      if (!card.isValidated) throw new Error(`v${version} was never validated, so there is nothing to compare.`);
      return card;
    }, this.#other.state.value?.version !== version);
  }

  #makeActions(): Actions {
    return {
      ...this.#frame.actions,
      compare: (version) => {
        this.#frame.persist({ against: version });
        if (version !== null) this.#loadOther(version);
        this.#frame.paint();
      },
      openDrift: (monitor) => this.#frame.act({ do: 'openDrift', monitor }),
      promote: ({ model: name, version }) => this.#frame.act({ do: 'promote', name, version }),
      serve: ({ model: name, version }) => this.#frame.act({ do: 'serveVersion', name, version }),
      validate: ({ model: name, version }) => this.#frame.act({ do: 'validateModel', address: `${name}@${version}` }),
      register: (address) => this.#frame.act({ do: 'validateModel', address }),
      open: () => {
        this.#isOpened = true;
        void this.#load();
      },
      runInTerminal: (command) => this.#frame.act({ do: 'runInTerminal', command }),
      save: () =>
        this.#frame.actions.savePage({
          of: 'card',
          ...this.#shown,
          ...(this.#card.state.value && this.#versionOf(this.#card.state.value.version)),
        }),
      retry: () => void this.#load(),
    };
  }
}
