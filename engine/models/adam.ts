import type { Network } from './network.ts';

/** The gradient of one layer, shaped as the layer. */
export interface LayerGradient {
  weights: Float32Array;
  bias: Float32Array;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1; β₁ 0.9, β₂ 0.999, ε 1e-8) over all layers, in place. `l2` adds l2·Σw² of the
 * weights, not the biases, to the loss, as Keras does. For so few numbers plain JavaScript is faster
 * than the calls into a backend.
 */
export function adam(
  network: Network,
  learningRate: number,
  l2: number,
): (gradients: readonly LayerGradient[]) => void {
  const state = network.map(({ weights, bias }) => ({ weights: moments(weights.length), bias: moments(bias.length) }));
  let step = 0;
  return (gradients) => {
    step++;
    const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
    for (const [l, layer] of network.entries()) {
      const [gradient, held] = [gradients[l], state[l]];
      if (!gradient || !held) continue;
      update(layer.weights, gradient.weights, held.weights, rate, 2 * l2);
      update(layer.bias, gradient.bias, held.bias, rate, 0);
    }
  };
}

interface Moments {
  first: Float64Array;
  second: Float64Array;
}

function moments(size: number): Moments {
  return { first: new Float64Array(size), second: new Float64Array(size) };
}

function update(
  values: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  rate: number,
  decay: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const g = (gradient[i] ?? 0) + decay * value;
    const m = (first[i] = 0.9 * (first[i] ?? 0) + 0.1 * g);
    const v = (second[i] = 0.999 * (second[i] ?? 0) + 0.001 * g * g);
    values[i] = value - (rate * m) / (Math.sqrt(v) + 1e-8);
  }
}
