import { removeAt } from '../../project/edit.ts';
import { taskOf } from '../../project/taskOf.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const classWeightWithoutClasses: Rule = {
  code: 'LW420',
  name: 'class-weight-without-classes',
  severity: 'warning',
  docs: '`class_weight` is set, but the target is a number without classes, so it has no effect. Remove it, or give the target categories if it represents classes.',
  example: {
    wrong: 'with: { data: features, model: linear, target: price, class_weight: balanced }',
    right: 'with: { data: features, model: linear, target: price }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      if (stage.with.class_weight !== 'balanced' || taskOf(stage, context.schemaOf(stage.with.data)) !== 'regression')
        continue;
      const path = ['stages', name, 'with', 'class_weight'];
      context.reportKey(path, 'The target is a number and has no classes to weigh, so this does nothing. Remove it.', {
        fixes: [context.fix('Remove class_weight', removeAt(context.project.file, path))],
      });
    }
  },
};
