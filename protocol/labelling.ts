/** In which order rows come up. */
export type LabelOrder = 'uncertain' | 'unlabelled' | 'random';

/** A labelling task of loopwright.yaml. */
export interface LabelTaskInfo {
  name: string;
  dataset: string;
  /** Column that names a row. */
  key: string;
  label: string;
  /** As they stand in the label file, in the order of their digits. */
  classes: string[];
  order: LabelOrder;
  /** How many different people should label each row. */
  labellers: number;
  /** Alias of the model version that says how sure it is, such as `champion` or `NAME@champion`. */
  model: string | null;
  hasRules: boolean;
  /** Relative to the project. */
  file: string;
}

export interface LabelTasks {
  tasks: LabelTaskInfo[];
  /** Tasks that cannot be used, and why. */
  broken: { name: string; message: string }[];
  /** Who labels when nobody is named: git's user.name, else the name of the account. */
  labeller: string;
}

/** A value on the card. */
export interface LabelValue {
  name: string;
  /** Null where the row has none. */
  value: string | null;
  unit: string | null;
  description: string | null;
}

export interface LabelRow {
  key: string;
  values: LabelValue[];
  /** How many people have labelled it. */
  labels: number;
  /** What the labeller who asks decided: a label, null for skipped, undefined for nothing. */
  mine?: string | null;
  /** What the model says; `margin` is by how much its first class leads its second (0 unsure, 1 sure). */
  model: { label: string; probability: number; margin: number } | null;
  /** What weak rules say. */
  rules: { rule: string; label: string }[];
}

export interface LabelQueue {
  rows: LabelRow[];
  /** The order in use, which may not be the one that was asked for. */
  order: LabelOrder;
  /** Why not, or what else should be known; null when there is nothing to say. */
  note: string | null;
  modelVersion: number | null;
  /** Rows that this labeller can still label, those in `rows` among them. */
  left: number;
  /** Rows that this labeller skipped. */
  skipped: number;
}

/** Agreement of two people over the rows that both have labelled. */
export interface LabelAgreement {
  first: string;
  second: string;
  /** Rows that both have labelled. */
  n: number;
  /** Share on which they agree; null without a row. */
  observed: number | null;
  /** Cohen's kappa: 1 full agreement, 0 as by chance; null when it is not defined. */
  kappa: number | null;
}

/** One weak rule over all rows. */
export interface WeakRule {
  rule: string;
  /** Rows that it labels. */
  covered: number;
  /** Of them, those on which another rule says otherwise. */
  conflicts: number;
  /** Of them, those that were labelled by hand with a majority. */
  judged: number;
  /** Share of the judged that it has right; null without any. */
  accuracy: number | null;
}

export interface LabelSummary {
  task: LabelTaskInfo;
  rows: number;
  /** Rows with at least one label by hand. */
  labelled: number;
  /** Rows that as many people have labelled as the task wants. */
  complete: number;
  /** Rows by the label of the majority; `ties` are rows without one. */
  classes: { label: string; rows: number; weak: number }[];
  ties: number;
  people: { labeller: string; labelled: number; skipped: number; today: number; last: number }[];
  agreement: LabelAgreement[];
  /** At most 100 rows on which people disagree, newest first. */
  disagreements: { key: string; labels: { labeller: string; label: string }[] }[];
  disagreementCount: number;
  rules: WeakRule[];
  /** Rows that only rules label, and those on which the rules are undecided. */
  weak: { labelled: number; undecided: number } | null;
  /** What a person should know: lines that were cut short, labels of rows that are gone, rules that failed. */
  notes: string[];
}

/** What adding or taking back a label did. */
export interface LabelDone {
  key: string;
  /** What holds now for this labeller: a label, null for skipped, undefined for nothing. */
  label?: string | null;
  note: string | null;
}
