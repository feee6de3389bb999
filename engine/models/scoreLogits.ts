import { loadBackend } from './backend.ts';
import { predictLogits } from './backpropagate.ts';
import { forward, type Network } from './network.ts';

/**
 * Up to so many rows, or multiply-adds, plain JavaScript is faster: a call into WebAssembly copies the weights
 * (`bench/backends.ts`).
 */
const small = { rows: 2, multiplyAdds: 300e3 };
const chunkRows = 8192;

/**
 * Logits (rows × outputs) of rows in plain JavaScript when that is little work, else on WebAssembly. Both give the same bits
 * for a row, so it does not matter how a row is scored or whether tfjs-node is installed.
 */
export async function scoreLogits(network: Network, input: Float32Array, rows: number): Promise<Float64Array> {
  const work = rows * network.reduce((sum, layer) => sum + layer.inputs * layer.units, 0);
  if (rows <= small.rows || work <= small.multiplyAdds) return forward(network, input, rows);
  const wasm = await loadBackend('wasm').catch(() => null);
  if (wasm === null) return forward(network, input, rows);
  const [inputs, outputs] = [network[0]?.inputs ?? 0, network.at(-1)?.units ?? 1];
  const all = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row += chunkRows) {
    const end = Math.min(row + chunkRows, rows);
    const part = input.subarray(row * inputs, end * inputs);
    all.set(predictLogits(wasm, network, part, end - row), row * outputs);
  }
  return all;
}
