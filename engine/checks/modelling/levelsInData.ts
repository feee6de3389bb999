import { named } from '../../base/named.ts';
import { count } from '../data/eachDataset.ts';
import type { Rule } from '../rule.ts';
import { featurePlace } from './featurePlace.ts';

/** Beyond so many, or where a level has few rows to learn from. */
const most = { levels: 1000, coarse: 100, rowsEach: 20 };

export const levelsInData: Rule = {
  code: 'LW425',
  name: 'too-many-levels-in-data',
  severity: 'warning',
  fromData: true,
  docs: 'A text feature has very many different values. Each becomes a separate input, most occur too rarely to learn from, and new values are unknown. Group the rare ones in SQL, or derive a number.',
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      const fields = context.schemaOf(stage.with.data)?.fields ?? [];
      const facts = context.facts.dataset(stage.with.data);
      const chosen = stage.with.features && new Set(stage.with.features);
      for (const field of fields) {
        const used = chosen ? chosen.has(field.name) : field.loopwright?.role === 'feature';
        const column = named(facts?.columns, field.name);
        if (
          used &&
          facts &&
          column &&
          field.type === 'string' &&
          !field.categories &&
          (column.distinct > most.levels ||
            (column.distinct > most.coarse && facts.rows / column.distinct < most.rowsEach))
        )
          featurePlace(
            context,
            name,
            stage,
            field.name,
          )(`\`${field.name}\` has ${count(column.distinct)} different values; each would be an input of the model.`);
      }
    }
  },
};
