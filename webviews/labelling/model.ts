import type { LabelOrder, LabelRow, LabelSummary, LabelTaskInfo, LabelTasks } from '../../protocol/labelling.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

/** Settings of the user, kept over a reload. */
export interface PersistedState {
  labeller: string | null;
  /** Show the answers of the model and the rules before a decision. */
  reveal: boolean;
  order: LabelOrder | null;
}

/** A row with the decision on it: a label, or null when it was skipped. */
export interface Decided {
  row: LabelRow;
  label: string | null;
}

/** The queue as loaded in the view. */
export interface Cards {
  /** Rows to decide; the first is on the card. */
  coming: LabelRow[];
  /** Decided rows, the latest last. */
  trail: Decided[];
  /** How many decisions back the user is looking; 0 is the current row. */
  back: number;
  /** A row opened from the list of disagreements, shown before the current row. */
  opened: LabelRow | null;
  /** True after the first request. */
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
  /** The current labeller. */
  who: string;
  naming: boolean;
  help: boolean;
  /** True while skipped rows are reviewed. */
  again: boolean;
  cards: Cards;
  summary: Loadable<LabelSummary>;
  error: string | null;
  /** The last action, announced to screen readers. */
  said: string;
}

/** The row on the card, with its decision when the user looks back. */
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

/** The actions of the view. */
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
