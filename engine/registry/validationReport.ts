import type { CardImportance } from '../../protocol/modelCard.ts';
import type { CardPlots } from '../../protocol/cardPlots.ts';
import type { CardRobustness } from '../../protocol/robustness.ts';
import type { CalibrationBin } from '../evaluation/calibration.ts';
import type { SliceSearch } from '../evaluation/foundSlices/findSlices.ts';
import type { FairnessGroups, FairnessResult } from '../evaluation/fairness/fairness.ts';
import type { Representation } from '../evaluation/fairness/representation.ts';
import type { ModelComparison } from '../evaluation/compareModels.ts';
import type { GateOutcome } from '../evaluation/gates.ts';
import type { Estimate } from '../evaluation/intervals.ts';
import type { MetricParameters } from '../evaluation/metricParameters.ts';
import type { Task } from '../evaluation/predictions.ts';
import type { SliceResult } from '../evaluation/slices.ts';
import type { Feature, FeatureKind } from '../models/feature.ts';
import type { PredictorMeta } from '../models/predictor.ts';
import type { ThresholdChoice } from '../evaluation/threshold.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { Refit } from './refit.ts';
import { kindOfOldGate } from '../tracking/storedGate.ts';

/** A version beside the champion of its validation, on the same test rows. */
export interface ChampionComparison extends ModelComparison {
  /** The version of the champion. */
  against: number;
}

/**
 * The results of a validation, stored with the model version and among the artifacts of its run. The card, the API and
 * the monitors read it. Paths are relative to the project. A change of the shape increments `version` and adds a step
 * to `readValidationReport`, which reads every earlier version.
 */
export interface ValidationReport {
  version: 5;
  /** Name of the model; missing in reports of projects with one model, which has the name of the project. */
  model?: string;
  task: Task;
  target: string;
  /** The classes in the order of the model's own names or numbers, when the project names them. */
  classNames?: string[] | undefined;
  /** The value of a binary target that counts as positive, as the data writes it; else null. */
  positive: string | null;
  /** Flavour of the model's files; null in reports before version 3, whose models are recognised by their files. */
  flavour: string | null;
  /** SHA-256 over the files of the model; null in reports before version 3. */
  modelHash: string | null;
  algorithm: string;
  /** The program that scored, for display. */
  backend: string;
  /** The form of the scores; see `PredictorMeta`. */
  scores: PredictorMeta['scores'];
  environment: {
    /** The interpreter that scored, relative to the project when inside it; null when the model needs none. */
    python: string | null;
    /** Versions that scored, by the name of the package. */
    packages: Record<string, string>;
    /** Differences to the environment that the model was saved with. */
    warnings: string[];
  };
  /** The threshold of a binary model: scores at or above it are positive. */
  threshold: number | null;
  /** The rule that set the threshold, and the rows that it used; null for another task. */
  thresholdChoice: ThresholdChoice | null;
  minPrecision: number;
  /** What some metrics were computed at; missing in earlier reports. */
  parameters?: MetricParameters | undefined;
  /** The column that weighed the rows; missing where each counted once. */
  sampleWeight?: { column: string; effective: number } | undefined;
  /** The metrics without a value, and when that is so; missing in earlier reports. */
  undefinedMetrics?: Record<string, string> | undefined;
  /** The class labels of the answers; of a binary model [negative, positive]. Null for a regression. */
  classes: string[] | null;
  performance: Record<string, Estimate>;
  headlineMetric: string;
  /** Permutation importance; missing where the project does not ask for it, and in earlier reports. */
  importance?: CardImportance | undefined;
  /** Answers to changed rows; missing where the project does not ask for it, and in earlier reports. */
  robustness?: CardRobustness | undefined;
  gates: GateOutcome[];
  /** The champion on the same rows; missing where none was compared, and in earlier reports. */
  comparison?: ChampionComparison | undefined;
  slices: SliceResult[];
  /** Slices that were searched; null where none was asked for, missing in reports from before the search. */
  foundSlices?: SliceSearch | null | undefined;
  fairness: FairnessResult[];
  /** The rates of the groups of each attribute; missing in reports from before they were kept. */
  fairnessGroups?: FairnessGroups[] | undefined;
  /** The groups of the test rows beside those of the declared people; missing where none are declared. */
  representation?: Representation[] | undefined;
  /** Equal-count bins of the score on the test rows; empty when the model is not binary. */
  calibration: CalibrationBin[];
  /** Missing in earlier reports. */
  plots?: CardPlots | undefined;
  data: {
    dataset: string;
    /**
     * The schema that the rows were prepared by, whose rules hold for the rows of requests; null when the dataset has
     * none. Missing in reports before version 5.
     */
    schema?: DatasetSchema | null | undefined;
    hash: string;
    rows: { train: number; validation: number; test: number };
    quarantined: number;
    period: { from: string; to: string } | null;
    preparedAt: number;
  };
  features: {
    name: string;
    kind: FeatureKind;
    /** The type that the model takes, when it is not the usual one of the kind. */
    type?: Feature['type'];
    /** True when the model fills an absent column by itself. */
    optional?: boolean | undefined;
    /** Share of test rows without a value. */
    missing: number;
    levels: number | null;
  }[];
  /** Folder or file of the saved model that was tested. */
  modelPath: string;
  /** The fit on all rows; missing where none was asked for. */
  refit?: Refit | undefined;
  /**
   * Parquet with test rows, `_score` among its columns: the reference of the monitors. Reports of version 1 name a JSON
   * file.
   */
  referencePath: string;
  /** Rows of the reference. */
  referenceRows: number;
}

/** The report of a validate stage among the artifacts of its run. */
export function reportFile(stage: string): string {
  return `validation-${stage}.json`;
}

/** Reads a stored report of any version. */
export function readValidationReport(text: string): ValidationReport {
  const stored = JSON.parse(text) as
    ValidationReport | ReportVersion4 | ReportVersion3 | ReportVersion2 | ReportVersion1;
  if (stored.version === 5) return stored;
  return fromVersion4(stored.version === 4 ? stored : version4Of(stored));
}

function version4Of(stored: ReportVersion3 | ReportVersion2 | ReportVersion1): ReportVersion4 {
  if (stored.version === 3) return fromVersion3(stored);
  return fromVersion3(fromVersion2(stored.version === 1 ? fromVersion1(stored) : stored));
}

/** Up to version 4, `latency_p50_ms` and `latency_p95_ms` were the times of the model's function. */
interface ReportVersion4 extends Omit<ValidationReport, 'version'> {
  version: 4;
}

const renamed4: Readonly<Record<string, string>> = {
  latency_p50_ms: 'predict_p50_ms',
  latency_p95_ms: 'predict_p95_ms',
};

function fromVersion4(stored: ReportVersion4): ValidationReport {
  return {
    ...stored,
    version: 5,
    performance: Object.fromEntries(
      Object.entries(stored.performance ?? {}).map(([name, estimate]) => [renamed4[name] ?? name, estimate]),
    ),
    gates: stored.gates.map((gate) => ({ ...gate, gate: renamed4[gate.gate] ?? gate.gate })),
  };
}

/** Up to version 3, the threshold always asked for a precision. */
interface ReportVersion3 extends Omit<ReportVersion4, 'version' | 'thresholdChoice'> {
  version: 3;
}

function fromVersion3(stored: ReportVersion3): ReportVersion4 {
  if (stored.task !== 'binary') return { ...stored, version: 4, thresholdChoice: null };
  const thresholdChoice: ThresholdChoice = {
    kind: stored.threshold === null || stored.scores === 'none' ? 'decided' : 'chosen',
    rule: { kind: 'precision', minimum: stored.minPrecision },
    on: stored.data.rows.validation > 0 ? 'validation' : 'test',
    n: null,
    positives: null,
  };
  return { ...stored, version: 4, thresholdChoice };
}

/** Up to version 2, every model was a network that Loopwright trained. */
interface ReportVersion2 extends Omit<
  ReportVersion3,
  'version' | 'positive' | 'flavour' | 'modelHash' | 'scores' | 'environment'
> {
  version: 2;
}

function fromVersion2(stored: ReportVersion2): ReportVersion3 {
  return {
    ...stored,
    version: 3,
    positive: stored.task === 'binary' ? (stored.classes?.[1] ?? null) : null,
    flavour: null,
    modelHash: null,
    scores: stored.task === 'regression' ? 'none' : 'probability',
    environment: { python: null, packages: {}, warnings: [] },
  };
}

/**
 * In version 1, gates had no kind, fairness had no interval and one rate per group, and the number of reference rows
 * was not stored.
 */
interface ReportVersion1 extends Omit<ReportVersion2, 'version' | 'gates' | 'fairness' | 'referenceRows'> {
  version: 1;
  gates: Omit<GateOutcome, 'kind'>[];
  fairness: {
    attribute: string;
    measure: string;
    value: number;
    groups: { group: string; n: number; value: number }[];
    warnings: string[];
  }[];
}

/** In version 1, the reference contained every k-th test row, up to a limit. */
const mostReferenceRows1 = 50_000;

function fromVersion1(stored: ReportVersion1): ReportVersion2 {
  const testRows = stored.data.rows.test;
  const step = Math.max(1, Math.ceil(testRows / mostReferenceRows1));
  return {
    ...stored,
    version: 2,
    gates: stored.gates.map((gate) => ({
      ...gate,
      kind: kindOfOldGate(gate),
    })),
    fairness: stored.fairness.map((row) => fairnessFromVersion1(row, stored.fairness)),
    referenceRows: Math.ceil(testRows / step),
  };
}

/** The rate that version 1 stored with each measure. */
const rates1: Record<string, FairnessResult['rates'][number]['rate']> = {
  demographic_parity_difference: 'selectionRate',
  demographic_parity_ratio: 'selectionRate',
  equalized_odds_difference: 'fpr',
  equal_opportunity_difference: 'tpr',
};

/** The true positive rates of `equalized_odds_difference` were stored with `equal_opportunity_difference` only. */
function fairnessFromVersion1(
  { groups, ...row }: ReportVersion1['fairness'][number],
  all: ReportVersion1['fairness'],
): FairnessResult {
  const rate = rates1[row.measure] ?? 'selectionRate';
  const opportunity = all.find(
    ({ attribute, measure }) => attribute === row.attribute && measure === 'equal_opportunity_difference',
  );
  return {
    ...row,
    low: null,
    high: null,
    confidence: null,
    rates: [
      ...(rate === 'fpr' && opportunity ? [{ rate: 'tpr' as const, groups: opportunity.groups }] : []),
      { rate, groups },
    ],
  };
}
