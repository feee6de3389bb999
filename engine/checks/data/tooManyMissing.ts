import { named } from '../../base/named.ts';
import { setAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { eachDataset, fieldsOf, inRows, percent } from './eachDataset.ts';

export const tooManyMissing: Rule = {
  code: 'LW316',
  name: 'too-many-missing',
  severity: 'warning',
  fromData: true,
  docs: 'A `required` column lacks values, or a column has fewer values than its `presence` requires. Rows without a required value are quarantined or fail the stage.',
  example: {
    wrong: 'constraints: { required: true }      # 3 % of the rows are empty',
    right: 'loopwright: { presence: 0.95 }',
  },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, ['required'])) {
      const inKey = field.constraints?.required !== true;
      const share = Math.floor((1 - finding.count / Math.max(1, dataset.facts.rows)) * 1000) / 1000;
      context.reportIn(
        file,
        inKey ? ['primaryKey'] : [...path, 'constraints', 'required'],
        `\`${field.name}\` is ${inKey ? 'part of the key' : 'required'} and missing in ${inRows(dataset, { ...finding, firstValue: null })}.`,
        {
          fixes: inKey
            ? []
            : [
                context.fix(
                  `Ask for ${percent(share)} instead`,
                  setAt(file, [...path, 'constraints', 'required'], 'false'),
                  setAt(file, [...path, 'loopwright', 'presence'], String(share)),
                ),
              ],
        },
      );
    }
    for (const { facts, file, name } of eachDataset(context)) {
      if (!file) continue;
      const absent = new Set(
        facts.tableProblems.filter(({ rule }) => rule === 'presence').map(({ field: other }) => other),
      );
      for (const { field, path } of fieldsOf(file)) {
        const asked = field.loopwright?.presence;
        const missing = named(facts.columns, field.name)?.missing ?? 0;
        if (asked === undefined || facts.rows === 0 || !absent.has(field.name)) continue;
        const share = Math.floor((1 - missing / facts.rows) * 1000) / 1000;
        context.reportIn(
          file,
          [...path, 'loopwright', 'presence'],
          `\`${field.name}\` has a value in ${percent(1 - missing / facts.rows)} of the rows of \`${name}\`; at least ${percent(asked)} are required.`,
          {
            fixes: [
              context.fix(`Set presence to ${share}`, setAt(file, [...path, 'loopwright', 'presence'], String(share))),
            ],
          },
        );
      }
    }
  },
};
