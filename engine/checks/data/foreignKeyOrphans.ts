import type { Rule } from '../rule.ts';
import { clip, count, eachDataset } from './eachDataset.ts';

export const foreignKeyOrphans: Rule = {
  code: 'LW321',
  name: 'foreign-key-without-match',
  severity: 'warning',
  fromData: true,
  docs: 'Rows refer by a foreign key to rows that do not exist in the other dataset. A join drops them, or leaves their columns empty.',
  example: {
    wrong:
      'foreignKeys:\n  - { fields: customer, reference: { resource: customers, fields: id } }   # customer 99 is in no row of customers',
    right: '# collect the customers first, or drop the rows',
  },
  check(context) {
    for (const { name, facts, file } of eachDataset(context)) {
      for (const { key, count: n, firstRow, firstValue } of facts.orphans) {
        const declared = file?.value?.foreignKeys?.[key];
        if (!file || !declared) continue;
        context.reportIn(
          file,
          ['foreignKeys', key],
          `${count(n)} of ${count(facts.rows)} rows of \`${name}\` refer to no row of \`${declared.reference.resource || name}\`, first row ${count(firstRow)}: ${clip(firstValue)}.`,
        );
      }
    }
  },
};
