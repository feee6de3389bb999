import { loadModel } from '../savedModel.ts';
import type { Flavour, InputType } from './flavour.ts';

const metaFile = 'loopwright-model.json';
const types = { numeric: 'number', boolean: 'boolean', categorical: 'text' } as const satisfies Record<
  string,
  InputType
>;

/** A network that Loopwright trained, scored by TensorFlow.js in this process. */
export const loopwright: Flavour = {
  name: 'loopwright',
  recognise: (files) =>
    files.isFolder && files.names.includes(metaFile)
      ? {
          flavour: 'loopwright',
          path: files.path,
          stated: { algorithm: null, inputs: null, packages: {}, needs: [], runsCode: false, refusals: [] },
        }
      : null,
  async open({ path }) {
    const model = await loadModel(path);
    const { meta } = model;
    const isRegression = meta.task === 'regression';
    return {
      description: {
        algorithm:
          meta.hidden.length > 0
            ? `multi-layer perceptron [${meta.hidden.join(', ')}]`
            : `${isRegression ? 'linear' : 'logistic'} regression`,
        runtime: meta.backend,
        inputs: meta.features.map(({ name, kind }) => ({ name, type: types[kind], optional: false })),
        width: null,
        kind: isRegression ? 'regression' : 'classification',
        classes: isRegression ? null : meta.classes,
        scores: isRegression ? 'none' : 'probability',
        packages: {},
        warnings: [],
        takesAbsent: true,
        trainedFor: { target: meta.target, task: meta.task, positive: meta.positive },
        levels: Object.fromEntries(
          meta.preprocess.steps.flatMap((step) =>
            step.kind === 'categorical' ? [[step.name, step.levels.length]] : [],
          ),
        ),
      },
      async answer(table) {
        if (meta.task === 'multiclass') return { kind: 'scores', columns: await model.probabilities(table) };
        const values = await model.scores(table);
        return isRegression ? { kind: 'values', values } : { kind: 'scores', columns: [values] };
      },
      close: async () => {},
    };
  },
};
