import type { AnyCard, ModelCard } from '../../protocol/modelCard.ts';
import type { InspectedModel } from '../../protocol/modelFacts.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

export interface PersistedState {
  /** The version to compare with; null for none. */
  against: number | null;
}

export type CardConnection = Connection<'modelCard', PersistedState>;

export interface Model {
  /** The model that is inspected; null for the card of a version. */
  address: string | null;
  inspected: Loadable<InspectedModel>;
  card: Loadable<AnyCard>;
  other: Loadable<ModelCard>;
  against: number | null;
  /** True when the project has no version. */
  none: boolean;
}

export interface Actions extends Pick<
  HostActions,
  'copy' | 'openCard' | 'openProject' | 'openRun' | 'runAll' | 'writeCard'
> {
  compare(version: number | null): void;
  openDrift(monitor: string): void;
  promote(card: ModelCard): void;
  serve(card: ModelCard): void;
  /** Validates the version. */
  validate(card: AnyCard): void;
  /** Validates the inspected model, which registers it. */
  register(address: string): void;
  /** Opens the inspected model, so that it describes itself. */
  open(): void;
  runInTerminal(command: string): void;
  /** Saves the card as one HTML file. */
  save(): void;
  retry(): void;
}
