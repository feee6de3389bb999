import { removeAt } from '../../project/edit.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const predictionAsFeature: Rule = {
  code: 'LW429',
  name: 'prediction-as-feature',
  severity: 'warning',
  docs: 'A prediction or a score of a model is among the features. The new model repeats the old one, and it needs the old one to score a row. Remove it from the features; for a stack of models that is meant so, give the column the role `feature`.',
  example: {
    wrong: 'with: { data: scored, model: mlp, features: [amount, score] }',
    right: 'with: { data: scored, model: mlp, features: [amount] }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train'))
      stage.with.features?.forEach((feature, i) => {
        const role = context.field(stage.with.data, feature)?.loopwright?.role;
        if (role !== 'prediction' && role !== 'score') return;
        const path = ['stages', name, 'with', 'features', i];
        const isLast = stage.with.features?.length === 1;
        context.report(
          path,
          `\`${feature}\` is a ${role} of another model, which the new model would repeat. Remove it from the features.`,
          { fixes: [isLast ? null : context.fix(`Remove ${feature}`, removeAt(context.project.file, path))] },
        );
      });
  },
};
