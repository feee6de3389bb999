import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, messageOf, WorkError } from '../base/errors.ts';
import { replaceFolder } from '../base/replaceFolder.ts';
import { layersModel } from './layersModel.ts';
import { createModel, type Model, type ModelMeta } from './model.ts';
import type { Layer, Network } from './network.ts';
import type { LearnedTask } from '../evaluation/predictions.ts';

export type { Model, ModelMeta } from './model.ts';

const formatVersion = 1;

/**
 * Writes a folder of `model.json` and `weights.bin` (TensorFlow.js layers format: tf.loadLayersModel reads it; its
 * input is the preprocessed row) and `loopwright-model.json`. Atomic: the folder is there whole or as it was. Throws
 * WorkError.
 */
export async function saveModel(dir: string, { meta, network }: { meta: ModelMeta; network: Network }): Promise<void> {
  try {
    const { json, weights } = layersModel(network, meta.task);
    await replaceFolder(dir, async (fresh) => {
      await writeFile(join(fresh, 'model.json'), JSON.stringify(json));
      await writeFile(join(fresh, 'weights.bin'), weights);
      await writeFile(join(fresh, 'loopwright-model.json'), `${JSON.stringify(meta, null, 2)}\n`);
    });
  } catch (error) {
    throw new WorkError(`the model could not be saved in ${dir}: ${messageOf(error)}`, {
      cause: error,
      place: { file: dir },
    });
  }
}

/**
 * Reads a folder that saveModel wrote. Throws DataError naming the file that is missing, cut short or of another
 * version.
 */
export async function loadModel(dir: string): Promise<Model> {
  const metaFile = join(dir, 'loopwright-model.json');
  const meta = parseMeta(await read(metaFile), metaFile);
  const weightsFile = join(dir, 'weights.bin');
  const bytes = await read(weightsFile);
  return createModel(meta, readNetwork(meta, bytes, weightsFile));
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new DataError(`${file}: the model's file is missing or cannot be read; train again or restore the folder`, {
      cause: error,
      place: { file },
    });
  }
}

function parseMeta(content: Buffer, file: string): ModelMeta {
  let meta: ModelMeta;
  try {
    meta = JSON.parse(content.toString('utf8')) as ModelMeta;
  } catch (error) {
    throw new DataError(`${file}: not valid JSON (${messageOf(error)}); train again or restore the file`, {
      cause: error,
      place: { file },
    });
  }
  if (typeof meta !== 'object' || meta === null || meta.formatVersion !== formatVersion) {
    throw new DataError(
      `${file}: written in format ${meta?.formatVersion ?? 'unknown'}, this Loopwright reads ${formatVersion}; train again or update Loopwright`,
      { place: { file } },
    );
  }
  const tasks: LearnedTask[] = ['binary', 'multiclass', 'regression'];
  if (
    !tasks.includes(meta.task) ||
    !Array.isArray(meta.features) ||
    !Array.isArray(meta.hidden) ||
    !Array.isArray(meta.preprocess?.steps)
  ) {
    throw new DataError(`${file}: parts of the description are missing; train again or restore the file`, {
      place: { file },
    });
  }
  return meta;
}

function readNetwork(meta: ModelMeta, bytes: Buffer, file: string): Network {
  const sizes = [meta.preprocess.width, ...meta.hidden, meta.task === 'multiclass' ? meta.classes.length : 1];
  const expected = sizes.slice(1).reduce((sum, units, l) => sum + ((sizes[l] ?? 0) + 1) * units, 0) * 4;
  if (bytes.length !== expected)
    throw new DataError(
      `${file}: ${bytes.length} bytes where the model has ${expected}; the file was cut short or belongs to another model: train again or restore it`,
      { place: { file } },
    );
  let at = 0;
  const take = (count: number) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++, at += 4) values[i] = bytes.readFloatLE(at);
    if (!values.every(Number.isFinite))
      throw new DataError(`${file}: holds weights that are not finite numbers; train again or restore it`, {
        place: { file },
      });
    return values;
  };
  return sizes.slice(1).map((units, l): Layer => {
    const inputs = sizes[l] ?? 0;
    return { inputs, units, weights: take(inputs * units), bias: take(units) };
  });
}
