import type { LearnedTask } from '../evaluation/predictions.ts';

/** Loss of a batch and its gradient by the logits. */
export interface BatchLoss {
  /** Mean over the batch of weight × loss. */
  loss: number;
  /** rows × outputs. */
  gradient: Float32Array;
}

/**
 * Binary: sigmoid cross-entropy, labels 0/1. Multiclass: softmax cross-entropy, labels are class numbers. Regression:
 * squared error. In double precision on the few numbers a batch has, in the stable forms of TensorFlow's
 * sigmoid_cross_entropy_with_logits.
 */
export function outputLoss(
  task: LearnedTask,
  logits: ArrayLike<number>,
  outputs: number,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): BatchLoss {
  const rows = labels.length;
  const gradient = new Float32Array(rows * outputs);
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const [label, weight] = [labels[r] ?? 0, weights[r] ?? 1];
    if (task === 'multiclass')
      loss += weight * softmaxRow(logits, r * outputs, outputs, label, weight / rows, gradient);
    else if (task === 'binary') {
      const z = logits[r] ?? 0;
      loss += weight * (Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z))));
      gradient[r] = (weight * (sigmoid(z) - label)) / rows;
    } else {
      const error = (logits[r] ?? 0) - label;
      loss += weight * error * error;
      gradient[r] = (2 * weight * error) / rows;
    }
  }
  return { loss: rows === 0 ? 0 : loss / rows, gradient };
}

function softmaxRow(
  logits: ArrayLike<number>,
  at: number,
  outputs: number,
  label: number,
  weight: number,
  gradient: Float32Array,
): number {
  const shares = softmax(logits, at, outputs);
  for (let c = 0; c < outputs; c++) gradient[at + c] = weight * ((shares[c] ?? 0) - (c === label ? 1 : 0));
  return -Math.log(Math.max(shares[label] ?? 0, Number.MIN_VALUE));
}

/** Probabilities of the `outputs` logits that start at `at`. */
export function softmax(logits: ArrayLike<number>, at: number, outputs: number): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < outputs; c++) largest = Math.max(largest, logits[at + c] ?? 0);
  const shares = new Float64Array(outputs);
  let sum = 0;
  for (let c = 0; c < outputs; c++) sum += shares[c] = Math.exp((logits[at + c] ?? 0) - largest);
  for (let c = 0; c < outputs; c++) shares[c] = (shares[c] ?? 0) / sum;
  return shares;
}

export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}
