import type { ModelCard } from '../../protocol/modelCard.ts';
import type { ViewState } from '../../protocol/webview.ts';
import type { Opened } from '../ui/frame/connection.ts';
import { Loader } from '../ui/frame/loadable.ts';
import { Frame } from '../ui/frame/frame.ts';
import { cardView } from './cardView.ts';
import type { CardConnection, Actions, PersistedState, Model } from './model.ts';

/** The state of the model card and the actions that change it. */
export class Card {
  readonly #frame: Frame<'modelCard', PersistedState>;
  readonly #card: Loader<ModelCard>;
  readonly #other: Loader<ModelCard>;
  readonly #actions: Actions;
  #shown: ViewState['modelCard'] = { name: null, version: 'latest' };
  #none = false;

  constructor(connection: CardConnection) {
    this.#frame = new Frame(connection, {
      initial: { against: null },
      draw: () => cardView(this.#model(), this.#actions),
    });
    this.#actions = this.#makeActions();
    this.#card = new Loader(this.#frame.paint);
    this.#other = new Loader(this.#frame.paint);
  }

  opened(opened: Opened<'modelCard', PersistedState>): void {
    this.#shown = opened.state;
    this.#frame.set({ against: opened.ui?.against ?? null });
    void this.#load();
  }

  changed(): void {
    void this.#load();
  }

  #model(): Model {
    return { card: this.#card.state, other: this.#other.state, against: this.#frame.state.against, none: this.#none };
  }

  async #load(): Promise<void> {
    await this.#card.load(async () => {
      const { models } = await this.#frame.request('project/overview', {});
      this.#none = models.length === 0;
      if (this.#none) throw new Error('The project has no model version.');
      return this.#frame.request('models/card', this.#shown);
    });
    const { against } = this.#frame.state;
    if (against !== null) this.#loadOther(against);
  }

  /** Shows another version of the same model. */
  #versionOf(version: number): { name: string | null; version: number } {
    return { name: this.#card.state.value?.model ?? this.#shown.name, version };
  }

  #loadOther(version: number): void {
    void this.#other.load(
      () => this.#frame.request('models/card', this.#versionOf(version)),
      this.#other.state.value?.version !== version,
    );
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
