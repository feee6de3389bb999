import type { Curve } from '../../ui/series.ts';

export type XAxis = 'step' | 'relative' | 'wall' | 'epoch';

export const xAxes: Record<XAxis, string> = {
  step: 'Step',
  relative: 'Time since start',
  wall: 'Clock time',
  epoch: 'Epoch',
};

/** The name of an axis with its unit. */
export const axisLabels: Record<XAxis, string> = {
  step: 'step',
  relative: 'time since start',
  wall: 'clock time',
  epoch: 'epoch',
};

/** The metric that logs the epoch of a step. */
export const epochKey = 'epoch';

/**
 * The x values of a curve: steps, seconds since the start of the run, epoch milliseconds, or epochs. Null when the run
 * has no epochs. Not always ascending: a resumed run may log an old step at a later time.
 */
export function positions(curve: Curve, axis: XAxis, startedAt: number, epochs: Curve | null): Float64Array | null {
  switch (axis) {
    case 'step':
      return curve.steps;
    case 'wall':
      return curve.at;
    case 'relative': {
      const { at } = curve;
      const seconds = new Float64Array(at.length);
      for (let i = 0; i < at.length; i++) seconds[i] = ((at[i] ?? startedAt) - startedAt) / 1000;
      return seconds;
    }
    case 'epoch':
      return epochs === null || epochs.count === 0 ? null : epochsAt(curve.steps, epochs);
  }
}

/**
 * The epoch of each step: as logged, linearly interpolated in between, and constant beyond the ends. Steps are
 * ascending.
 */
function epochsAt(steps: Float64Array, epochs: Curve): Float64Array | null {
  const known = finitePoints(epochs);
  if (known.steps.length === 0) return null;
  const last = known.steps.length - 1;
  const result = new Float64Array(steps.length);
  let after = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] ?? 0;
    while (after <= last && (known.steps[after] ?? 0) < step) after++;
    const right = known.values[Math.min(after, last)] ?? 0;
    if (after > last || after === 0) {
      result[i] = right;
      continue;
    }
    const left = known.values[after - 1] ?? 0;
    const from = known.steps[after - 1] ?? 0;
    const to = known.steps[after] ?? from;
    result[i] = left + ((right - left) * (step - from)) / (to - from);
  }
  return result;
}

function finitePoints(curve: Curve): { steps: number[]; values: number[] } {
  const steps: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < curve.count; i++) {
    const value = curve.values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    steps.push(curve.steps[i] ?? 0);
    values.push(value);
  }
  return { steps, values };
}
