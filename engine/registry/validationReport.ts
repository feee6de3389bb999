import type { CalibrationBin } from '../evaluation/calibration.ts';
import type { FairnessResult } from '../evaluation/fairness/fairness.ts';
import type { GateOutcome } from '../evaluation/gates.ts';
import type { Estimate } from '../evaluation/intervals.ts';
import type { Task } from '../evaluation/predictions.ts';
import type { SliceResult } from '../evaluation/slices.ts';
import { kindOfOldGate } from '../tracking/storedGate.ts';

/**
 * The results of a validation, stored with the model version and among the artifacts of its run. The card, the API and
 * the monitors read it. Paths are relative to the project. A change of the shape increments `version` and adds a step
 * to `readValidationReport`, which reads every earlier version.
 */
export interface ValidationReport {
  version: 2;
  /** Name of the model; missing in reports of projects with one model, which has the name of the project. */
  model?: string;
  task: Task;
  target: string;
  algorithm: string;
  backend: string;
  /** The threshold of a binary model: scores at or above it are positive. Chosen on the validation rows. */
  threshold: number | null;
  minPrecision: number;
  /** The class labels of the answers; of a binary model [negative, positive]. Null for a regression. */
  classes: string[] | null;
  performance: Record<string, Estimate>;
  headlineMetric: string;
  gates: GateOutcome[];
  slices: SliceResult[];
  fairness: FairnessResult[];
  /** Equal-count bins of the score on the test rows; empty when the model is not binary. */
  calibration: CalibrationBin[];
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
    kind: 'numeric' | 'categorical' | 'boolean';
    /** Share of test rows without a value. */
    missing: number;
    levels: number | null;
  }[];
  /** Folder of the saved model. */
  modelPath: string;
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
  const stored = JSON.parse(text) as ValidationReport | ReportVersion1;
  return stored.version === 1 ? fromVersion1(stored) : stored;
}

/**
 * In version 1, gates had no kind, fairness had no interval and one rate per group, and the number of reference rows
 * was not stored.
 */
interface ReportVersion1 extends Omit<ValidationReport, 'version' | 'gates' | 'fairness' | 'referenceRows'> {
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

function fromVersion1(stored: ReportVersion1): ValidationReport {
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
