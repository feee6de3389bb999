import { named } from '../../base/named.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { FieldType } from '../../project/schema/datasetSchema.ts';
import type { Rule } from '../rule.ts';

/** What a value of one type can be read as. */
const fits: Partial<Record<FieldType, FieldType[]>> = {
  integer: ['integer', 'number', 'year', 'string', 'any', 'boolean'],
  number: ['number', 'integer', 'string', 'any', 'year'],
  boolean: ['boolean', 'string', 'any', 'integer'],
  datetime: ['datetime', 'date', 'string', 'any', 'time'],
  date: ['date', 'datetime', 'string', 'any'],
};

export const sqlLacksColumn: Rule = {
  code: 'LW326',
  name: 'sql-lacks-column',
  severity: 'error',
  fromData: true,
  docs: 'The SQL of a prepare stage does not return a column that the schema of its output declares, or returns it in a type that cannot be converted (a warning). All rows would be rejected.',
  example: {
    wrong: 'SELECT id, amount FROM orders        -- the schema of the output declares country too',
    right: 'SELECT id, amount, country FROM orders',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'prepare') continue;
      const facts = context.facts.sql(name);
      const schema = context.schemaOf(stage.with.output);
      if (!facts || facts.error || !schema || schema.fieldsMatch === 'partial' || schema.fieldsMatch === 'superset')
        continue;
      const given = facts.columns.map((column) => column.name);
      for (const field of schema.fields) {
        const environments = field.loopwright?.environments ?? schema.loopwright?.environments;
        if (environments && !environments.includes('training')) continue;
        const column = named(facts.columns, field.name);
        const at = ['stages', name, 'with', 'sql'];
        if (!column)
          context.report(
            at,
            `The SQL returns no column \`${field.name}\`, which the schema of \`${stage.with.output}\` declares.${suggestion(
              field.name,
              given.filter((other) => !schema.fields.some(({ name: known }) => known === other)),
            )}`,
          );
        else if (field.type && fits[column.type]?.includes(field.type) === false)
          context.report(
            at,
            `The SQL returns \`${field.name}\` as ${column.type}; the schema of \`${stage.with.output}\` declares ${field.type}.`,
            { severity: 'warning' },
          );
      }
    }
  },
};
