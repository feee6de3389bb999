import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBackend } from '../../engine/models/backend.ts';
import { predictLogits } from '../../engine/models/backpropagate.ts';
import { forward, type Network } from '../../engine/models/network.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

test('plain JavaScript and the WASM backend give the same bits for any network and number of rows', async () => {
  const wasm = await loadBackend('wasm');
  const random = seededRandom(11);
  const numbers = (n: number) =>
    Float32Array.from({ length: n }, () =>
      random.next() < 0.2 ? 0 : (random.next() - 0.5) * (random.next() < 0.1 ? 40 : 1),
    );
  for (let i = 0; i < 100; i++) {
    const [inputs, hidden, outputs, rows] = [
      1 + random.integer(90),
      1 + random.integer(70),
      1 + random.integer(4),
      1 + random.integer(130),
    ];
    const network: Network = [
      { inputs, units: hidden, weights: numbers(inputs * hidden), bias: numbers(hidden) },
      { inputs: hidden, units: outputs, weights: numbers(hidden * outputs), bias: numbers(outputs) },
    ];
    const input = numbers(rows * inputs);
    assert.deepEqual(
      [...forward(network, input, rows)],
      [...predictLogits(wasm, network, input, rows)],
      `${rows} × ${inputs} → ${hidden} → ${outputs}`,
    );
  }
});
