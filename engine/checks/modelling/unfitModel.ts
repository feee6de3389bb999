import { taskOf } from '../../project/taskOf.ts';
import type { FieldType } from '../../project/schema/datasetSchema.ts';
import { replaceLiteral, stagesOf, targetOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

const numeric: FieldType[] = ['number', 'integer', 'year'];

export const unfitModel: Rule = {
  code: 'LW414',
  name: 'model-not-for-target',
  severity: 'error',
  docs: 'The model does not fit the target: linear regression minimizes the squared error of a number, logistic regression the cross-entropy of classes. Training fails. Use the other one, or `mlp`, which fits both.',
  example: {
    wrong: '# late is a boolean\nwith: { data: features, model: linear, target: late }',
    right: '# late is a boolean\nwith: { data: features, model: logistic, target: late }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const target = targetOf(context, stage);
      if (!target) continue;
      const path = ['stages', name, 'with', 'model'];
      const type = target.type ?? 'any';
      const change = (to: string) => context.fix(`Change to ${to}`, replaceLiteral(context.project.file, path, to));
      const isNumber = numeric.includes(type) && !target.categories;
      if (stage.with.model === 'linear' && !isNumber)
        context.report(
          path,
          `The target \`${target.name}\` is of type ${type}${target.categories ? ' with categories' : ''}; linear regression minimizes a squared error and needs a number. Use logistic or mlp.`,
          { fixes: [change('logistic'), change('mlp')] },
        );
      if (stage.with.model === 'logistic' && taskOf(stage, context.schemaOf(stage.with.data)) === 'regression')
        context.report(
          path,
          `The target \`${target.name}\` is a number; logistic regression minimizes the cross-entropy of classes. Use linear or mlp.`,
          { fixes: [change('linear'), change('mlp')] },
        );
    }
  },
};
