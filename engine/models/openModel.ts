import { basename } from 'node:path';
import { DataError } from '../base/errors.ts';
import type { ModelTools, OpenedModel, RecognisedModel } from './flavours/flavour.ts';
import { openRecognised, recogniseModel } from './flavours/flavours.ts';
import { modelFiles } from './modelFiles.ts';

/** Opens the model at a path. Throws DataError when its files are of no known flavour. */
export async function openModel(
  path: string,
  tools: ModelTools,
): Promise<{ model: RecognisedModel; opened: OpenedModel }> {
  const model = recognised(path);
  return { model, opened: await openRecognised(model, tools) };
}

/** The model at a path. Throws DataError when its files are of no known flavour. */
export function recognised(path: string): RecognisedModel {
  return recogniseModel(path) ?? unknownModel(path);
}

/** The forms that are recognised, for messages. */
const known =
  'a folder with `MLmodel`, `.skops`, `.joblib`, `.pkl`, XGBoost `.ubj` or `.json`, LightGBM `.txt`, CatBoost `.cbm`, TorchScript `.pt`, `.onnx`, or `model.py:predict`';

function unknownModel(path: string): never {
  const { isFolder, names } = modelFiles(path);
  const found = isFolder
    ? `The folder holds ${names.length === 0 ? 'no files' : names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}.`
    : `\`${basename(path)}\` is none of them.`;
  throw new DataError(`${path}: not a model that Loopwright recognises. ${found} Recognised are ${known}.`, {
    place: { file: path },
  });
}
