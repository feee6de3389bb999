import { predictionProblem } from '../../project/predictionColumns.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const predictionColumns: Rule = {
  code: 'LW517',
  name: 'prediction-columns',
  severity: 'error',
  whole: 'named',
  docs: 'A stage validates a table of predictions whose schema does not say which columns hold the true values and the predictions, so nothing can be compared. Give the column with the true values the role `target`, the one with the predicted class or value `prediction`, and the one with the score of the positive class `score`. Several classes need `prediction`.',
  example: {
    wrong: 'fields:\n  - { name: churned, type: boolean, loopwright: { role: target } }\n  - { name: p, type: number }',
    right:
      'fields:\n  - { name: churned, type: boolean, loopwright: { role: target } }\n  - { name: p, type: number, loopwright: { role: score } }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const { predictions } = stage.with;
      const dataset = predictions === undefined ? undefined : context.config.datasets?.[predictions];
      if (predictions === undefined || dataset === undefined) continue;
      const schema = context.schemaOf(predictions);
      if (dataset.schema !== undefined && !schema) continue;
      const problem = predictionProblem(predictions, schema?.fields ?? [], stage.with.task);
      if (problem !== null) context.report(['stages', name, 'with', 'predictions'], problem);
    }
  },
};
