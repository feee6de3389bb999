import { gatesText, metricText } from '../../../words/metrics.ts';
import { describeGate } from '../../evaluation/gates.ts';
import { registerVersion } from '../../registry/modelVersions.ts';
import type { ValidationReport } from '../../registry/validationReport.ts';
import { newestSnapshot } from '../../tracking/snapshots.ts';
import { count, type StageContext, type StageOutcome } from '../stageContext.ts';

/** Registers the version, records metrics and gates with the run, and returns the outcome of the stage. */
export function recordResults(context: StageContext, report: ValidationReport): Omit<StageOutcome, 'outs'> {
  const { performance, gates, headlineMetric } = report;
  const snapshot = newestSnapshot(context.store, report.data.dataset);
  if (snapshot) context.run.input(report.data.dataset, snapshot.id);
  const version = context.registers
    ? registerVersion(context.store, context.config.project, context.run.runId, report)
    : null;
  context.run.metrics(Object.fromEntries(Object.entries(performance).map(([key, { value }]) => [key, value])));
  context.run.gates(gates);
  logResults(context, report, version);
  const failed = gates.filter((gate) => !gate.passed);
  const verdict = gatesText({ passed: gates.length - failed.length, total: gates.length });
  const headline = performance[headlineMetric];
  const summary = [
    headline ? `${headlineMetric} ${metricText(headlineMetric, headline.value)}` : '',
    gates.length > 0 ? verdict : '',
    version === null ? '' : `v${version}`,
  ];
  const of = version === null ? '' : ` for version ${version}`;
  return {
    summary: summary.filter(Boolean).join(' · '),
    refused: failed.length > 0 ? `${verdict}${of}: ${failed.map(describeGate).join('; ')}` : undefined,
  };
}

/** Writes metrics, gates and the version to the log of the stage. */
function logResults(context: StageContext, { performance, gates }: ValidationReport, version: number | null): void {
  for (const [name, { value, low, high }] of Object.entries(performance)) {
    const interval = low === null || high === null ? '' : `  [${short(low)}, ${short(high)}]`;
    context.log(`${name.padEnd(22)} ${short(value)}${interval}`);
  }
  for (const gate of gates) {
    const note = gate.note && gate.value !== null ? ` (${gate.note})` : '';
    context.log(`gate ${gate.passed ? 'passed' : 'FAILED'}: ${describeGate(gate)}${note}`);
  }
  const registered =
    version === null
      ? 'a trial, not registered as a version'
      : `registered as version ${version} of ${context.config.project}`;
  context.log(`${registered}; ${count(Object.keys(performance).length)} metrics`);
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
