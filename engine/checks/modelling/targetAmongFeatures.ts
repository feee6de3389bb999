import type { Rule } from '../rule.ts';

export const targetAmongFeatures: Rule = {
  code: 'LW401',
  name: 'target-among-features',
  severity: 'error',
  docs: 'The target is among the features, so the model gets the answer as input and its tests are meaningless. Remove it from the features.',
  example: {
    wrong: 'with: { data: features, model: mlp, target: late, features: [amount, late] }',
    right: 'with: { data: features, model: mlp, target: late, features: [amount] }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      const target =
        stage.with.target ??
        context.schemaOf(stage.with.data)?.fields.find((field) => field.loopwright?.role === 'target')?.name;
      const at = stage.with.features?.findIndex((feature) => feature === target) ?? -1;
      if (at !== -1)
        context.report(
          ['stages', name, 'with', 'features', at],
          `\`${target}\` is the target; as a feature it would give the model the answer.`,
        );
      else if (
        !stage.with.features &&
        stage.with.target &&
        context.field(stage.with.data, stage.with.target)?.loopwright?.role === 'feature'
      ) {
        context.report(
          ['stages', name, 'with', 'target'],
          `The schema gives \`${stage.with.target}\` the role feature, so it would be both feature and target. Give it the role target.`,
        );
      }
    }
  },
};
