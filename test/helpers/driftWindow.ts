import type { JudgedWindow } from '../../engine/monitoring/judgeWindow.ts';
import type { Expectation } from '../../protocol/drift.ts';

/** A quiet window of 100 rows that version 1 answered. */
export function driftWindow(part: Partial<JudgedWindow> = {}): JudgedWindow {
  return {
    start: 0,
    end: 86_400_000,
    rows: 100,
    modelVersions: [1],
    referenceVersion: 1,
    status: 'ok',
    inputs: 'stable',
    score: 'stable',
    expectations: [],
    minRows: 100,
    driftedShare: 0,
    values: [],
    performance: {},
    intervals: {},
    labelled: 0,
    labelFaults: null,
    latencyP95Ms: 5,
    errorRate: 0,
    ...part,
  };
}

/** An expectation of at least 0.7 on 400 labels, which is met. */
export function expectation(part: Partial<Expectation> = {}): Expectation {
  return {
    metric: 'pr_auc',
    min: 0.7,
    max: null,
    state: 'met',
    value: 0.8,
    low: 0.75,
    high: 0.85,
    n: 400,
    of: 'labels',
    needed: 50,
    rarer: null,
    ...part,
  };
}
