import { thresholdText } from '../../words/threshold.ts';
import { WorkError } from '../base/errors.ts';
import { fewestRows } from '../evaluation/fewestRows.ts';
import { judgeGate, type GateBound, type GateOutcome } from '../evaluation/gates.ts';
import { parseMetric } from '../evaluation/metricName.ts';
import { parameterOf } from '../evaluation/metricParameters.ts';
import { measureNamed, metricNeeds } from '../evaluation/metrics.ts';
import { isSameRule } from '../evaluation/threshold.ts';
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
  if (!metric?.champion) return gate;
  const isAgainst = gate.against === champion.version;
  if (isAgainst && !isOfTwoRules(metric.name, wanted, champion)) return gate;
  // A champion with another target was not compared in the validation either.
  if (gate.kind === 'champion_not_comparable' || !hasSameTarget(wanted, champion)) return gate;
  // A metric without a value, or of too few rows, has no other one now.
  if (gate.kind === 'no_value' || gate.kind === 'too_few_rows') return gate;
  const reason = !hasSameRows(wanted, champion)
    ? 'the two were tested on different rows'
    : !hasSameRule(metric.name, wanted, champion)
      ? 'the two decide by different rules'
      : gate.atConfidence === null
        ? null
        : 'its gate compares an interval';
  const [own, other] = [wanted.report.performance[metric.name], champion.report.performance[metric.name]];
  if (reason !== null || !own || !other)
    throw new WorkError(
      `\`${wanted.model}\` v${wanted.version} was ${gate.against === undefined ? 'validated before there was a champion' : `compared with v${gate.against}`}${isAgainst ? '' : `, but v${champion.version} is champion now`}, and ${reason ?? `${metric.name} is missing in one of them`}, so \`${gate.gate}\` cannot be judged again. Validate it again with \`loopwright run --force STAGE\` and promote the version that this registers.`,
    );
  const behind = own.behind ?? own.n;
  if (behind < fewestRows)
    return judgeGate(gate.gate, boundOf(gate), {
      kind: 'too_few_rows',
      n: own.n,
      note: `${behind} rows are behind it; a difference needs ${fewestRows}`,
    });
  return judgeGate(gate.gate, boundOf(gate), {
    kind: 'value',
    value: own.value - other.value,
    interval: null,
    n: own.n,
    against: champion.version,
    note: comparedAt(metric.name, wanted, champion),
  });
}

function boundOf({ min, max }: GateOutcome): GateBound {
  return { min: min ?? undefined, max: max ?? undefined };
}

/** True for decisions that a release before version 4 of the report compared at two rules. */
function isOfTwoRules(metric: string, wanted: ModelVersion, champion: ModelVersion): boolean {
  return wanted.report.thresholdChoice?.n === null && !hasSameRule(metric, wanted, champion);
}

function hasSameTarget({ report: a }: ModelVersion, { report: b }: ModelVersion): boolean {
  return a.task === b.task && a.target === b.target && (a.classes ?? []).join('\n') === (b.classes ?? []).join('\n');
}

/** The test rows are part of the prepared data, so equal data has equal test rows. */
function hasSameRows({ report: a }: ModelVersion, { report: b }: ModelVersion): boolean {
  return a.data.hash !== '' && a.data.hash === b.data.hash && a.data.rows.test === b.data.rows.test;
}

/** True when a metric of both versions is at one rule: that of the threshold, or the precision of the recall. */
function hasSameRule(metric: string, { report: a }: ModelVersion, { report: b }: ModelVersion): boolean {
  const parameter = measureNamed(metric)?.parameter;
  if (
    parameter !== undefined &&
    JSON.stringify(parameterOf(parameter, a.parameters)) !== JSON.stringify(parameterOf(parameter, b.parameters))
  )
    return false;
  if (metricNeeds(metric) === 'min_precision') return a.minPrecision === b.minPrecision;
  if (metricNeeds(metric) !== 'threshold' || !a.thresholdChoice || !b.thresholdChoice) return true;
  return isSameRule(a.thresholdChoice, b.thresholdChoice);
}

/** The rule of the threshold, which the gate names; empty for a metric without one. */
function comparedAt(metric: string, { report: a }: ModelVersion, { report: b }: ModelVersion): string {
  return metricNeeds(metric) === 'threshold' && a.thresholdChoice
    ? `both thresholds by one rule, ${thresholdText(a.thresholdChoice)}: ${a.threshold}, the champion's ${b.threshold}`
    : '';
}
