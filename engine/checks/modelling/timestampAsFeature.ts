import { removeAt } from '../../project/edit.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const timestampAsFeature: Rule = {
  code: 'LW406',
  name: 'timestamp-as-feature',
  severity: 'warning',
  docs: 'The time of the rows is among the features. New rows are always later than the training rows, so it does not generalize; a feature of type date or datetime stops the training (an error). Derive what matters in SQL, such as the hour or the weekday, and remove the time itself.',
  example: {
    wrong: 'with: { data: features, model: mlp, features: [at, amount] }',
    right: 'with: { data: features, model: mlp, features: [hour, weekday, amount] }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      stage.with.features?.forEach((feature, i) => {
        const field = context.field(stage.with.data, feature);
        const date = field?.type === 'datetime' || field?.type === 'date';
        if (!date && field?.loopwright?.role !== 'timestamp') return;
        const path = ['stages', name, 'with', 'features', i];
        const last = stage.with.features?.length === 1;
        context.report(
          path,
          `\`${feature}\` is a time: ${date ? 'a model does not accept dates' : 'new rows are later than all training rows'}. Derive the hour or weekday in SQL, and remove it from the features.`,
          {
            ...(date ? { severity: 'error' } : {}),
            fixes: [last ? null : context.fix(`Remove ${feature}`, removeAt(context.project.file, path))],
          },
        );
      });
    }
  },
};
