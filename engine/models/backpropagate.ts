import type { Tensor2D } from '@tensorflow/tfjs';
import type { LayerGradient } from './adam.ts';
import type { Backend, Tensorflow } from './backend.ts';
import type { Network } from './network.ts';
import type { BatchLoss } from './outputLoss.ts';

/**
 * One forward and backward pass of a batch on the backend. The products run there; the loss and its gradient by the
 * logits come from `judge`. The automatic gradients of TensorFlow.js ask WASM for transposed products, which it
 * computes without SIMD, and make some 200 small calls a step; this takes about a quarter of the time
 * (docs/decisions/dense-training.md). `masks` are dropout factors, one per hidden layer.
 */
export function backpropagate(
  backend: Backend,
  network: Network,
  input: Float32Array,
  rows: number,
  masks: readonly Float32Array[],
  judge: (logits: Float32Array) => BatchLoss,
): { loss: number; gradients: LayerGradient[] } {
  const tf = backend.use();
  tf.engine().startScope();
  try {
    const weights = network.map((layer) => tf.tensor2d(layer.weights, [layer.inputs, layer.units]));
    const kept = masks.map((mask, l) => tf.tensor2d(mask, [rows, network[l]?.units ?? 0]));
    const activations = forwardPass(tf, network, weights, tf.tensor2d(input, [rows, network[0]?.inputs ?? 0]), kept);
    const logits = activations.at(-1)?.dataSync() as Float32Array;
    const { loss, gradient } = judge(logits);
    let delta = tf.tensor2d(gradient, [rows, network.at(-1)?.units ?? 1]);
    const gradients: LayerGradient[] = [];
    for (let l = network.length - 1; l >= 0; l--) {
      const [below, weight] = [activations[l], weights[l]];
      if (!below || !weight) break;
      gradients.unshift({
        weights: tf.matMul(tf.transpose(below), delta).dataSync() as Float32Array,
        bias: tf.sum(delta, 0).dataSync() as Float32Array,
      });
      if (l === 0) break;
      const back = tf.mul(tf.matMul(delta, tf.transpose(weight)), tf.step(below));
      const mask = kept[l - 1];
      delta = (mask ? tf.mul(back, mask) : back) as Tensor2D;
    }
    return { loss, gradients };
  } finally {
    tf.engine().endScope();
  }
}

/** Logits (rows × outputs) of many rows on the backend. */
export function predictLogits(backend: Backend, network: Network, input: Float32Array, rows: number): Float32Array {
  const tf = backend.use();
  tf.engine().startScope();
  try {
    const weights = network.map((layer) => tf.tensor2d(layer.weights, [layer.inputs, layer.units]));
    return forwardPass(tf, network, weights, tf.tensor2d(input, [rows, network[0]?.inputs ?? 0]), [])
      .at(-1)
      ?.dataSync() as Float32Array;
  } finally {
    tf.engine().endScope();
  }
}

/** The input and the output of each layer. */
function forwardPass(
  tf: Tensorflow,
  network: Network,
  weights: readonly Tensor2D[],
  input: Tensor2D,
  masks: readonly Tensor2D[],
): Tensor2D[] {
  const activations = [input];
  let values = input;
  for (const [l, layer] of network.entries()) {
    const last = l === network.length - 1;
    const weight = weights[l];
    if (!weight) break;
    values = tf.fused.matMul({
      a: values,
      b: weight,
      bias: tf.tensor1d(layer.bias),
      activation: last ? 'linear' : 'relu',
    }) as Tensor2D;
    const mask = masks[l];
    if (!last && mask) values = tf.mul(values, mask);
    activations.push(values);
  }
  return activations;
}
