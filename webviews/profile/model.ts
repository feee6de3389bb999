import type {
  DataComparison,
  DataOutline,
  DataProfile,
  DataRelations,
  DataRows,
  DataSubject,
  QualityReport,
  SubjectChoice,
} from '../../protocol/dataProfile.ts';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';
import type { ColumnRow, Kind, Sort } from './columnRows.ts';

export type Tab = 'columns' | 'correlation' | 'quality' | 'rows';
export type Method = 'spearman' | 'pearson';

/** Persisted over a reload. */
export interface PersistedState {
  tab: Tab;
  filter: string;
  kind: Kind;
  /** Null: the order of the file or, in a comparison, by drift. */
  sort: Sort | null;
  /** The column shown in detail. */
  open: string | null;
  method: Method;
  /** Histograms show all values instead of the range from the 1st to the 99th percentile. */
  whole: boolean;
  /** Position of the first visible row of data. */
  offset: number;
}

export type ProfileConnection = Connection<'profile', PersistedState>;

/** Data for the templates. */
export interface Model extends PersistedState {
  subject: DataSubject | null;
  against: DataSubject | null;
  subjects: Loadable<SubjectChoice[]>;
  outline: DataOutline | null;
  profile: Loadable<DataProfile>;
  relations: Loadable<DataRelations>;
  quality: Loadable<QualityReport>;
  comparison: Loadable<DataComparison>;
  page: Loadable<DataRows>;
  stages: StageStatus[] | null;
  /** All columns, and the filtered ones in order. */
  all: ColumnRow[];
  shown: ColumnRow[];
  /** The row with the keyboard focus. */
  active: string | null;
  /** Description of the element at the pointer or the keyboard in a chart. */
  pointed: string | null;
  /** Row and column of the focused correlation. */
  cell: [number, number];
}

/** Actions for the templates. */
export interface Actions extends Pick<HostActions, 'openFile' | 'runStage'> {
  show(subject: DataSubject): void;
  compare(against: DataSubject | null): void;
  refresh(): void;
  /** Saves the profile as one HTML file. */
  save(): void;
  tab(tab: Tab): void;
  filter(text: string): void;
  kind(kind: Kind): void;
  order(by: Sort['by']): void;
  activate(name: string): void;
  open(name: string | null): void;
  scrolled(): void;
  keys(event: KeyboardEvent): void;
  method(method: Method): void;
  whole(on: boolean): void;
  point(words: string | null): void;
  cell(row: number, column: number): void;
  /** Moves over the correlations; several keys may arrive before the next paint. */
  step(down: number, across: number): void;
  rowsFrom(offset: number): void;
  retry(what: 'relations' | 'quality' | 'comparison' | 'rows'): void;
}
