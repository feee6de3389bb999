import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';

export const positiveNotACategory: Rule = {
  code: 'LW307',
  name: 'positive-not-a-value',
  severity: 'error',
  docs: 'The positive value is not a category of the target, so no row is positive.',
  example: {
    wrong: 'categories: [good, bad], loopwright: { role: target, positive: Bad }',
    right: 'categories: [good, bad], loopwright: { role: target, positive: bad }',
  },
  check(context) {
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        const positive = field.loopwright?.positive;
        if (positive === undefined) return;
        const at = ['fields', i, 'loopwright', 'positive'];
        const values =
          field.categories?.map((category) => (typeof category === 'object' ? category.value : category)) ??
          field.constraints?.enum;
        if (field.type === 'boolean' && typeof positive !== 'boolean')
          context.reportIn(file, at, `\`${field.name}\` is a boolean; \`positive\` must be true or false.`);
        else if (values && !values.some((value) => String(value) === String(positive)))
          context.reportIn(
            file,
            at,
            `\`${positive}\` is not a value of \`${field.name}\`.${suggestion(String(positive), values.map(String)) || ` Its values are ${values.slice(0, 12).join(', ')}.`}`,
          );
      });
    }
  },
};
