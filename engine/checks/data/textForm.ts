import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { inRows } from './eachDataset.ts';

const words: Record<string, string> = { pattern: 'does not match', minLength: 'is shorter', maxLength: 'is longer' };

export const textForm: Rule = {
  code: 'LW323',
  name: 'text-of-other-form',
  severity: 'warning',
  fromData: true,
  docs: 'Texts of a column break the `pattern`, `minLength` or `maxLength` of the schema. The finding gives the number and the first value.',
  example: {
    wrong: 'constraints: { pattern: "[A-Z]{2}" } # row 3 holds deu',
    right: 'constraints: { pattern: "[A-Za-z]{2,3}" }',
  },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, Object.keys(words))) {
      context.reportIn(
        file,
        [...path, 'constraints', finding.rule],
        `\`${field.name}\` ${words[finding.rule]} in ${inRows(dataset, finding)}.`,
      );
    }
  },
};
