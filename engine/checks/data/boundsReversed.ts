import { replaceValue } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';

const pairs = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['exclusiveMinimum', 'exclusiveMaximum'],
  ['minimum', 'exclusiveMaximum'],
  ['exclusiveMinimum', 'maximum'],
] as const;

export const boundsReversed: Rule = {
  code: 'LW305',
  name: 'bounds-reversed',
  severity: 'error',
  docs: 'The lower bound of a field, or of the number of rows, is above its upper bound, so no value can be valid.',
  example: { wrong: 'constraints: { minimum: 100, maximum: 0 }', right: 'constraints: { minimum: 0, maximum: 100 }' },
  check(context) {
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        for (const [low, high] of pairs) {
          const [a, b] = [field.constraints?.[low], field.constraints?.[high]];
          if (
            a === undefined ||
            b === undefined ||
            typeof a !== typeof b ||
            !(a > b || (a === b && /exclusive/.test(low + high)))
          )
            continue;
          const at = (key: string) => ['fields', i, 'constraints', key];
          context.reportIn(
            file,
            at(low),
            `No value of \`${field.name}\` can be valid: \`${low}\` ${a} is ${a === b ? '' : 'above '}\`${high}\` ${b}.`,
            {
              fixes:
                a === b
                  ? []
                  : [
                      context.fix(
                        'Swap the bounds',
                        replaceValue(file, at(low), JSON.stringify(b)),
                        replaceValue(file, at(high), JSON.stringify(a)),
                      ),
                    ],
            },
          );
        }
      });
      const { min, max } = file.value?.loopwright?.rows ?? {};
      if (min !== undefined && max !== undefined && min > max)
        context.reportIn(file, ['loopwright', 'rows', 'min'], `No table has at least ${min} and at most ${max} rows.`, {
          fixes: [
            context.fix(
              'Swap the bounds',
              replaceValue(file, ['loopwright', 'rows', 'min'], String(max)),
              replaceValue(file, ['loopwright', 'rows', 'max'], String(min)),
            ),
          ],
        });
    }
  },
};
