import { fewestRows } from './fewestRows.ts';
import type { Measured } from './gates.ts';
import { groupingColumns, groupingName, type Grouping } from './grouping.ts';
import type { Groups } from './groups.ts';
import { resample, type Interval } from './intervals.ts';
import { parseMetric } from './metricName.ts';
import { measureNamed, smallerIsBetter } from './metrics.ts';
import { prepareSlice, slicesOf, type Slice, type SlicedRows } from './slices.ts';
import { worstInterval } from './worstInterval.ts';

export interface SliceGateRequest {
  /** The groupings under `slices` and `fairness`, with the groups of their rows. */
  groupings: readonly { grouping: Grouping; groups: Groups }[];
  sliced: SlicedRows;
}

/** The confidence of the interval, and whether a gate asked for it. */
export interface AskedConfidence {
  confidence: number;
  isAsked: boolean;
}

/**
 * Measures what a gate names of slices: `recall[country]` is the worst of all slices of a grouping with at least 10 rows
 * behind the metric, `recall[country=DE]` that of one slice, `recall[country=DE, device=mobile]` that of one of a
 * crossing. Null for a name that is none of these.
 */
export function sliceMeasurer({
  groupings,
  sliced,
}: SliceGateRequest): (gate: string, asked: AskedConfidence) => Measured | null {
  return (gate, asked) => {
    const metric = parseMetric(gate);
    if (!metric?.attribute || metric.champion || !measureNamed(metric.name)) return null;
    const { name, attribute } = metric;
    const whole = groupings.find(({ grouping }) => namesOf(groupingColumns(grouping), ', ').includes(attribute));
    if (whole) return worstSlice(name, slicesOf(whole.grouping, whole.groups), sliced, asked);
    const cut = groupings.map(({ grouping, groups }) => ({ grouping, slices: slicesOf(grouping, groups) }));
    for (const { slices } of cut) {
      const found = slices.find(({ label }) => namesOf(label.split(', '), ', ').includes(attribute));
      if (found) return oneSlice(name, found, sliced, asked);
    }
    const meant = cut
      .filter(({ grouping }) => groupingColumns(grouping).every((column) => `, ${attribute}`.includes(`, ${column}=`)))
      .toSorted((a, b) => groupingColumns(b.grouping).length - groupingColumns(a.grouping).length)[0];
    return meant
      ? {
          kind: 'no_value',
          n: 0,
          note: `no test row is of \`${attribute}\`; \`${groupingName(meant.grouping)}\` has ${listed(meant.slices)}`,
        }
      : null;
  };
}

/** The parts in their order and, of two, in the other one. */
function namesOf(parts: readonly string[], by: string): string[] {
  return parts.length === 2 ? [parts.join(by), parts.toReversed().join(by)] : [parts.join(by)];
}

function listed(slices: readonly Slice[]): string {
  const most = 8;
  const shown = slices.slice(0, most).map(({ label }) => `\`${label}\``);
  return shown.join(', ') + (slices.length > most ? ` and ${slices.length - most} more` : '');
}

interface SliceMetric {
  slice: Slice;
  value: number | null;
  n: number;
  behind: number;
  intervalAt: (confidence: number) => Interval | null;
}

function measureSlice(name: string, slice: Slice, sliced: SlicedRows, resamples: number): SliceMetric {
  const { prepared } = prepareSlice(slice.rows, { ...sliced, options: { ...sliced.options, only: [name] } });
  const { task } = sliced.predictions;
  const measure = measureNamed(name);
  // An interval of counts needs no resamples.
  const isCounted =
    measure?.loss === undefined &&
    measure?.interval?.spansResamples !== true &&
    task !== 'regression' &&
    task !== 'ranking' &&
    measure?.interval?.[task] !== undefined;
  let drawn: ReturnType<typeof resample> | undefined;
  return {
    slice,
    value: prepared.values()[name] ?? null,
    n: prepared.n,
    behind: prepared.rowsBehind(name),
    intervalAt: (confidence) => {
      drawn ??= isCounted
        ? new Map()
        : resample({ ...prepared.draws, seed: sliced.seed, resamples }, prepared.statistics);
      return prepared.intervalOf(name, drawn, confidence);
    },
  };
}

function oneSlice(name: string, slice: Slice, sliced: SlicedRows, { confidence, isAsked }: AskedConfidence): Measured {
  const { value, n, behind, intervalAt } = measureSlice(name, slice, sliced, 1000);
  if (value === null) return { kind: 'no_value', n, note: `\`${slice.label}\` has no ${name}: ${n} rows` };
  const interval = intervalAt(confidence);
  if (behind < fewestRows && !(isAsked && interval && behind > 0))
    return {
      kind: 'too_few_rows',
      n,
      note: `${behind} rows of \`${slice.label}\` are behind it; a value needs ${fewestRows}, or a gate \`at_confidence\``,
    };
  return { kind: 'value', value, interval, n };
}

/** The worst of all slices with enough rows. */
function worstSlice(name: string, slices: readonly Slice[], sliced: SlicedRows, asked: AskedConfidence): Measured {
  const all = slices.map((slice) => measureSlice(name, slice, sliced, 200));
  const large = all.filter(({ value, behind }) => value !== null && behind >= fewestRows);
  const small = all.length - large.length;
  const rows = all.reduce((sum, { n }) => sum + n, 0);
  if (large.length === 0) return { kind: 'too_few_rows', n: rows, note: `no slice has ${fewestRows} rows behind it` };
  const sign = smallerIsBetter(name) ? -1 : 1;
  const valueOf = ({ value }: SliceMetric) => sign * (value ?? 0);
  const worst = large.reduce((a, b) => (valueOf(b) < valueOf(a) ? b : a));
  const value = worst.value ?? 0;
  const few =
    small === 0
      ? ''
      : `; ${small} of ${all.length} slices have fewer than ${fewestRows} rows behind it and are not judged`;
  return {
    kind: 'value',
    value,
    interval: worstInterval(large, sign, asked.confidence),
    n: worst.n,
    note: `the worst of ${large.length} slices is \`${worst.slice.label}\`${few}`,
  };
}
