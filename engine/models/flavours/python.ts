import { dirname, extname } from 'node:path';
import { objectOf } from '../modelFiles.ts';
import type { Flavour } from './flavour.ts';

/** Packages of modules that models import. */
const packages: Record<string, string> = {
  sklearn: 'scikit-learn',
  xgboost: 'xgboost',
  lightgbm: 'lightgbm',
  catboost: 'catboost',
  torch: 'torch',
  tensorflow: 'tensorflow',
  keras: 'keras',
  numpy: 'numpy',
  scipy: 'scipy',
  joblib: 'joblib',
  statsmodels: 'statsmodels',
  onnxruntime: 'onnxruntime',
};

/** A function or class of a Python file that takes a data frame: `model.py:predict`. */
export const python: Flavour = {
  name: 'python',
  recognise(files) {
    const [name] = files.names;
    if (files.isFolder || files.object === null || name === undefined || extname(name) !== '.py') return null;
    const imports = files
      .read(name)
      .toString('utf8')
      .matchAll(/^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)/gm);
    const needs = [...imports].flatMap(([, module = '']) => packages[module] ?? []);
    return {
      flavour: 'python',
      path: `${files.path}:${files.object}`,
      stated: {
        algorithm: files.object,
        inputs: null,
        packages: {},
        needs: [...new Set(['pandas', ...needs])],
        runsCode: true,
        refusals: [],
      },
    };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    const { path, object } = objectOf(model.path);
    return openWorkerModel(model, { opener: 'python', path, options: { object } }, tools, { paths: [dirname(path)] });
  },
};
