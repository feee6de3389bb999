import { taskValidated } from '../bounds.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const scoreNotCompared: Rule = {
  code: 'LW624',
  name: 'score-not-compared',
  severity: 'error',
  whole: 'named',
  docs: 'Retraining depends on the drift of the score of a model with several classes. Such a model has a score for each class, and its monitor compares none of them, so the trigger never holds. Use `drift: dataset`, or a metric under `below`.',
  example: {
    wrong: 'when:\n  - { monitor: production, drift: score }',
    right: 'when:\n  - { monitor: production, drift: dataset }',
  },
  check(context) {
    const { monitors, retraining } = context.config;
    const validates = new Map(stagesOf(context.config, 'validate'));
    for (const [i, trigger] of retraining?.when.entries() ?? []) {
      if (!('drift' in trigger) || trigger.drift !== 'score') continue;
      const validate = validates.get(monitors?.[trigger.monitor]?.reference ?? '');
      if (validate && taskValidated(context, validate) === 'multiclass')
        context.report(
          ['retraining', 'when', i, 'drift'],
          `The model of \`${trigger.monitor}\` has several classes, whose scores are not compared, so this never holds. Use \`dataset\`, or a metric under \`below\`.`,
        );
    }
  },
};
