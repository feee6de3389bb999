import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

export const headerNames: Rule = {
  code: 'LW318',
  name: 'header-names',
  severity: 'warning',
  fromData: true,
  docs: 'The header of a CSV file names a column twice (ignoring case) or leaves a name blank, so columns are ambiguous. A repeated name gets `_2`, a blank one is called `column<i>`.',
  example: { wrong: 'id,amount,Amount', right: 'id,amount,amount_eur' },
  check(context) {
    for (const { name, facts } of eachDataset(context)) {
      for (const { file, repeated, blank } of facts.headers) {
        if (repeated.length > 0)
          context.report(
            ['datasets', name, 'path'],
            `The header of ${file} names ${repeated.map((column) => `\`${column}\``).join(', ')} twice. The second is read as \`${repeated[0] ?? ''}_2\`; rename one.`,
          );
        if (blank.length > 0)
          context.report(
            ['datasets', name, 'path'],
            `The header of ${file} has no name for column ${blank.join(', ')}.`,
          );
      }
    }
  },
};
