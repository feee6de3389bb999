import type { LabelOrder, LabelRow, LabelSummary, LabelTaskInfo, LabelTasks } from '../../protocol/labelling.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

/** What the person set; kept over a reload. */
export interface PersistedState {
  labeller: string | null;
  /** What the model and the rules say is shown before a decision. */
  reveal: boolean;
  order: LabelOrder | null;
}

/** A row with what was decided on it: a label, or null for skipped. */
export interface Decided {
  row: LabelRow;
  label: string | null;
}

/** The queue as the view holds it. */
export interface Cards {
  /** Rows to come; the first is on the card. */
  coming: LabelRow[];
  /** Rows decided here, the last at the end. */
  trail: Decided[];
  /** How many steps back the person looks; 0 is the row to come. */
  back: number;
  /** A row opened from the list of disagreements, before the one to come. */
  opened: LabelRow | null;
  /** Asked for once at least. */
  known: boolean;
  left: number;
  skipped: number;
  note: string | null;
  order: LabelOrder | null;
  modelVersion: number | null;
}

export interface Model extends PersistedState {
  project: string;
  tasks: Loadable<LabelTasks>;
  task: LabelTaskInfo | null;
  /** The labeller in use. */
  who: string;
  naming: boolean;
  help: boolean;
  /** The rows that were skipped are looked at again. */
  again: boolean;
  cards: Cards;
  summary: Loadable<LabelSummary>;
  error: string | null;
  /** What a screen reader says of the last deed. */
  said: string;
}

/** The row on the card, with what was decided on it when the person looks back. */
export function shownRow({
  coming,
  trail,
  back,
  opened,
}: Cards): { row: LabelRow; decided: string | null | undefined } | null {
  if (opened) return { row: opened, decided: opened.mine };
  const past = back > 0 ? trail.at(-back) : undefined;
  if (past) return { row: past.row, decided: past.label };
  const row = coming[0];
  return row ? { row, decided: row.mine } : null;
}

export const noCards: Cards = {
  coming: [],
  trail: [],
  back: 0,
  opened: null,
  known: false,
  left: 0,
  skipped: 0,
  note: null,
  order: null,
  modelVersion: null,
};

export type LabellingConnection = Connection<'labelling', PersistedState>;

/** What a person can do. */
export interface Actions extends Pick<HostActions, 'copy' | 'openFile'> {
  decide(label: string | null): void;
  undo(): void;
  look(step: 1 | -1): void;
  open(key: string): void;
  task(name: string): void;
  order(order: LabelOrder): void;
  name(labeller: string): void;
  naming(on: boolean): void;
  reveal(): void;
  help(): void;
  again(on: boolean): void;
  retry(): void;
}
