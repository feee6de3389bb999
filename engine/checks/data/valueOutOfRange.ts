import { setAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { inRows } from './eachDataset.ts';

const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];

export const valueOutOfRange: Rule = {
  code: 'LW314',
  name: 'value-out-of-range',
  severity: 'warning',
  fromData: true,
  docs: 'Values of a column lie outside the bounds that the schema declares: impossible values, another unit, or a bound that is too tight.',
  example: { wrong: 'constraints: { minimum: 0 }          # row 40 holds -3', right: 'constraints: { minimum: -10 }        # if that is possible after all' },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, bounds)) {
      const at = [...path, 'constraints', finding.rule];
      const numbers = field.type === 'datetime' ? null : dataset.facts.columns.find((column) => column.name === field.name)?.numbers;
      const edge = numbers && (finding.rule === 'minimum' ? numbers.min : finding.rule === 'maximum' ? numbers.max : null);
      context.reportIn(file, at, `\`${field.name}\` is ${/minimum/i.test(finding.rule) ? 'smaller' : 'larger'} in ${inRows(dataset, finding)}.`, {
        fixes: [typeof edge === 'number' && Number.isFinite(edge) ? context.fix(`Set ${finding.rule} to ${edge}, the ${finding.rule === 'minimum' ? 'smallest' : 'largest'} in the data`, setAt(file, at, String(edge))) : null],
      });
    }
  },
};
