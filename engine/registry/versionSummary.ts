import type { ValidationReport } from './validationReport.ts';

/**
 * The figures of a version in the column `model_versions.summary`, separate from the report, so that a list of hundreds
 * stays fast. A change of the shape adds a `format`, which no row has so far.
 */
export interface VersionSummary {
  metrics: Record<string, number>;
  gatesPassed: number;
  gatesTotal: number;
  /** The next three are null in rows before the report had them. */
  flavour: string | null;
  algorithm: string | null;
  /** The program that scored. */
  runtime: string | null;
}

/** The figures of a report. */
export function summaryOf({ performance, gates, flavour, algorithm, backend }: ValidationReport): VersionSummary {
  return {
    metrics: Object.fromEntries(Object.entries(performance).map(([key, estimate]) => [key, estimate.value])),
    gatesPassed: gates.filter((gate) => gate.passed).length,
    gatesTotal: gates.length,
    flavour,
    algorithm,
    runtime: backend,
  };
}

/** Reads the stored figures. A version that was never validated has none. */
export function readVersionSummary(text: string | null): VersionSummary {
  const {
    metrics = {},
    gatesPassed = 0,
    gatesTotal = 0,
    ...more
  } = JSON.parse(text ?? '{}') as Partial<VersionSummary>;
  const { flavour = null, algorithm = null, runtime = null } = more;
  return { metrics, gatesPassed, gatesTotal, flavour, algorithm, runtime };
}
