import { named } from '../../base/named.ts';
import { count } from '../data/eachDataset.ts';
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
      const rows = facts.partial ? `the first ${count(facts.rows)} rows` : 'every row';
      const features =
        stage.with.features ??
        context
          .schemaOf(stage.with.data)
          ?.fields.filter((field) => field.loopwright?.role === 'feature')
          .map((field) => field.name) ??
        [];
      for (const feature of features) {
        const column = named(facts.columns, feature);
        // A value in some rows and none in others is a difference: models have an input for missing values.
        if (column && (column.distinct === 0 || (column.distinct === 1 && column.missing === 0)))
          featurePlace(
            context,
            name,
            stage,
            feature,
          )(
            `\`${feature}\` is ${column.distinct === 0 ? `empty in ${rows}` : `the same in ${rows}${column.top?.[0] ? ` (${column.top[0].value})` : column.numbers ? ` (${column.numbers.min})` : ''}`}.`,
          );
      }
    }
  },
};
