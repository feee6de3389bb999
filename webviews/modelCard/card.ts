import type { ModelCard } from '../../protocol/modelCard.ts';
import type { ViewState } from '../../protocol/webview.ts';
import type { Opened } from '../ui/connection.ts';
import { Loader } from '../ui/loadable.ts';
import { painter } from '../ui/painter.ts';
import { cardView } from './cardView.ts';
import type { CardConnection, Actions, PersistedState, Model } from './model.ts';

/** The state of the card and what changes it. */
export class Card {
  readonly #connection: CardConnection;
  readonly #paint: () => void;
  readonly #card: Loader<ModelCard>;
  readonly #other: Loader<ModelCard>;
  readonly #actions: Actions;
  #version: ViewState['modelCard']['version'] = 'latest';
  #against: number | null = null;
  #none = false;
  #monitors: string[] = [];

  constructor(connect: (card: Card) => CardConnection) {
    this.#actions = this.#makeActions();
    this.#paint = painter(() => cardView(this.#model(), this.#actions));
    this.#card = new Loader(this.#paint);
    this.#other = new Loader(this.#paint);
    this.#connection = connect(this);
  }

  opened(opened: Opened<'modelCard', PersistedState>): void {
    this.#version = opened.state.version;
    this.#against = opened.ui?.against ?? null;
    void this.#load();
  }

  changed(): void {
    void this.#load();
  }

  #model(): Model {
    return { card: this.#card.state, other: this.#other.state, against: this.#against, none: this.#none };
  }

  async #load(): Promise<void> {
    await this.#card.load(async () => {
      const { models, monitors } = await this.#connection.request('project/overview', {});
      this.#monitors = monitors;
      this.#none = models.length === 0;
      if (this.#none) throw new Error('There is no model version yet.');
      return this.#connection.request('models/card', { version: this.#version });
    });
    if (this.#against !== null) this.#loadOther(this.#against);
  }

  #loadOther(version: number): void {
    void this.#other.load(
      () => this.#connection.request('models/card', { version }),
      this.#other.state.value?.version !== version,
    );
  }

  #makeActions(): Actions {
    return {
      compare: (version) => {
        this.#against = version;
        this.#connection.persist({ against: version });
        if (version !== null) this.#loadOther(version);
        this.#paint();
      },
      openRun: (runId) => this.#connection.act({ do: 'openRun', runId }),
      openCard: (version) => this.#connection.act({ do: 'openCard', version }),
      openDrift: (deployment) => {
        const monitor = this.#monitors.find((name) => name === deployment) ?? this.#monitors[0];
        if (monitor !== undefined) this.#connection.act({ do: 'openDrift', monitor });
      },
      openProject: () => this.#connection.act({ do: 'openFile', path: 'loopwright.yaml', line: null }),
      promote: (version) => this.#connection.act({ do: 'promote', version }),
      runAll: () => this.#connection.act({ do: 'runStage', stage: null, experiment: null }),
      copy: (text) => this.#connection.act({ do: 'copy', text }),
      save: () =>
        this.#connection.act({
          do: 'savePage',
          page: { of: 'card', version: this.#card.state.value?.version ?? this.#version },
        }),
      retry: () => void this.#load(),
    };
  }
}
