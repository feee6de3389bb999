import { metricText } from './metrics.ts';
import { absent, count, number, percent, plural } from './numbers.ts';

/** The parts of an `Expectation` of `protocol/drift.ts`. */
interface Expected {
  metric: string;
  min: number | null;
  max: number | null;
  state: 'met' | 'uncertain' | 'broken' | 'waiting' | 'too few' | 'no value';
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  of: 'labels' | 'rows' | 'requests';
  needed: number;
  rarer: { n: number; needed: number } | null;
}

/** `at least 0.75`, `at most 20.0 ms`, `0.75 to 0.9`. */
export function boundText({ metric, min, max }: Pick<Expected, 'metric' | 'min' | 'max'>): string {
  const text = (bound: number) => metricText(metric, bound);
  if (min !== null && max !== null) return `${text(min)} to ${text(max)}`;
  return min !== null ? `at least ${text(min)}` : `at most ${text(max ?? 0)}`;
}

/** `0.42 to 0.55`; the open end of a one-sided interval is named. Empty without an interval. */
export function intervalText({ metric, low, high }: Pick<Expected, 'metric' | 'low' | 'high'>): string {
  if (low === null && high === null) return '';
  if (low === null) return `up to ${metricText(metric, high ?? 0)}`;
  if (high === null) return `from ${metricText(metric, low)}`;
  return `${metricText(metric, low)} to ${metricText(metric, high)}`;
}

/** The number of rows of a kind: `1 label`, `320 requests`. */
function rowsText(n: number, of: Expected['of']): string {
  return plural(n, of.slice(0, -1));
}

/** `pr_auc 0.489 (95 % interval 0.42 to 0.55, 320 labels), expected at least 0.75`. */
export function expectationText(expectation: Expected): string {
  const { metric, value, n, of } = expectation;
  if (value === null) return `${metric}: ${stateText(expectation)}`;
  const interval = intervalText(expectation);
  return `${metric} ${metricText(metric, value)} (${interval === '' ? '' : `95 % interval ${interval}, `}${rowsText(n, of)}), expected ${boundText(expectation)}`;
}

/** The state of an expectation with its reason: `too few labels: 6 of 50`. */
export function stateText({ state, n, of, needed, rarer }: Expected): string {
  switch (state) {
    case 'met':
      return 'met';
    case 'broken':
      return 'broken';
    case 'uncertain':
      return 'outside, but the interval includes the bound';
    case 'waiting':
      return of === 'labels' && n > 0 ? `labels to come, ${count(n)} so far` : 'labels to come';
    case 'too few':
      return n < needed || rarer === null
        ? `too few ${of}: ${count(n)} of ${count(needed)}`
        : `too few labels of the rarer class: ${count(rarer.n)} of ${count(rarer.needed)}`;
    case 'no value':
      return 'no value';
  }
}

/** `drifted`, `stable` or `not judged`, with the rows that are missing for a verdict. */
export function verdictText(verdict: string, { rows, minRows }: { rows: number; minRows: number | null }): string {
  return verdict === 'not judged' && minRows !== null && rows < minRows
    ? `too few rows: ${count(rows)} of ${count(minRows)}`
    : verdict;
}

/** `320 of 10,600 rows labelled (3.0 %)`. */
export function labelledText({ labelled, rows }: { labelled: number; rows: number }): string {
  return `${count(labelled)} of ${plural(rows, 'row')} labelled (${rows === 0 ? absent : percent(labelled / rows)})`;
}

/** `12 labels are no class of the model ("Yes", "maybe") and do not count; 2 rows have two labels that differ`. */
export function labelFaultsText(faults: { unknown: number; examples: readonly string[]; conflicting: number }): string {
  const { unknown, examples, conflicting } = faults;
  const named = examples.map((example) => JSON.stringify(example)).join(', ');
  return [
    ...(unknown > 0
      ? [
          `${plural(unknown, 'label')} ${unknown === 1 ? 'is no class' : 'are no classes'} of the model (${named}) and ${unknown === 1 ? 'does' : 'do'} not count`,
        ]
      : []),
    ...(conflicting > 0
      ? [
          `${plural(conflicting, 'row')} ${conflicting === 1 ? 'has' : 'have'} labels that differ, of which the last counts`,
        ]
      : []),
  ].join('; ');
}

/** The settings that differ from those of now: `window.min_rows and drift.share have changed since`. */
export function changedText(changed: readonly string[]): string {
  if (changed.length === 0) return '';
  if (changed.includes('rules')) return 'judged by the rules of an earlier version';
  return `judged by other settings: ${changed.join(', ')} changed`;
}

/** A number of windows that are no part of the series, with their length: `12 windows of 7 days`. */
export function widthText(widthMs: number): string {
  const units: [ms: number, name: string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ];
  const [ms, name] = units.find(([size]) => widthMs % size === 0) ?? [1, 'millisecond'];
  return widthMs / ms === 1 ? `1 ${name}` : `${number(widthMs / ms)} ${name}s`;
}
