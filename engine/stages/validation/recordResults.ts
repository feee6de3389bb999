import { gatesText, metricText } from '../../../words/metrics.ts';
import { versionText } from '../../../words/models.ts';
import { describeGate, gateWord, verdictOfGates } from '../../evaluation/gates.ts';
import type { ModelRef } from '../../../protocol/models.ts';
import { actorOf } from '../../registry/audit.ts';
import { addValidation } from '../../registry/addValidation.ts';
import { registerVersion } from '../../registry/registerVersion.ts';
import type { ValidationReport } from '../../registry/validationReport.ts';
import { newestSnapshot } from '../../tracking/snapshots.ts';
import type { Subject } from './validationSubject.ts';
import { count, type StageContext, type StageOutcome } from '../stageContext.ts';

/** Registers the version, records metrics and gates with the run, and returns the outcome of the stage. */
export function recordResults(
  context: StageContext,
  subject: Pick<Subject, 'name' | 'version'>,
  report: ValidationReport,
): Omit<StageOutcome, 'outs'> {
  const { performance, gates, headlineMetric } = report;
  const snapshot = newestSnapshot(context.store, report.data.dataset);
  if (snapshot) context.run.input(report.data.dataset, snapshot.id);
  const registered = context.registers ? register(context, subject, report) : undefined;
  context.run.metrics(Object.fromEntries(Object.entries(performance).map(([key, { value }]) => [key, value])));
  context.run.gates(context.node.name, gates);
  logResults(context, report, registered, subject.version !== null);
  const failed = gates.filter((gate) => !gate.passed);
  const verdict = gatesText(verdictOfGates(gates));
  const headline = performance[headlineMetric];
  const summary = [
    headline ? `${headlineMetric} ${metricText(headlineMetric, headline.value)}` : '',
    gates.length > 0 ? verdict : '',
    registered ? `v${registered.version}` : '',
  ];
  const of = registered ? ` for version ${registered.version}` : '';
  return {
    registered,
    summary: summary.filter(Boolean).join(' · '),
    refused: failed.length > 0 ? `${verdict}${of}: ${failed.map(describeGate).join('; ')}` : undefined,
  };
}

/** Adds the report to the version that was validated, or registers a new version. */
function register(
  { store, run, subject: elsewhere }: StageContext,
  { name, version }: Pick<Subject, 'name' | 'version'>,
  report: ValidationReport,
): ModelRef {
  const registered =
    version === null
      ? registerVersion(store, name, elsewhere?.runId ?? run.runId, report, actorOf('run'))
      : addValidation(store, { name, version }, report, actorOf('run'));
  // The version belongs to the run that trained it, so this run says what it validated.
  if (elsewhere) run.tag('validated', versionText(registered, true));
  return registered;
}

/** Writes metrics, gates and the version to the log of the stage. */
function logResults(
  context: StageContext,
  { performance, gates }: ValidationReport,
  registered: ModelRef | undefined,
  wasRegistered: boolean,
): void {
  for (const [name, { value, low, high }] of Object.entries(performance)) {
    const interval = low === null || high === null ? '' : `  [${short(low)}, ${short(high)}]`;
    context.log(`${name.padEnd(22)} ${short(value)}${interval}`);
  }
  for (const gate of gates) {
    const note = gate.note && gate.value !== null ? ` (${gate.note})` : '';
    context.log(`gate ${gateWord(gate)}: ${describeGate(gate)}${note}`);
  }
  const outcome = registered
    ? `${wasRegistered ? 'validated' : 'registered as'} version ${registered.version} of ${registered.name}`
    : 'a trial, not registered as a version';
  context.log(`${outcome}; ${count(Object.keys(performance).length)} metrics`);
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
