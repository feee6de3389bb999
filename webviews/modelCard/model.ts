import type { ModelCard } from '../../protocol/modelCard.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

export interface PersistedState {
  /** The version to compare with; null for none. */
  against: number | null;
}

export type CardConnection = Connection<'modelCard', PersistedState>;

export interface Model {
  card: Loadable<ModelCard>;
  other: Loadable<ModelCard>;
  against: number | null;
  /** True when the project has no version. */
  none: boolean;
}

export interface Actions extends Pick<HostActions, 'copy' | 'openCard' | 'openProject' | 'openRun' | 'runAll'> {
  compare(version: number | null): void;
  openDrift(monitor: string): void;
  promote(card: ModelCard): void;
  /** Saves the card as one HTML file. */
  save(): void;
  retry(): void;
}
