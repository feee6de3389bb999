import type { Rule } from '../rule.ts';
import { featurePlace } from './featurePlace.ts';

export const constantFeature: Rule = {
  code: 'LW410',
  name: 'constant-feature',
  severity: 'warning',
  fromData: true,
  docs: 'A feature has the same value in every row, or is empty in every row, so a model learns nothing from it. Often a join or a filter is wrong.',
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      const facts = context.facts.dataset(stage.with.data);
      if (!facts || facts.rows < 2) continue;
      const features =
        stage.with.features ??
        context
          .schemaOf(stage.with.data)
          ?.fields.filter((field) => field.loopwright?.role === 'feature')
          .map((field) => field.name) ??
        [];
      for (const feature of features) {
        const column = facts.columns.find((candidate) => candidate.name === feature);
        if (column && column.distinct <= 1)
          featurePlace(
            context,
            name,
            stage,
            feature,
          )(
            `\`${feature}\` is ${column.distinct === 0 ? 'empty in every row' : `the same in every row${column.top?.[0] ? ` (${column.top[0].value})` : column.numbers ? ` (${column.numbers.min})` : ''}`}.`,
          );
      }
    }
  },
};
