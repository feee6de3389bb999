import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readMlmodel, type Mlmodel } from '../formats/mlmodel.ts';
import { modelFiles } from '../modelFiles.ts';
import { openOnnx } from '../onnx/openOnnx.ts';
import { statedByOnnx } from '../onnx/statedByOnnx.ts';
import type { Flavour, ModelFiles, StatedFacts } from './flavour.ts';
import { estimatorFacts, isEstimatorFile } from './sklearn.ts';

/** How a worker opens a model of MLflow. */
interface Opening {
  opener: string;
  /** Relative to the folder of the model; empty for the folder. */
  file: string;
  options: Record<string, unknown>;
}

/** Loaders of MLflow, and the flavours that open their files here. */
const natives: Record<string, string> = {
  'mlflow.sklearn': 'sklearn',
  'mlflow.xgboost': 'xgboost',
  'mlflow.lightgbm': 'lightgbm',
  'mlflow.catboost': 'catboost',
};
/** Packages that flavours of MLflow import. */
const packages: Record<string, string> = {
  sklearn: 'scikit-learn',
  pytorch: 'torch',
  tensorflow: 'tensorflow',
  keras: 'keras',
  onnx: 'onnxruntime',
  xgboost: 'xgboost',
  lightgbm: 'lightgbm',
  catboost: 'catboost',
};

/** A model that MLflow saved: a folder with `MLmodel`. */
export const mlflow: Flavour = {
  name: 'mlflow',
  recognise(files) {
    const [found, ...others] = files.names.filter((name) => /(^|\/)MLmodel$/.test(name));
    if (!files.isFolder || found === undefined || others.length > 0) return null;
    const folder = found.slice(0, -'MLmodel'.length);
    const mlmodel = readMlmodel(files, folder);
    const path = join(files.path, folder).replace(/[\\/]$/, '');
    return {
      flavour: 'mlflow',
      path,
      stated: statedByGraph(mlmodel, path) ?? statedFacts(mlmodel, openingOf(mlmodel), files, folder),
    };
  },
  async open(model, tools) {
    const mlmodel = readMlmodel(modelFiles(model.path), '');
    const graph = graphOf(mlmodel);
    if (graph !== null && model.stated.needs.length === 0) {
      const opened = await openOnnx(join(model.path, graph), tools);
      const inputs = opened.description.inputs ?? model.stated.inputs;
      const width = inputs ? null : opened.description.width;
      return { ...opened, description: { ...opened.description, inputs, width } };
    }
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    const { opener, file, options } = openingOf(mlmodel);
    return openWorkerModel(model, { opener, path: join(model.path, file), options }, tools, {
      paths: mlmodel.code.map((code) => join(model.path, code)),
    });
  },
};

/** The graph of a model of ONNX, relative to its folder; null for other models. */
function graphOf({ flavours }: Mlmodel): string | null {
  const file = flavours['python_function']?.['loader_module'] === 'mlflow.onnx' && flavours['onnx']?.['data'];
  return typeof file === 'string' ? file : null;
}

/** Facts of a graph that this process can score; null for other models, and for graphs that only Python can. */
function statedByGraph(mlmodel: Mlmodel, folder: string): StatedFacts | null {
  const graph = graphOf(mlmodel);
  if (graph === null || !existsSync(join(folder, graph))) return null;
  const stated = statedByOnnx(join(folder, graph), false);
  if (stated.refusals.length > 0) return null;
  return { ...stated, inputs: stated.inputs ?? mlmodel.inputs, refusals: mlmodel.refusals };
}

/**
 * Models of packages with an interface of estimators are opened without MLflow, so that they give probabilities. All
 * others are opened as MLflow's own server does.
 */
function openingOf({ flavours }: Mlmodel): Opening {
  const loader = flavours['python_function']?.['loader_module'];
  const native = natives[String(loader)];
  const flavour = native === undefined ? undefined : flavours[native];
  const file = flavour?.['pickled_model'] ?? flavour?.['data'];
  if (native === undefined || !flavour || typeof file !== 'string') return { opener: 'pyfunc', file: '', options: {} };
  return {
    opener: native,
    file,
    options: {
      class: flavour['model_class'] ?? flavour['model_type'] ?? null,
      trusted: flavour['skops_trusted_types'] ?? [],
    },
  };
}

function statedFacts(mlmodel: Mlmodel, opening: Opening, files: ModelFiles, folder: string): StatedFacts {
  const { flavours, inputs, refusals } = mlmodel;
  const isPyfunc = opening.opener === 'pyfunc';
  const { mlflow: _mlflow, ...withoutMlflow } = mlmodel.packages;
  const name = `${folder}${opening.file}`;
  const isEstimator = !isPyfunc && isEstimatorFile(name) && files.names.includes(name);
  const inside = isEstimator ? estimatorFacts(files, name) : null;
  const others = Object.keys(flavours).flatMap((flavour) => packages[flavour] ?? []);
  const lacks = flavours['python_function'] === undefined && isPyfunc;
  return {
    algorithm: inside?.algorithm ?? textOf(opening.options['class']),
    inputs,
    packages: isPyfunc ? mlmodel.packages : withoutMlflow,
    needs: isPyfunc ? ['mlflow', ...others] : (inside?.needs ?? others),
    runsCode: isPyfunc || (inside?.runsCode ?? false),
    refusals: [
      ...(lacks ? [`Its MLmodel has no flavour python_function, only ${Object.keys(flavours).join(', ')}.`] : []),
      ...refusals,
    ],
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
