import { nodeAt } from '../../project/located.ts';
import { replaceLiteral } from '../lookUp.ts';
import { promotesWithoutGates, retrainingStages } from '../retrainingRun.ts';
import type { Rule } from '../rule.ts';

export const promotionWithoutGates: Rule = {
  code: 'LW608',
  name: 'promotion-without-gates',
  severity: 'warning',
  whole: 'named',
  docs: 'Retraining promotes its model automatically, but no stage that it runs has gates, so every model becomes champion, even a bad one. Add gates to a validate stage, or require approval with `then: propose`.',
  example: {
    wrong:
      'validate: { uses: validate, with: { model: train, data: features } }\n# …\nretraining: { when: [{ schedule: "0 3 * * 1" }], then: promote }',
    right: 'validate:\n  uses: validate\n  with: { model: train, data: features }\n  gates: { pr_auc: { min: 0.8 } }',
  },
  check(context) {
    if (!promotesWithoutGates(context)) return;
    const path = ['retraining', 'then'];
    const related =
      retrainingStages(context)
        ?.filter((node) => node.kind === 'validate')
        .map((node) => context.keyPlace(['stages', node.name], `\`${node.name}\` has no gates.`)) ?? [];
    if (!nodeAt(context.project.resolved.root ?? undefined, path)) return;
    context.report(
      path,
      'No stage that retraining runs has gates, so every model would be promoted, even a bad one. Add `gates` to a validate stage, or use `propose`.',
      { related, fixes: [context.fix('Change to propose', replaceLiteral(context.project.file, path, 'propose'))] },
    );
  },
};
