import { DataError } from '../../base/errors.ts';
import { modelFiles } from '../modelFiles.ts';
import type { Flavour, ModelTools, OpenedModel, RecognisedModel } from './flavour.ts';
import { catboost } from './catboost.ts';
import { http } from './http.ts';
import { lightgbm } from './lightgbm.ts';
import { loopwright } from './loopwright.ts';
import { mlflow } from './mlflow.ts';
import { onnx } from './onnx.ts';
import { predictions } from './predictions.ts';
import { python } from './python.ts';
import { sklearn } from './sklearn.ts';
import { torch } from './torch.ts';
import { xgboost } from './xgboost.ts';

/** All flavours, in the order in which files are tried. */
const flavours: readonly Flavour[] = [
  loopwright,
  http,
  predictions,
  mlflow,
  onnx,
  python,
  sklearn,
  xgboost,
  lightgbm,
  catboost,
  torch,
];

/** Returns the model at a path; null when no flavour recognises its files. Throws DataError when there are none. */
export function recogniseModel(path: string): RecognisedModel | null {
  const files = modelFiles(path);
  for (const flavour of flavours) {
    const found = flavour.recognise(files);
    if (found) return found;
  }
  return null;
}

/** Opens a recognised model. Throws DataError with what the files ask for that cannot be met. */
export function openRecognised(model: RecognisedModel, tools: ModelTools): Promise<OpenedModel> {
  const flavour = flavours.find(({ name }) => name === model.flavour);
  if (!flavour) throw new Error(`the flavour ${model.flavour} is not registered`);
  const [refusal] = model.stated.refusals;
  if (refusal !== undefined)
    throw new DataError(`${model.path}: ${model.stated.refusals.join(' ')}`, { place: { file: model.path } });
  return flavour.open(model, tools);
}

/** The names of all flavours. */
export const flavourNames = flavours.map(({ name }) => name);
