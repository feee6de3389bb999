import { named } from '../../base/named.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';
import { eachDataset, fieldsOf } from './eachDataset.ts';

export const columnMissing: Rule = {
  code: 'LW310',
  name: 'column-missing-in-data',
  severity: 'error',
  fromData: true,
  docs: 'The schema declares a column that the data does not have. Stages that need it would fail. Rename the field, remove it, or fix the data.',
  example: {
    wrong: 'fields:\n  - { name: amuont, type: number }   # the data has amount',
    right: 'fields:\n  - { name: amount, type: number }',
  },
  check(context) {
    for (const { name, facts, file } of eachDataset(context)) {
      if (!file) continue;
      const missing = new Set(
        facts.tableProblems.filter(({ rule }) => rule === 'missing column').map(({ field }) => field),
      );
      const strangers = facts.columns
        .map((column) => column.name)
        .filter((column) => !named(file.value?.fields, column));
      // A file with thousands of other columns is another file, not a misspelt one.
      const near = missing.size * strangers.length > mostCompared ? [] : strangers;
      for (const { field, path } of fieldsOf(file)) {
        if (missing.has(field.name))
          context.reportIn(
            file,
            [...path, 'name'],
            `The data of \`${name}\` has no column \`${field.name}\`.${
              suggestion(field.name, near) ||
              ` It has ${facts.columns
                .slice(0, 12)
                .map((column) => column.name)
                .join(', ')}${facts.columns.length > 12 ? ', …' : ''}.`
            }`,
          );
      }
    }
  },
};

const mostCompared = 1_000_000;
