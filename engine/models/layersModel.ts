import type { Network } from './network.ts';
import type { LearnedTask } from '../evaluation/predictions.ts';

/**
 * A network as the files of TensorFlow.js's layers format (model.json with topology and weights manifest, little-endian
 * float32 weights in that order): a Keras Sequential of Dense layers, ending in sigmoid, softmax or linear.
 */
export function layersModel(network: Network, task: LearnedTask): { json: object; weights: Buffer } {
  const ending = task === 'binary' ? 'sigmoid' : task === 'multiclass' ? 'softmax' : 'linear';
  const name = (l: number) => (l === network.length - 1 ? 'output' : `hidden_${l + 1}`);
  const layers = network.map(({ inputs, units }, l) => ({
    class_name: 'Dense',
    config: {
      units,
      activation: l === network.length - 1 ? ending : 'relu',
      use_bias: true,
      name: name(l),
      trainable: true,
      dtype: 'float32',
      ...(l === 0 ? { batch_input_shape: [null, inputs] } : {}),
    },
  }));
  const manifest = network.flatMap(({ inputs, units }, l) => [
    { name: `${name(l)}/kernel`, shape: [inputs, units], dtype: 'float32' },
    { name: `${name(l)}/bias`, shape: [units], dtype: 'float32' },
  ]);
  const values = network.flatMap(({ weights, bias }) => [weights, bias]);
  const weights = Buffer.alloc(values.reduce((sum, part) => sum + part.length * 4, 0));
  let at = 0;
  for (const part of values) for (const value of part) at = weights.writeFloatLE(value, at);
  const json = {
    format: 'layers-model',
    generatedBy: 'Loopwright',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'loopwright', layers },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
  };
  return { json, weights };
}
