import type { ValidationReport } from './validationReport.ts';

/**
 * The figures of a version in the column `model_versions.summary`, separate from the report, so that a list of hundreds
 * stays fast. A change of the shape adds a `format`, which no row has so far.
 */
export interface VersionSummary {
  metrics: Record<string, number>;
  gatesPassed: number;
  gatesTotal: number;
}

/** The figures of a report. */
export function summaryOf({ performance, gates }: ValidationReport): VersionSummary {
  return {
    metrics: Object.fromEntries(Object.entries(performance).map(([key, estimate]) => [key, estimate.value])),
    gatesPassed: gates.filter((gate) => gate.passed).length,
    gatesTotal: gates.length,
  };
}

/** Reads the stored figures. A version of another program has none. */
export function readVersionSummary(text: string | null): VersionSummary {
  if (text === null) return { metrics: {}, gatesPassed: 0, gatesTotal: 0 };
  const { metrics, gatesPassed, gatesTotal } = JSON.parse(text) as VersionSummary;
  return { metrics, gatesPassed, gatesTotal };
}
