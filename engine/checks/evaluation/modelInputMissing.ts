import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';
import { eachModelInput } from './modelInputs.ts';

export const modelInputMissing: Rule = {
  code: 'LW515',
  name: 'model-input-missing',
  severity: 'error',
  fromData: true,
  docs: 'The model reads a column that the dataset of its validation does not declare. The validation fails. Rename the column, add it to the SQL that prepares the data, or train again on the columns of the dataset. The inputs are those that the files of the model state, or those of its newest validated version.',
  example: {
    wrong:
      '# the model was trained on amount_eur; features.dataset.yaml has the field amount\nvalidate: { uses: validate, with: { model: train, data: features } }',
    right: '# features.dataset.yaml has the field amount_eur',
  },
  check(context) {
    for (const { validation, data, fields, missing } of eachModelInput(context)) {
      const [first] = missing;
      if (first === undefined) continue;
      const names = fields.map(({ name }) => name);
      context.report(
        ['stages', validation, 'with', 'data'],
        `The model reads ${missing.map((name) => `\`${name}\``).join(', ')}, which \`${data}\` does not declare.${missing.length === 1 ? suggestion(first, names) : ''}`,
      );
    }
  },
};
