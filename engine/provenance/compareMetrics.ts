import { allPointsOf } from '../tracking/metricPoints.ts';
import type { Store } from '../store/store.ts';

/** A value in JSON. */
export type Shown = number | 'NaN' | 'Infinity' | '-Infinity';

export interface MetricMatch {
  key: string;
  /**
   * Equal bits; equal within the absolute or relative tolerance; different; only in the first run; only in the second.
   */
  verdict: 'same' | 'within' | 'differs' | 'missing' | 'new';
  /** Latest values; null where the run does not have the metric. */
  before: Shown | null;
  after: Shown | null;
  /** The number of points of each curve. */
  points: { before: number; after: number };
  /**
   * The largest absolute difference between the points of the curves, and the largest one relative to the larger value;
   * null when it cannot be computed.
   */
  absolute: number | null;
  relative: number | null;
  /** A time, a rate or a system metric: it differs between any two runs. */
  timing: boolean;
}

interface Curve {
  steps: number[];
  values: number[];
}

/** True for metrics of the clock or the machine. */
export function isTiming(key: string): boolean {
  return (
    /^system\//.test(key) ||
    /(^|[._/ -])(latency|duration|runtime|elapsed|throughput|time|seconds|secs?|ms|millis|per_second|samples_per_sec(ond)?)([._/ -]|$)/i.test(
      key,
    ) ||
    /(_ms|_s|_seconds|_per_second)$/.test(key)
  );
}

/** Compares all metrics of two runs, curves point by point in the order of their steps; times are marked. */
export function compareMetrics(
  before: { store: Store; run: number },
  after: { store: Store; run: number },
  tolerance: number,
): MetricMatch[] {
  const [first, second] = [curvesOf(before), curvesOf(after)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .toSorted()
    .map((key) => compareCurves(key, first.get(key), second.get(key), tolerance));
}

function curvesOf({ store, run }: { store: Store; run: number }): Map<string, Curve> {
  const curves = new Map<string, Curve>();
  for (const { key, step, value, is_nan: isNan } of allPointsOf(store, run)) {
    const curve = curves.get(key) ?? { steps: [], values: [] };
    curves.set(key, curve);
    curve.steps.push(step);
    curve.values.push(isNan === 1 ? Number.NaN : value);
  }
  return curves;
}

function compareCurves(
  key: string,
  before: Curve | undefined,
  after: Curve | undefined,
  tolerance: number,
): MetricMatch {
  const match: MetricMatch = {
    key,
    verdict: 'same',
    before: shown(before?.values.at(-1)),
    after: shown(after?.values.at(-1)),
    points: { before: before?.values.length ?? 0, after: after?.values.length ?? 0 },
    absolute: null,
    relative: null,
    timing: isTiming(key),
  };
  if (!before || !after) return { ...match, verdict: before ? 'missing' : 'new' };
  let within = true;
  let same = before.steps.length === after.steps.length;
  if (!same || before.steps.some((step, i) => step !== after.steps[i])) return { ...match, verdict: 'differs' };
  match.absolute = 0;
  match.relative = 0;
  for (const [i, a] of before.values.entries()) {
    const b = after.values[i] ?? Number.NaN;
    if (Object.is(a, b)) continue;
    same = false;
    const absolute = Math.abs(a - b);
    if (!Number.isFinite(absolute)) return { ...match, verdict: 'differs', absolute: null, relative: null };
    const relative = absolute === 0 ? 0 : absolute / Math.max(Math.abs(a), Math.abs(b));
    match.absolute = Math.max(match.absolute, absolute);
    match.relative = Math.max(match.relative, relative);
    if (absolute > tolerance && relative > tolerance) within = false;
  }
  return { ...match, verdict: same ? 'same' : within ? 'within' : 'differs' };
}

function shown(value: number | undefined): Shown | null {
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : (String(value) as Shown);
}
