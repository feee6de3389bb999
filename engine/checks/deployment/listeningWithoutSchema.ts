import type { Rule } from '../rule.ts';

export const listeningWithoutSchema: Rule = {
  code: 'LW632',
  name: 'listening-without-schema',
  severity: 'warning',
  docs: 'A stage receives events for a dataset without a schema. Any object is accepted then, with any fields and types, and a retried event cannot be recognised by its key. Add a `schema` to the dataset, with a `primaryKey`.',
  example: {
    wrong: 'clicks: { path: data/clicks.parquet }',
    right: 'clicks: { path: data/clicks.parquet, schema: schemas/clicks.dataset.yaml }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'collect' || !('events' in stage.with.from)) continue;
      const { dataset } = stage.with;
      const declared = context.config.datasets?.[dataset];
      if (declared && declared.schema === undefined)
        context.report(
          ['stages', name, 'with', 'dataset'],
          `\`${dataset}\` has no schema, so \`${name}\` accepts any object. Add \`schema\` to the dataset.`,
        );
    }
  },
};
