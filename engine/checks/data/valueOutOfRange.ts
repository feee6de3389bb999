import { named } from '../../base/named.ts';
import { setAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { inRows } from './eachDataset.ts';

const words = { minimum: 'below', maximum: 'above', exclusiveMinimum: 'not above', exclusiveMaximum: 'not below' };
const bounds = Object.keys(words) as (keyof typeof words)[];

export const valueOutOfRange: Rule = {
  code: 'LW314',
  name: 'value-out-of-range',
  severity: 'warning',
  fromData: true,
  docs: 'Values of a column are outside the bounds of the schema: impossible values, another unit, or a bound that is too tight.',
  example: {
    wrong: 'constraints: { minimum: 0 }          # row 40 holds -3',
    right: 'constraints: { minimum: -10 }        # if that is possible after all',
  },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, bounds)) {
      const bound = bounds.find((one) => one === finding.rule) ?? 'minimum';
      const at = [...path, 'constraints', finding.rule];
      const numbers = field.type === 'datetime' ? null : named(dataset.facts.columns, field.name)?.numbers;
      const edge =
        numbers && (finding.rule === 'minimum' ? numbers.min : finding.rule === 'maximum' ? numbers.max : null);
      context.reportIn(
        file,
        at,
        `\`${field.name}\` is ${words[bound]} ${String(field.constraints?.[bound])} in ${inRows(dataset, finding)}.`,
        {
          fixes: [
            typeof edge === 'number' && Number.isFinite(edge)
              ? context.fix(
                  `Set ${finding.rule} to ${edge}, the ${finding.rule === 'minimum' ? 'smallest' : 'largest'} in the data`,
                  setAt(file, at, String(edge)),
                )
              : null,
          ],
        },
      );
    }
  },
};
