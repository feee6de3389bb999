import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs';
import { adam } from '../engine/models/adam.ts';
import { backpropagate } from '../engine/models/backpropagate.ts';
import { loadBackend, type Backend, type Tensorflow } from '../engine/models/backend.ts';
import { createNetwork, type Network } from '../engine/models/network.ts';
import { outputLoss } from '../engine/models/outputLoss.ts';
import { seededRandom } from '../engine/statistics/random.ts';
import { inMs } from './measure.ts';

// One epoch of a dense network: our own backpropagation and Adam beside TensorFlow.js's `optimizer.minimize`, on the
// same backend, network and rows. Run: node_modules/.bin/node bench/training.ts

const [rows, width, batch, epochs] = [51_200, 40, 512, 5];
const hidden = [64, 32];
const rate = 0.001;
const random = seededRandom(1);
const input = Float32Array.from({ length: rows * width }, () => random.next() * 2 - 1);
const labels = Float64Array.from({ length: rows }, (_, i) => Number((input[i * width] ?? 0) + random.next() > 0.5));
const ones = new Float64Array(batch).fill(1);
const network = () => createNetwork(width, hidden, 1, seededRandom(2));

interface Timed {
  times: number[];
  loss: number;
}

/** Times epochs of a step, which takes the first row of its batch and returns the loss. */
function timeEpochs(step: (at: number) => number): Timed {
  const times: number[] = [];
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const start = performance.now();
    loss = 0;
    for (let at = 0; at < rows; at += batch) loss += (step(at) * batch) / rows;
    times.push(performance.now() - start);
  }
  return { times, loss };
}

function own(backend: Backend, net: Network): Timed {
  const update = adam(net, rate, 0);
  return timeEpochs((at) => {
    const part = input.subarray(at * width, (at + batch) * width);
    const { loss, gradients } = backpropagate(backend, net, part, batch, [], (logits) =>
      outputLoss('binary', logits, 1, labels.subarray(at, at + batch), ones),
    );
    update(gradients);
    return loss;
  });
}

function tensorflow(tf: Tensorflow, net: Network): Timed {
  const layers = net.map(({ weights, bias, inputs, units }) => ({
    weights: tf.variable(tf.tensor2d(weights, [inputs, units])) as Variable,
    bias: tf.variable(tf.tensor1d(bias)) as Variable,
  }));
  const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
  return timeEpochs((at) =>
    tf.tidy(() => {
      const x = tf.tensor2d(input.subarray(at * width, (at + batch) * width), [batch, width]);
      const y = tf.tensor1d(Float32Array.from(labels.subarray(at, at + batch)));
      const cost = optimizer.minimize(() => {
        let values: Tensor = x;
        for (const [l, { weights, bias }] of layers.entries()) {
          values = tf.add(tf.matMul(values as Tensor2D, weights as unknown as Tensor2D), bias);
          if (l < layers.length - 1) values = tf.relu(values);
        }
        const z = tf.reshape(values, [batch]);
        // softplus(z) − y·z, without an overflow of exp.
        const softplus = tf.add(tf.relu(z), tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1)));
        return tf.mean(tf.sub(softplus, tf.mul(y, z)));
      }, true);
      return cost?.dataSync()[0] ?? Number.NaN;
    }),
  );
}

const backend = await loadBackend('wasm');
own(backend, network());
const results = { own: own(backend, network()), tensorflow: tensorflow(backend.use(), network()) };
console.log(`${rows} rows, ${[width, ...hidden, 1].join(' → ')}, batch ${batch}, backend ${backend.name}, one epoch`);
for (const [who, { times, loss }] of Object.entries(results))
  console.log(`${who.padEnd(10)} ${inMs(times)}, loss of the last epoch ${loss.toFixed(5)}`);
if (!(Math.abs(results.own.loss - results.tensorflow.loss) < 1e-3)) throw new Error('the two train differently');
