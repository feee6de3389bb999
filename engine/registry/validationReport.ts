import type { Estimate, FairnessRow, ModelCard, SliceRow } from '../../protocol/modelCard.ts';
import type { GateResult } from '../../protocol/runs.ts';
import type { Task } from '../evaluation/predictions.ts';

/**
 * What validation found, kept with the model version; the card, the API and the monitors read it. Paths are relative to
 * the project.
 */
export interface ValidationReport {
  version: 1;
  task: Task;
  target: string;
  algorithm: string;
  backend: string;
  /** Of a binary model: scores from here on are positive. Chosen on validation rows. */
  threshold: number | null;
  minPrecision: number;
  /** Of a binary model: [negative, positive], as they are answered. Null for regression. */
  classes: string[] | null;
  performance: Record<string, Estimate>;
  headlineMetric: string;
  gates: GateResult[];
  slices: SliceRow[];
  fairness: FairnessRow[];
  calibration: ModelCard['calibration'];
  data: ModelCard['data'];
  features: ModelCard['features'];
  /** Folder of the saved model. */
  modelPath: string;
  /** Parquet with the test rows: features, `_score` or `_prediction`. The monitors' reference. */
  referencePath: string;
}

/** The report of a validate stage among the artifacts of its run. */
export function reportFile(stage: string): string {
  return `validation-${stage}.json`;
}
