import type { Layer } from './network.ts';

/** Regression trains on (y − mean) / std, so that the learning rate does not depend on the unit of the target. */
export interface TargetScale {
  mean: number;
  std: number;
  forward: (y: number) => number;
  /** Changes the output layer so that it gives the target in its own unit. */
  restore: (last: Layer) => void;
}

export function standardiseTarget(values: Float64Array): TargetScale {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, y) => sum + y, 0) / Math.max(1, known.length);
  const std = Math.sqrt(known.reduce((sum, y) => sum + (y - mean) ** 2, 0) / Math.max(1, known.length)) || 1;
  return {
    mean,
    std,
    forward: (y) => (Number.isFinite(y) ? (y - mean) / std : Number.NaN),
    restore(last) {
      for (let i = 0; i < last.weights.length; i++) last.weights[i] = (last.weights[i] ?? 0) * std;
      last.bias[0] = (last.bias[0] ?? 0) * std + mean;
    },
  };
}
