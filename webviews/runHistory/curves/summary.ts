import { metric } from '../../ui/format.ts';
import { plural } from '../../../words/numbers.ts';
import type { Curve } from '../../ui/series.ts';
import type { LeftOut } from './prepare.ts';

/** Summary of a curve with the steps of its values; null when it has no finite value. */
export interface CurveSummary {
  points: number;
  extremes: { min: number; minStep: number; max: number; maxStep: number; last: number; lastStep: number } | null;
  missing: number;
  infinite: number;
}

const known = new WeakMap<Curve, CurveSummary>();

export function summaryOf(curve: Curve): CurveSummary {
  const before = known.get(curve);
  if (before) return before;
  const { values, steps } = curve;
  let low = -1;
  let high = -1;
  let last = -1;
  let missing = 0;
  let infinite = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value - value !== 0) {
      if (Number.isNaN(value)) missing++;
      else infinite++;
      continue;
    }
    if (low < 0 || value < (values[low] as number)) low = i;
    if (high < 0 || value > (values[high] as number)) high = i;
    last = i;
  }
  const at = (index: number): [number, number] => [values[index] ?? 0, steps[index] ?? 0];
  const [min, minStep] = at(low);
  const [max, maxStep] = at(high);
  const [end, lastStep] = at(last);
  const summary = {
    points: curve.count,
    extremes: last < 0 ? null : { min, minStep, max, maxStep, last: end, lastStep },
    missing,
    infinite,
  };
  known.set(curve, summary);
  return summary;
}

const said = 6;

/** A chart as one sentence per run, for screen readers. */
export function chartSentence(key: string, axis: string, curves: readonly { name: string; curve: Curve }[]): string {
  const lines = curves.slice(0, said).map(({ name, curve }) => {
    const { extremes, points } = summaryOf(curve);
    if (!extremes) return `${name}: no finite value.`;
    return `${name}: ${plural(points, 'point')}, minimum ${metric(key, extremes.min)}, maximum ${metric(key, extremes.max)}, last ${metric(key, extremes.last)}.`;
  });
  const rest = curves.length - said;
  return `${key} by ${axis}, ${plural(curves.length, 'run')}. ${lines.join(' ')}${rest > 0 ? ` ${rest} more in the table.` : ''}`;
}

/** The values that a chart could not draw, in words; empty when it drew all. */
export function leftOutSentences(runs: readonly { name: string; leftOut: LeftOut }[]): string[] {
  const sentence = (kind: keyof LeftOut, one: string, many: string): string[] => {
    const those = runs.filter((run) => run.leftOut[kind] > 0);
    const points = those.reduce((sum, run) => sum + run.leftOut[kind], 0);
    if (points === 0) return [];
    const names = those
      .slice(0, 3)
      .map((run) => run.name)
      .join(', ');
    return [
      `${plural(points, 'point')} ${points === 1 ? one : many} (${names}${those.length > 3 ? ` and ${those.length - 3} more` : ''}).`,
    ];
  };
  return [
    ...sentence('positive', 'is +∞, marked ▲ at the upper edge', 'are +∞, marked ▲ at the upper edge'),
    ...sentence('negative', 'is −∞, marked ▼ at the lower edge', 'are −∞, marked ▼ at the lower edge'),
    ...sentence('missing', 'is NaN, a gap in the curve', 'are NaN, gaps in the curve'),
    ...sentence(
      'notOnLog',
      'is at or below zero and has no place on a logarithmic axis',
      'are at or below zero and have no place on a logarithmic axis',
    ),
  ];
}
