import type { ModelCard } from '../../protocol/modelCard.ts';
import type { Connection } from '../ui/connection.ts';
import type { Loadable } from '../ui/loadable.ts';

export interface PersistedState {
  /** The version beside which this one is held; null for none. */
  against: number | null;
}

export type CardConnection = Connection<'modelCard', PersistedState>;

export interface Model {
  card: Loadable<ModelCard>;
  other: Loadable<ModelCard>;
  against: number | null;
  /** True when the project has no version at all. */
  none: boolean;
}

export interface Actions {
  compare(version: number | null): void;
  openRun(runId: string): void;
  openCard(version: number): void;
  openDrift(deployment: string): void;
  openProject(): void;
  promote(version: number): void;
  runAll(): void;
  copy(text: string): void;
  /** Saves the card as one HTML file. */
  save(): void;
  retry(): void;
}
