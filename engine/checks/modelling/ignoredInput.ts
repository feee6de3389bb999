import { removeAt } from '../../project/edit.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const ignoredInput: Rule = {
  code: 'LW421',
  name: 'ignored-input',
  severity: 'warning',
  docs: 'Logistic and linear regression have no hidden layers, so `hidden` and `dropout` have no effect. Remove them, or use the model `mlp`.',
  example: {
    wrong: 'with: { data: features, model: logistic, hidden: [64, 32] }',
    right: 'with: { data: features, model: mlp, hidden: [64, 32] }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      if (stage.with.model === 'mlp') continue;
      for (const input of ['hidden', 'dropout'] as const) {
        const value = stage.with[input];
        if (value === undefined || value === 0 || (Array.isArray(value) && value.length === 0)) continue;
        const path = ['stages', name, 'with', input];
        context.reportKey(
          path,
          `The model ${stage.with.model} has no hidden layers, so \`${input}\` has no effect. Remove it, or use mlp.`,
          { fixes: [context.fix(`Remove ${input}`, removeAt(file, path))] },
        );
      }
    }
  },
};
