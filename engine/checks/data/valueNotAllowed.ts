import { appendItem, yamlText } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { clip, eachDataset, fieldsOf, inRows } from './eachDataset.ts';

export const valueNotAllowed: Rule = {
  code: 'LW313',
  name: 'value-not-allowed',
  severity: 'warning',
  fromData: true,
  docs: 'A column holds values that its `enum` or `categories` do not list, or fewer listed values than `domainMass` requires. The values are misspelt or new. Fix the data, or add the value.',
  example: { wrong: 'categories: [de, fr]                 # row 9 holds pl', right: 'categories: [de, fr, pl]' },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, ['enum', 'categories'])) {
      const list = finding.rule === 'enum' ? [...path, 'constraints', 'enum'] : [...path, 'categories'];
      const value = finding.firstValue;
      context.reportIn(file, list, `\`${field.name}\` has other values in ${inRows(dataset, finding)}.`, {
        fixes: [
          value === null
            ? null
            : context.fix(
                `Allow ${clip(value)}`,
                appendItem(
                  file,
                  list,
                  ['number', 'integer'].includes(field.type ?? '') && Number.isFinite(Number(value))
                    ? value
                    : yamlText(value),
                ),
              ),
        ],
      });
    }
    for (const { facts, file } of eachDataset(context)) {
      if (!file) continue;
      const masses = new Map(
        facts.tableProblems.filter(({ rule }) => rule === 'domainMass').map((problem) => [problem.field, problem]),
      );
      for (const { field, path } of fieldsOf(file)) {
        const problem = masses.get(field.name);
        if (problem) context.reportIn(file, [...path, 'loopwright', 'domainMass'], `${problem.message}.`);
      }
    }
  },
};
