import type { Random } from '../statistics/random.ts';

/** A dense layer: y = activation(x · weights + bias). `weights` is inputs × units, row by row. */
export interface Layer {
  inputs: number;
  units: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** A plain dense network: ReLU between the layers, the last one linear (its logits). */
export type Network = Layer[];

/** Weights drawn from He's uniform distribution before a ReLU and Glorot's before the output, biases 0. */
export function createNetwork(inputs: number, hidden: readonly number[], outputs: number, random: Random): Network {
  const sizes = [inputs, ...hidden, outputs];
  return sizes.slice(1).map((units, l) => {
    const size = sizes[l] ?? inputs;
    const limit = Math.sqrt(l === hidden.length ? 6 / (size + units) : 6 / size);
    const weights = new Float32Array(size * units);
    for (let i = 0; i < weights.length; i++) weights[i] = (random.next() * 2 - 1) * limit;
    return { inputs: size, units, weights, bias: new Float32Array(units) };
  });
}

export function copyNetwork(network: Network): Network {
  return network.map((layer) => ({ ...layer, weights: layer.weights.slice(), bias: layer.bias.slice() }));
}

/**
 * Logits of a few rows in plain JavaScript (rows × inputs in, rows × outputs out): no call into a backend, so one row
 * takes microseconds. Every product and sum is rounded to single precision in the order of the WASM backend (bias
 * first, then input by input), so that both give the same bits.
 */
export function forward(network: Network, input: Float32Array, rows: number): Float64Array {
  let values = input;
  for (const [l, { inputs, units, weights, bias }] of network.entries()) {
    const next = new Float32Array(rows * units);
    const last = l === network.length - 1;
    for (let r = 0; r < rows; r++) {
      const at = r * units;
      for (let u = 0; u < units; u++) next[at + u] = bias[u] ?? 0;
      for (let i = 0; i < inputs; i++) {
        const x = values[r * inputs + i] ?? 0;
        for (let u = 0, w = i * units; u < units; u++, w++)
          next[at + u] = Math.fround((next[at + u] ?? 0) + Math.fround(x * (weights[w] ?? 0)));
      }
      if (!last) for (let u = at; u < at + units; u++) if ((next[u] ?? 0) < 0) next[u] = 0;
    }
    values = next;
  }
  return Float64Array.from(values);
}
