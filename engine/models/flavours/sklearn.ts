import { join } from 'node:path';
import { onlyFile } from '../formats/onlyFile.ts';
import { pickleFacts } from '../formats/pickleFacts.ts';
import { zipEntries } from '../formats/zipFile.ts';
import type { Flavour, ModelFiles, StatedFacts } from './flavour.ts';

/** The beginning of a pickle names its classes. */
const readBytes = 4 << 20;
const extensions = /\.(skops|joblib|pkl|pickle)$/i;

/** Packages of modules that pickles of models name. */
const packages: Record<string, string> = {
  sklearn: 'scikit-learn',
  imblearn: 'imbalanced-learn',
  lightgbm: 'lightgbm',
  xgboost: 'xgboost',
  catboost: 'catboost',
  category_encoders: 'category-encoders',
  feature_engine: 'feature-engine',
  statsmodels: 'statsmodels',
  torch: 'torch',
  skorch: 'skorch',
};

/** A pickled or skops-saved object with `predict`: scikit-learn and everything with its interface. */
export const sklearn: Flavour = {
  name: 'sklearn',
  recognise(files) {
    // A folder with several is not one model.
    const file = onlyFile(files, extensions);
    const stated = file && estimatorFacts(files, file.name);
    return stated && { flavour: 'sklearn', path: file.path, stated };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    return openWorkerModel(model, { opener: 'sklearn', path: model.path }, tools);
  },
};

/** Returns the facts of a file that holds an estimator; null when it is no such file. */
export function estimatorFacts(files: ModelFiles, name: string): StatedFacts | null {
  const path = files.isFolder ? join(files.path, name) : files.path;
  return /\.skops$/i.test(name) ? skopsFacts(path) : pickledFacts(files.read(name, readBytes));
}

function pickledFacts(bytes: Buffer): StatedFacts | null {
  const facts = pickleFacts(bytes);
  // A pickled table is no model.
  if (!facts || /^(pandas|numpy|polars|pyarrow)\./.test(facts.className ?? '')) return null;
  const needs = [...facts.modules].flatMap((module) => packages[module] ?? []);
  return {
    algorithm: facts.className,
    inputs: null,
    packages: facts.sklearnVersion === null ? {} : { 'scikit-learn': facts.sklearnVersion },
    needs,
    runsCode: true,
    refusals: [],
  };
}

/** skops writes a ZIP archive whose `schema.json` describes the object. */
function skopsFacts(path: string): StatedFacts | null {
  const schema = zipEntries(path)?.get('schema.json');
  if (!schema) return null;
  const { __class__: className, __module__: module } = JSON.parse(schema.read().toString('utf8')) as Record<
    string,
    unknown
  >;
  const top = String(module).split('.')[0] ?? '';
  return {
    algorithm: `${String(module)}.${String(className)}`,
    inputs: null,
    packages: {},
    needs: [...new Set(['skops', 'scikit-learn', ...(packages[top] === undefined ? [] : [packages[top]])])],
    runsCode: false,
    refusals: [],
  };
}

/** True for names of files that hold an estimator. */
export const isEstimatorFile = (name: string): boolean => extensions.test(name);
