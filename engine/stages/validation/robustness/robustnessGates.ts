import type { PerturbedColumn } from '../../../../protocol/robustness.ts';
import { fewestRows } from '../../../evaluation/fewestRows.ts';
import type { Measured } from '../../../evaluation/gates.ts';
import type { Interval } from '../../../evaluation/intervals.ts';
import { parseMetric, type MetricName } from '../../../evaluation/metricName.ts';
import { smallerIsBetter } from '../../../evaluation/metrics.ts';
import type { AskedConfidence } from '../../../evaluation/sliceGates.ts';
import { worstInterval } from '../../../evaluation/worstInterval.ts';
import { binomialInterval } from '../../../statistics/binomialInterval.ts';
import type { Robustness } from './measureRobustness.ts';

/** One value that a gate may compare. */
interface Candidate {
  column: string;
  value: number;
  n: number;
  /** The rows that the value is about. */
  behind: number;
  intervalAt: (confidence: number) => Interval | null;
}

/**
 * Measures what a gate names of changed rows: `roc_auc{missing=amount}` after a perturbation, `roc_auc{missing}` the worst
 * of all columns, `…@clean` the change, and the shares of tests such as `changed_share{invariant_to=gender}`. Null for a
 * name that is none of these.
 */
export function robustnessMeasurer(
  found: Robustness | null,
): (gate: string, asked: AskedConfidence) => Measured | null {
  return (gate, asked) => {
    const metric = parseMetric(gate);
    if (!metric?.test) return null;
    if (!found) return { kind: 'no_value', n: 0, note: 'the validation has no `robustness`' };
    const candidates = candidatesOf(found, metric, metric.test);
    if (!Array.isArray(candidates)) return candidates;
    return worstOf(metric, candidates, asked);
  };
}

function candidatesOf(
  { card, measured }: Robustness,
  { name, clean }: MetricName,
  test: { kind: string; column: string | null },
): Candidate[] | Measured {
  const isMeant = ({ column }: { column: string }) => test.column === null || column === test.column;
  const shares =
    test.kind === 'invariant_to'
      ? card.invariances
      : card.directions.filter(({ direction }) => direction === test.kind);
  const tests = shares.filter(isMeant);
  const perturbed = measured.filter(({ result }) => result.perturbation === test.kind && isMeant(result));
  const untried = card.untried.find((one) => one.test === test.kind && one.column === test.column);
  if (tests.length === 0 && perturbed.length === 0)
    return {
      kind: 'no_value',
      n: 0,
      note: untried
        ? `\`${untried.column}\` was not tried: ${untried.why}`
        : `\`robustness\` tried ${test.kind} on no ${test.column === null ? 'column' : `column \`${test.column}\``}`,
    };
  const refused =
    name === 'refused_share'
      ? undefined
      : [...tests, ...perturbed.map(({ result }) => result)].find((one) => one.refused);
  if (refused?.refused)
    return {
      kind: 'no_value',
      n: refused.n,
      note: `the model refuses ${refused.refused.rows} of ${refused.refused.of} rows with \`${refused.column}\` changed: ${refused.refused.message}`,
    };
  if (name === 'refused_share') return perturbed.map(({ result }) => refusedShare(result));
  if (name === 'largest_change')
    return tests.map(({ column, n, largest }) => ({ column, n, behind: n, value: largest, intervalAt: () => null }));
  if (tests.length > 0)
    return tests.map(({ column, n, rows, share }) => ({
      column,
      n,
      behind: n,
      value: share,
      intervalAt: (confidence) => (n === 0 ? null : binomialInterval(rows, n, confidence)),
    }));
  const candidates = perturbed.flatMap(({ result, compared }): Candidate[] => {
    const values = compared?.valuesOf(name);
    if (!compared || !values) return [];
    return [
      {
        column: result.column,
        value: clean ? values.after - values.before : values.after,
        n: compared.n,
        behind: compared.rowsBehind(name),
        intervalAt: (confidence) =>
          clean ? compared.changeInterval(name, confidence) : compared.afterInterval(name, confidence),
      },
    ];
  });
  return candidates.length === perturbed.length
    ? candidates
    : { kind: 'no_value', n: card.rows, note: 'the metric could not be computed on the changed rows' };
}

function refusedShare({ column, refused, n }: PerturbedColumn): Candidate {
  const [rows, of] = refused ? [refused.rows, refused.of] : [0, n];
  return {
    column,
    value: of === 0 ? 0 : rows / of,
    n: of,
    behind: of,
    intervalAt: (confidence) => (of === 0 ? null : binomialInterval(rows, of, confidence)),
  };
}

function worstOf(
  metric: MetricName,
  candidates: readonly Candidate[],
  { confidence, isAsked }: AskedConfidence,
): Measured {
  const sign = smallerIsBetter(metric.name) ? -1 : 1;
  const worst = candidates.reduce((a, b) => (sign * b.value < sign * a.value ? b : a));
  const interval = worstInterval(candidates, sign, confidence);
  const behind = Math.min(...candidates.map((one) => one.behind));
  if (behind < fewestRows && !(isAsked && interval && behind > 0))
    return {
      kind: 'too_few_rows',
      n: worst.n,
      note: `${behind} rows are behind it; a value needs ${fewestRows}, or a gate \`at_confidence\``,
    };
  return {
    kind: 'value',
    value: worst.value,
    interval,
    n: worst.n,
    note:
      candidates.length === 1
        ? ''
        : metric.test?.column === null
          ? `the worst of ${candidates.length} perturbed columns is \`${worst.column}\``
          : `the worst of ${candidates.length} ways`,
  };
}
