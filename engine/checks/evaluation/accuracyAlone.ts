import { setAt } from '../../project/edit.ts';
import { predictionMetrics } from '../../evaluation/metrics.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import { taskValidated } from '../bounds.ts';
import { stagesOf, trainStage } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const accuracyAlone: Rule = {
  code: 'LW506',
  name: 'accuracy-alone',
  severity: 'info',
  whole: 'named',
  docs: 'Accuracy is the only performance metric in the gates of a binary model. If one class is rare, a model that never predicts it has a high accuracy. Add a gate on `balanced_accuracy` or `pr_auc`. A warning where `class_weight: balanced` says that a class is rare.',
  example: {
    wrong: 'gates:\n  accuracy: { min: 0.9 }',
    right: 'gates:\n  accuracy: { min: 0.9 }\n  balanced_accuracy: { min: 0.8 }',
  },
  check(context) {
    const known = predictionMetrics('binary');
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const judged = Object.keys(stage.gates ?? {}).filter((gate) => known.includes(parseMetric(gate)?.name ?? ''));
      const [first] = judged;
      if (
        first === undefined ||
        judged.some((gate) => parseMetric(gate)?.name !== 'accuracy') ||
        taskValidated(context, stage) !== 'binary'
      )
        continue;
      const rare = trainStage(context.config, stage.with.model)?.with.class_weight === 'balanced';
      const fix = context.fix(
        'Add a gate on balanced_accuracy',
        setAt(
          context.project.file,
          ['stages', name, 'gates', 'balanced_accuracy'],
          `{ min: ${stage.gates?.['accuracy']?.min ?? 0.5} }`,
        ),
      );
      context.reportKey(
        ['stages', name, 'gates', first],
        'If one class is rare, a model that never predicts it has a high accuracy. Add a gate on `balanced_accuracy` or `pr_auc`.',
        { ...(rare ? { severity: 'warning' } : {}), fixes: [fix] },
      );
    }
  },
};
