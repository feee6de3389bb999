import type { DriftWindow } from '../../protocol/drift.ts';

/** A quiet window of 100 rows that version 1 answered. */
export function driftWindow(part: Partial<Omit<DriftWindow, 'id'>> = {}): Omit<DriftWindow, 'id'> {
  return {
    start: 0,
    end: 86_400_000,
    rows: 100,
    modelVersions: [1],
    referenceVersion: 1,
    status: 'ok',
    driftedShare: 0,
    values: [],
    performance: {},
    labelled: 0,
    latencyP95Ms: 5,
    errorRate: 0,
    ...part,
  };
}
