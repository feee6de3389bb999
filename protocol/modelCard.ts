import type { CardPlots } from './cardPlots.ts';
import type { Expectation, WindowStatus } from './drift.ts';
import type { Estimate } from './estimate.ts';
import type { FairnessGroups, FairnessRow, Representation } from './fairness.ts';
import type { SliceSearch } from './foundSlices.ts';
import type { ModelFacts } from './modelFacts.ts';
import type { GateResult, Verdict } from './gates.ts';
import type { VersionRecord } from './registry.ts';
import type { CardRobustness } from './robustness.ts';
import type { ParamValue } from './runs.ts';

export interface SliceRow {
  /** Column of the slice, such as `merchant_category`. */
  column: string;
  value: string;
  n: number;
  positives: number | null;
  metrics: Record<string, Estimate>;
  /** Slices that the column has, of which the largest are here. */
  of?: number | undefined;
}

/** What production says of the version now; null where it never served. */
export interface CardHealth {
  deployment: string;
  predictions: number;
  /** The monitor that watches the deployment; null when none does. */
  monitor: string | null;
  lastWindow: {
    start: number;
    end: number;
    rows: number;
    status: WindowStatus;
    driftedShare: number | null;
    expectations: Expectation[];
    performance: Record<string, number>;
  } | null;
}

/** The parts of a card that every version has. */
interface CardOfVersion {
  model: string;
  version: number;
  aliases: string[];
  createdAt: number;
  /** The facts about its files. */
  facts: ModelFacts;
  /** The run that made it; null when not known. */
  run: CardRun | null;
  versions: { version: number; aliases: string[]; createdAt: number; headline: number | null }[];
  /** Overrides, approvals, comments and promotions. */
  record: VersionRecord;
}

export interface CardRun {
  runId: string;
  name: string;
  experiment: string;
  commit: string | null;
  dirty: boolean;
  seed: number | null;
  durationMs: number | null;
}

/**
 * The second fit of a model that a retraining made, on all rows of its window. `served`: it is served in place of the
 * tested fit. `refused`: it is not near the tested fit. `impossible`: there is only the tested fit.
 */
export type CardRefit =
  | {
      kind: 'served';
      modelHash: string;
      rows: number;
      /** Rows that the tested fit learned from. */
      testedRows: number;
      /** Both learned only from rows from this time on, epoch milliseconds; null for all rows. */
      since: number | null;
      steps: number;
      unit: 'epochs' | 'iterations' | 'trees';
    }
  | {
      kind: 'refused';
      reason: 'far scores' | 'worse' | 'other classes';
      /** Distance of the scores in standard deviations; null when they cannot be compared. */
      shift: number | null;
      metric?: { name: string; value: number; bound: number } | undefined;
    }
  | { kind: 'impossible'; reason: 'own program' | 'unknown length' };

/** The card of a version that a program registered and that was never validated here. */
export interface UnvalidatedCard extends CardOfVersion {
  isValidated: false;
  /** The text that the program wrote about it; empty when there is none. */
  description: string;
}

/** The card of a version. */
export type AnyCard = ModelCard | UnvalidatedCard;

export interface CardComparison {
  /** The version of the champion. */
  against: number;
  /** Rows with a true value and an answer of both. */
  n: number;
  /** Rows that only one of the models decides rightly, with McNemar's exact p. */
  decisions: { onlyOwn: number; onlyOther: number; p: number } | null;
  /** The areas under the ROC curve, with DeLong's interval of their difference and p. */
  rocAuc: { own: number; other: number; low: number; high: number; confidence: number; p: number } | null;
}

/** How much a model loses without a feature: its mean loss after the column was shuffled, less that before. */
export interface FeatureImportance {
  feature: string;
  value: number;
  low: number | null;
  high: number | null;
}

/** Permutation importance of the features on a sample of the test rows. */
export interface CardImportance {
  loss: 'log_loss' | 'error' | 'squared_error';
  /** The mean loss before. */
  base: number;
  rows: number;
  repeats: number;
  confidence: number;
  /** The most important first. */
  features: FeatureImportance[];
}

/** The parts of a card that only a person can write; null when missing, and shown as missing. */
export interface CardParts {
  intendedUse: string | null;
  outOfScope: string | null;
  limitations: string | null;
  ethics: string | null;
  oversight: string | null;
}

/** The card of a validated version. */
export interface ModelCard extends CardOfVersion, CardParts {
  isValidated: true;
  task: 'binary' | 'multiclass' | 'multilabel' | 'regression' | 'ranking';
  target: string;
  algorithm: string;
  backend: string;
  /** Null when no second fit was asked for. */
  refit: CardRefit | null;
  verdict: Verdict & { text: string };
  data: {
    dataset: string;
    hash: string;
    rows: { train: number; validation: number; test: number };
    quarantined: number;
    period: { from: string; to: string } | null;
    preparedAt: number;
  };
  features: {
    name: string;
    kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
    missing: number;
    levels: number | null;
  }[];
  performance: Record<string, Estimate>;
  gates: GateResult[];
  /** Null where the project does not ask for it. */
  importance: CardImportance | null;
  /** Null where the project does not ask for it. */
  robustness: CardRobustness | null;
  /** The champion of the validation on the same test rows; null where there was none to compare with. */
  comparison: CardComparison | null;
  slices: SliceRow[];
  /** Null where none was asked for, and of versions from before the search. */
  foundSlices: SliceSearch | null;
  fairness: FairnessRow[];
  fairnessGroups: FairnessGroups[];
  representation: Representation[];
  /** Equal-count bins of the score on the test rows: mean score, share of positives, rows. Empty when not binary. */
  calibration: { meanScore: number; positiveRate: number; n: number }[];
  /** Null in reports that were made before there were plots. */
  plots: CardPlots | null;
  /** The threshold that decides, by which rule, and what it gave, as a sentence; null where nothing was chosen. */
  threshold: { value: number | null; why: string; gave: string } | null;
  /** The column that weighs the rows, and how many equal rows they are worth; null where each counts once. */
  sampleWeight: { column: string; effective: number } | null;
  /** Metrics without a value, and when that is so. */
  notDefined: Record<string, string>;
  params: Record<string, ParamValue>;
  environment: Record<string, string>;
  health: CardHealth[];
  /** The metric that `versions[].headline` and the comparison use. */
  headlineMetric: string;
  reproduce: string;
}
