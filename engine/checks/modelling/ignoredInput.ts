import { removeAt } from '../../project/edit.ts';
import type { TrainStage } from '../../project/schema/trainStage.ts';
import { paramAt, stagesOf } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

type Input = keyof TrainStage['with'];
type Model = TrainStage['with']['model'];

const ofNetworks: Input[] = ['epochs', 'batch_size', 'learning_rate', 'l2', 'patience', 'backend'];
const ofTrees: Input[] = ['trees', 'depth', 'leaves', 'min_rows', 'subsample', 'colsample'];

/** The inputs that a model has beside those that every model has. */
const inputsOf: Record<Model, Input[]> = {
  mlp: [...ofNetworks, 'hidden', 'dropout'],
  logistic: ofNetworks,
  linear: ofNetworks,
  boosted_trees: [...ofTrees, 'library', 'learning_rate', 'l2', 'patience'],
  random_forest: ofTrees,
};

const ofSome = new Set(Object.values(inputsOf).flat());

export const ignoredInput: Rule = {
  code: 'LW421',
  name: 'ignored-input',
  severity: 'warning',
  docs: 'The model does not have an input that is set, so the input has no effect: logistic and linear regression have no hidden layers, trees no epochs, networks no `depth`. Trees do not depend on the scale of a number either, so `scale` and `transform` do nothing for them. Remove the input, or use a model that has it.',
  example: {
    wrong: 'with: { data: features, model: logistic, hidden: [64, 32] }',
    right: 'with: { data: features, model: mlp, hidden: [64, 32] }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const { model } = stage.with;
      // Experiments may choose the model by a param, and other models have these inputs.
      if (paramAt(context, ['stages', name, 'with', 'model']) !== null) continue;
      for (const [input, value] of Object.entries(stage.with) as [Input, unknown][]) {
        if (!isIgnored(model, input) || isNothing(value)) continue;
        const path = ['stages', name, 'with', input];
        context.reportKey(path, message(model, input), {
          fixes: [context.fix(`Remove ${input}`, removeAt(file, path))],
        });
      }
      if (isTree(model)) checkScales(context, name, stage);
    }
  },
};

const isTree = (model: Model) => model === 'boosted_trees' || model === 'random_forest';

const isIgnored = (model: Model, input: Input) => ofSome.has(input) && !inputsOf[model].includes(input);

const isNothing = (value: unknown) =>
  value === undefined || value === 0 || value === 'auto' || (Array.isArray(value) && value.length === 0);

function message(model: Model, input: Input): string {
  if (input === 'hidden' || input === 'dropout')
    return `The model ${model} has no hidden layers, so \`${input}\` has no effect. Remove it, or use mlp.`;
  if (input === 'library' && model === 'random_forest')
    return 'A random_forest is always of scikit-learn, so `library` has no effect. Remove it, or use boosted_trees.';
  const others = (Object.keys(inputsOf) as Model[]).filter((other) => inputsOf[other].includes(input));
  return `The model ${model} has no \`${input}\`, so it has no effect. Remove it, or use ${others.join(' or ')}.`;
}

function checkScales(context: CheckContext, name: string, { with: { model, preprocess } }: TrainStage): void {
  for (const [column, settings] of Object.entries(preprocess ?? {})) {
    for (const key of ['scale', 'transform'] as const) {
      if (settings[key] === undefined || settings[key] === 'none') continue;
      const path = ['stages', name, 'with', 'preprocess', column, key];
      context.reportKey(
        path,
        `A ${model} does not depend on the scale of a number, so \`${key}\` has no effect. Remove it.`,
        {
          fixes: [context.fix(`Remove ${key}`, removeAt(context.project.file, path))],
        },
      );
    }
  }
}
