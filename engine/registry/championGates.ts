import { WorkError } from '../base/errors.ts';
import { judgeGate, type GateOutcome } from '../evaluation/gates.ts';
import { parseMetric } from '../evaluation/metricName.ts';
import type { ModelVersion } from './modelVersions.ts';

/**
 * Judges the gates of a version against the current champion. A gate such as `pr_auc@champion` was judged against the
 * champion at the time of the validation. If the champion has changed, the gate is judged again from the metrics of
 * both versions on the same test rows. Throws WorkError with the next step when the test rows differ or the gate needs
 * an interval of the difference, which only a validation computes.
 */
export function gatesAgainst(wanted: ModelVersion, champion: ModelVersion | null): GateOutcome[] {
  const { gates } = wanted.report;
  return champion === null ? gates : gates.map((gate) => judgedAgain(gate, wanted, champion));
}

function judgedAgain(gate: GateOutcome, wanted: ModelVersion, champion: ModelVersion): GateOutcome {
  const metric = parseMetric(gate.gate);
  if (!metric?.champion || gate.against === champion.version) return gate;
  // A champion with another target was not compared in the validation either.
  if (gate.kind === 'champion_not_comparable' || !hasSameTarget(wanted, champion)) return gate;
  // A metric without a value in the validation has none now either.
  if (gate.kind === 'no_value') return gate;
  const reason = hasSameRows(wanted, champion)
    ? gate.atConfidence === null
      ? null
      : 'its gate compares an interval'
    : 'the two were tested on different rows';
  const [own, other] = [wanted.report.performance[metric.name], champion.report.performance[metric.name]];
  if (reason !== null || !own || !other)
    throw new WorkError(
      `\`${wanted.model}\` v${wanted.version} was ${gate.against === undefined ? 'validated before there was a champion' : `compared with v${gate.against}`}, but v${champion.version} is champion now, and ${reason ?? `${metric.name} is missing in one of them`}, so \`${gate.gate}\` cannot be judged again. Validate it again with \`loopwright run --force STAGE\` and promote the version that this registers.`,
    );
  return judgeGate(
    gate.gate,
    { min: gate.min ?? undefined, max: gate.max ?? undefined },
    { kind: 'value', value: own.value - other.value, interval: null, n: own.n, against: champion.version },
  );
}

function hasSameTarget({ report: a }: ModelVersion, { report: b }: ModelVersion): boolean {
  return a.task === b.task && a.target === b.target && (a.classes ?? []).join('\n') === (b.classes ?? []).join('\n');
}

/** The test rows are part of the prepared data, so equal data has equal test rows. */
function hasSameRows({ report: a }: ModelVersion, { report: b }: ModelVersion): boolean {
  return (
    a.data.hash !== '' &&
    a.data.hash === b.data.hash &&
    a.data.rows.test === b.data.rows.test &&
    a.minPrecision === b.minPrecision
  );
}
