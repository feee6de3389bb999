import type { InputType } from '../../models/flavours/flavour.ts';
import { fitsInput, inputTypeOf } from '../../models/feature.ts';
import type { Rule } from '../rule.ts';
import { eachModelInput } from './modelInputs.ts';

const words: Record<InputType, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  text: 'a text',
  datetime: 'a date or time',
};

export const modelInputType: Rule = {
  code: 'LW516',
  name: 'model-input-type',
  severity: 'error',
  fromData: true,
  docs: 'The model takes a column in another type than the schema declares: a number where the data holds texts, or a date where it holds numbers. The validation fails. Change the type in the SQL that prepares the data, or train again. Numbers and booleans may be given as texts.',
  example: {
    wrong: '# the model was trained on amount as a number\n- { name: amount, type: string }',
    right: '- { name: amount, type: number }',
  },
  check(context) {
    const told = new Set<string>();
    for (const { stage, data, fields, inputs } of eachModelInput(context)) {
      const file = context.schemaFileOf(data);
      for (const { name, type } of inputs) {
        const position = fields.findIndex((field) => field.name === name);
        const declared = fields[position]?.type;
        const column = declared ? inputTypeOf(declared) : null;
        if (!file || type === null || column === null || fitsInput(type, column) || told.has(`${file.path} ${name}`))
          continue;
        told.add(`${file.path} ${name}`);
        context.reportIn(
          file,
          ['fields', position, 'type'],
          `The model of \`${stage}\` takes \`${name}\` as ${words[type]}, and it is declared as ${declared}.`,
        );
      }
    }
  },
};
