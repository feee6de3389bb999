import { stagesOf } from '../lookUp.ts';
import { addressOfModel } from '../../project/models.ts';
import type { Rule } from '../rule.ts';

export const unnamedModel: Rule = {
  code: 'LW221',
  name: 'unnamed-model',
  severity: 'error',
  docs: 'A validate stage tests the model of a stage that no entry of `models` names under `from`, or predictions that none names under `predictions`. The registered version would have no name, so the stage fails. Add an entry for the stage, or remove the `models` section of a project with one model.',
  example: {
    wrong:
      'models:\n  fraud: { from: train }\nstages:\n  validate-churn: { uses: validate, with: { model: train-churn, data: features } }',
    right:
      'models:\n  fraud: { from: train }\n  churn: { from: train-churn }\nstages:\n  validate-churn: { uses: validate, with: { model: churn, data: features } }',
  },
  check(context) {
    const { models, stages } = context.config;
    if (models === undefined) return;
    const makers = Object.values(models).map(({ from }) => from);
    const tables = Object.values(models).map(({ predictions }) => predictions);
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const { model, predictions } = stage.with;
      if (predictions !== undefined && !tables.includes(predictions))
        context.report(
          ['stages', name, 'with', 'predictions'],
          `No entry of \`models\` has \`predictions: ${predictions}\`, so the model that made them has no name. Add one.`,
        );
      if (Object.hasOwn(stages, model) && !makers.includes(model) && !addressOfModel(context.config, model))
        context.report(
          ['stages', name, 'with', 'model'],
          `No entry of \`models\` has \`from: ${model}\`, so the model that \`${name}\` tests has no name. Add one.`,
        );
    }
  },
};
