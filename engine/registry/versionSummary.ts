import { verdictOfGates } from '../evaluation/gates.ts';
import type { ValidationReport } from './validationReport.ts';

/**
 * The figures of a version in the column `model_versions.summary`, separate from the report, so that a list of hundreds
 * stays fast. A change of the shape adds a `format`, which no row has so far.
 */
export interface VersionSummary {
  metrics: Record<string, number>;
  gatesPassed: number;
  gatesTotal: number;
  /** Absent when no gate is undecidable, and in rows of before that outcome. */
  gatesUndecidable?: number | undefined;
  /** The next three are null in rows before the report had them. */
  flavour: string | null;
  algorithm: string | null;
  /** The program that scored. */
  runtime: string | null;
  /** Rows of the second fit, where that is served. */
  refitRows?: number | undefined;
}

/** The figures of a report. */
export function summaryOf(report: ValidationReport): VersionSummary {
  const { performance, gates, flavour, algorithm, backend, refit } = report;
  const verdict = verdictOfGates(gates);
  return {
    metrics: Object.fromEntries(Object.entries(performance).map(([key, estimate]) => [key, estimate.value])),
    gatesPassed: verdict.passed,
    gatesTotal: verdict.total,
    gatesUndecidable: verdict.undecidable,
    flavour,
    algorithm,
    runtime: backend,
    refitRows: refit?.kind === 'served' ? refit.rows : undefined,
  };
}

/** Reads the stored figures. A version that was never validated has none. */
export function readVersionSummary(text: string | null): VersionSummary {
  const {
    metrics = {},
    gatesPassed = 0,
    gatesTotal = 0,
    gatesUndecidable,
    ...more
  } = JSON.parse(text ?? '{}') as Partial<VersionSummary>;
  const { flavour = null, algorithm = null, runtime = null, refitRows } = more;
  return {
    metrics,
    gatesPassed,
    gatesTotal,
    flavour,
    algorithm,
    runtime,
    ...(gatesUndecidable !== undefined && { gatesUndecidable }),
    ...(refitRows !== undefined && { refitRows }),
  };
}
