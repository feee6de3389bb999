import type { ValidationReport } from '../../engine/registry/validationReport.ts';

/** The report of a validated version with one gate, on `pr_auc`, that passed or failed. `part` replaces fields. */
export function versionReport({
  passed = true,
  ...part
}: Partial<ValidationReport> & { passed?: boolean } = {}): ValidationReport {
  return {
    version: 5,
    task: 'binary',
    target: 'y',
    positive: null,
    flavour: null,
    modelHash: null,
    scores: 'probability',
    environment: { python: null, packages: {}, warnings: [] },
    algorithm: 'a',
    backend: 'cpu',
    threshold: 0.5,
    thresholdChoice: { kind: 'chosen', rule: { kind: 'best_f1' }, on: 'validation', n: 20, positives: 8 },
    minPrecision: 0.9,
    classes: null,
    performance: { pr_auc: { value: 0.8, low: null, high: null, confidence: null, n: 5 } },
    headlineMetric: 'pr_auc',
    gates: [
      {
        gate: 'pr_auc',
        min: passed ? 0.5 : 0.9,
        max: null,
        value: 0.8,
        bound: null,
        atConfidence: null,
        n: 5,
        kind: passed ? 'passed' : 'failed',
        passed,
        note: '',
      },
    ],
    slices: [],
    fairness: [],
    calibration: [],
    data: {
      dataset: 'd',
      hash: '',
      rows: { train: 1, validation: 1, test: 1 },
      quarantined: 0,
      period: null,
      preparedAt: 0,
    },
    features: [],
    modelPath: 'm',
    referencePath: 'r',
    referenceRows: 10,
    ...part,
  };
}
