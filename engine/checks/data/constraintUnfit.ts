import { removeAt } from '../../project/edit.ts';
import type { FieldType } from '../../project/schema/datasetSchema.ts';
import type { Rule } from '../rule.ts';

const texts: readonly FieldType[] = ['string', 'any'];
const ordered: readonly FieldType[] = [
  'number',
  'integer',
  'year',
  'yearmonth',
  'date',
  'datetime',
  'time',
  'duration',
  'any',
];
const numbers: readonly FieldType[] = ['number', 'integer', 'year'];
const allowed: Record<string, readonly FieldType[]> = {
  minLength: [...texts, 'list', 'array', 'object'],
  maxLength: [...texts, 'list', 'array', 'object'],
  pattern: texts,
  minimum: ordered,
  maximum: ordered,
  exclusiveMinimum: ordered,
  exclusiveMaximum: ordered,
  jsonSchema: ['object', 'array', 'geojson', 'any'],
};

export const constraintUnfit: Rule = {
  code: 'LW306',
  name: 'constraint-unfit',
  severity: 'warning',
  docs: 'A constraint does not apply to the declared type of the field, such as a pattern for a number; or a bound, `enum` or category of a number is a text.',
  example: {
    wrong: '- { name: age, type: integer, constraints: { pattern: "[0-9]+" } }',
    right: '- { name: age, type: integer, constraints: { minimum: 0 } }',
  },
  check(context) {
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        const type = field.type ?? 'any';
        for (const [key, value] of Object.entries(field.constraints ?? {})) {
          const path = ['fields', i, 'constraints', key];
          if (allowed[key] && !allowed[key].includes(type))
            context.reportKeyIn(file, path, `\`${key}\` does not apply to values of type ${type}.`, {
              fixes: [context.fix(`Remove ${key}`, removeAt(file, path))],
            });
          else if (numbers.includes(type) && /imum$/i.test(key) && typeof value !== 'number')
            context.reportIn(file, path, `\`${field.name}\` is of type ${type}; its \`${key}\` must be a number.`);
        }
        const listed: [string[], readonly unknown[] | undefined][] = [
          [['constraints', 'enum'], field.constraints?.enum],
          [['categories'], field.categories],
        ];
        for (const [path, values] of listed) {
          const wrong = numbers.includes(type)
            ? (values ?? []).findIndex((value) => typeof value === 'string' || typeof value === 'boolean')
            : -1;
          if (wrong !== -1)
            context.reportIn(
              file,
              ['fields', i, ...path, wrong],
              `\`${field.name}\` is of type ${type}; ${JSON.stringify(values?.[wrong])} is none.`,
            );
        }
      });
    }
  },
};
