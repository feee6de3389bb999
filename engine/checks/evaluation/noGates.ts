import { closure } from '../../project/graph.ts';
import { stagesOf } from '../lookUp.ts';
import { promotesWithoutGates } from '../retrainingRun.ts';
import type { Rule } from '../rule.ts';

export const noGates: Rule = {
  code: 'LW510',
  name: 'no-gates',
  severity: 'info',
  whole: 'named',
  docs: 'A stage validates without gates, so the model may be deployed with any result. Add gates for the values that a model has to reach. A warning if automatic retraining promotes models and runs this stage.',
  example: {
    wrong: 'validate: { uses: validate, with: { model: train, data: features } }',
    right: 'validate:\n  uses: validate\n  with: { model: train, data: features }\n  gates:\n    pr_auc: { min: 0.8 }',
  },
  check(context) {
    const { config, graph } = context;
    const { retraining } = config;
    // That nothing at all holds a promotion back is told by promotion-without-gates.
    if (promotesWithoutGates(context) || (!retraining && Object.keys(config.deployments ?? {}).length === 0)) return;
    const promoted = retraining?.then === 'promote' ? closure(graph, retraining.run ?? graph.order) : [];
    for (const [name, stage] of stagesOf(config, 'validate')) {
      if (Object.keys(stage.gates ?? {}).length > 0) continue;
      context.reportKey(
        ['stages', name],
        `\`${name}\` has no gates, so the model may be deployed with any result. Add \`gates\` with the values that a model has to reach.`,
        promoted.includes(name) ? { severity: 'warning' } : {},
      );
    }
  },
};
