import type { Rule } from '../rule.ts';
import { featurePlace } from './featurePlace.ts';

export const duplicateFeature: Rule = {
  code: 'LW411',
  name: 'duplicate-feature',
  severity: 'warning',
  fromData: true,
  docs: 'Two features have equal values in every training row: the second adds nothing, and explanations divide the weight between them arbitrarily. The columns are compared value by value.',
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      for (const [first, second] of context.facts.train(name)?.copies ?? [])
        featurePlace(context, name, stage, second)(`\`${second}\` equals \`${first}\` in every training row.`);
    }
  },
};
