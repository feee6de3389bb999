import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { eachDataset, inRows } from './eachDataset.ts';

export const keyRepeated: Rule = {
  code: 'LW315',
  name: 'key-repeated',
  severity: 'warning',
  fromData: true,
  docs: 'A value that the schema declares unique (`unique`, `primaryKey`, `uniqueKeys`) occurs in several rows. Joins on it duplicate rows, and a row may be on both sides of a split.',
  example: {
    wrong: 'primaryKey: order_id                 # order 17 stands in two rows',
    right: 'primaryKey: [order_id, line]',
  },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, ['unique'])) {
      context.reportIn(
        file,
        [...path, 'constraints', 'unique'],
        `\`${field.name}\` is not unique: its value repeats an earlier row in ${inRows(dataset, finding)}.`,
      );
    }
    for (const dataset of eachDataset(context)) {
      const { file, facts } = dataset;
      for (const finding of facts.broken ?? []) {
        if (!file || (finding.rule !== 'primaryKey' && finding.rule !== 'uniqueKeys')) continue;
        const at = (file.value?.uniqueKeys ?? []).findIndex((key) => [key].flat().join(' + ') === finding.field);
        context.reportIn(
          file,
          finding.rule === 'primaryKey' ? ['primaryKey'] : ['uniqueKeys', at],
          `\`${finding.field}\` is not unique: its value repeats an earlier row in ${inRows(dataset, finding)}.`,
        );
      }
    }
  },
};
