import { removeAt } from '../../project/edit.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const protectedAsFeature: Rule = {
  code: 'LW409',
  name: 'protected-as-feature',
  severity: 'warning',
  docs: 'A column with the role protected is among the features, so the model may base decisions on it. In many domains that is not allowed. Remove it from `features` and measure it under `fairness`, or change its role if the model is meant to use it.',
  example: {
    wrong: 'with: { data: features, model: mlp, features: [amount, age_group] }',
    right: 'with: { data: features, model: mlp, features: [amount] }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      stage.with.features?.forEach((feature, i) => {
        if (context.field(stage.with.data, feature)?.loopwright?.role !== 'protected') return;
        const path = ['stages', name, 'with', 'features', i];
        const last = stage.with.features?.length === 1;
        context.report(
          path,
          `\`${feature}\` is protected, and the model may base decisions on it. Remove it, or change its role.`,
          { fixes: [last ? null : context.fix(`Remove ${feature}`, removeAt(context.project.file, path))] },
        );
      });
    }
  },
};
