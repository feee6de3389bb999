import type { Rule } from '../rule.ts';

export const noTarget: Rule = {
  code: 'LW402',
  name: 'no-target-or-features',
  severity: 'error',
  whole: 'named',
  docs: 'A train stage has no target or no features: neither `with` nor the roles in the dataset schema name them. Give the fields of the schema their roles.',
  example: {
    wrong: 'fields:\n  - { name: amount, type: number }\n  - { name: late, type: boolean }',
    right:
      'fields:\n  - { name: amount, type: number, loopwright: { role: feature } }\n  - { name: late, type: boolean, loopwright: { role: target } }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train' || !context.config.datasets?.[stage.with.data]) continue;
      const dataset = context.config.datasets[stage.with.data];
      const schema = context.schemaOf(stage.with.data);
      if (!schema) {
        if (dataset?.schema === undefined)
          context.report(
            ['stages', name, 'with', 'data'],
            `The dataset \`${stage.with.data}\` has no schema; training needs one to know the types of the columns.`,
          );
        continue;
      }
      const targets = schema.fields.filter((field) => field.loopwright?.role === 'target');
      if (stage.with.target === undefined && targets.length === 0)
        context.report(
          ['stages', name, 'with', 'data'],
          `No field of \`${dataset?.schema}\` has the role target, and \`with\` names no target.`,
        );
      if (stage.with.target === undefined && targets.length > 1)
        context.report(
          ['stages', name, 'with', 'data'],
          `Several fields have the role target: ${targets.map((field) => field.name).join(', ')}. Name one with \`target\`.`,
        );
      if (!stage.with.features && !schema.fields.some((field) => field.loopwright?.role === 'feature'))
        context.report(
          ['stages', name, 'with', 'data'],
          `No field of \`${dataset?.schema}\` has the role feature, and \`with\` names no features.`,
        );
    }
  },
};
