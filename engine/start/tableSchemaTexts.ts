import type { StartTask, TargetChoice } from '../../protocol/start.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { schemaText } from '../project/mergeSchema.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { titleOf } from './databaseText.ts';
import type { Duplicates } from './columnUse.ts';
import type { OpenLook } from './lookAtTable.ts';
import { fewestOfClass, type TablePlan } from './tablePlan.ts';
import { oneLine } from './tableProjectText.ts';

export function dataSchemaText({ look, key }: TablePlan): string {
  const fields = look.open.schema.fields.map((field): Field =>
    field.name === key.name ? { ...field, constraints: { required: true }, loopwright: { role: 'id' } } : field,
  );
  const schema: DatasetSchema = { fields, ...(key.made ? {} : { primaryKey: key.name }) };
  return schemaText(
    schema,
    `How each column of ${oneLine(titleOf(look))} is read: its type${look.database ? '' : ', the texts for missing values'}, the format of numbers and dates.\nAdd rules such as constraints: { minimum: 0 }; rows that break them are set aside.`,
  );
}

export function featuresSchemaText({ look, goal, task, features, key, time, duplicates }: TablePlan): string {
  const typeOf = (name: string) => look.open.schema.fields.find((field) => field.name === name)?.type ?? 'any';
  const fields: Field[] = [
    {
      name: key.name,
      type: duplicates ? 'string' : key.made ? 'integer' : typeOf(key.name),
      constraints: { required: true },
      loopwright: { role: 'id' },
    },
    ...(time
      ? [
          {
            name: time.name,
            type: typeOf(time.name),
            constraints: { required: true },
            loopwright: { role: 'timestamp' },
          } as Field,
        ]
      : []),
    ...features.map(({ name }): Field => ({ name, type: typeOf(name), loopwright: { role: 'feature' } })),
    targetField(goal, task, typeOf(goal.name)),
  ];
  return schemaText(
    { fields, primaryKey: key.name },
    'The role of each column: feature, target, id or timestamp. A column with the role ignore is in the data but is not a feature.',
  );
}

function targetField(
  { name, classes, positive }: TargetChoice,
  task: StartTask,
  type: NonNullable<Field['type']>,
): Field {
  const value = (text: string) => (type === 'integer' || type === 'number' ? Number(text) : text);
  const constraints = { required: true };
  if (task === 'regression') return { name, type, constraints, loopwright: { role: 'target' } };
  if (task === 'binary') {
    const others = classes.map((one) => one.value).filter((one) => one !== positive);
    const categories = type === 'string' ? { categories: [...others, positive ?? ''] } : {};
    return {
      name,
      type,
      constraints,
      ...categories,
      loopwright: { role: 'target', positive: type === 'boolean' ? positive === 'true' : value(positive ?? '') },
    };
  }
  const kept = classes.filter(({ count }) => count >= fewestOfClass).map((one) => one.value);
  const sorted = type === 'string' ? kept.toSorted() : kept.toSorted((a, b) => Number(a) - Number(b));
  return { name, type, constraints, categories: sorted.map(value), loopwright: { role: 'target' } };
}

export function sqlText({
  dataset,
  goal,
  features,
  leftOut,
  key,
  time,
  dropped,
  every,
  look,
  duplicates,
}: TablePlan): string {
  const names = [
    ...(key.made ? [] : [key.name]),
    ...(time ? [time.name] : []),
    ...features.map(({ name }) => name),
    goal.name,
  ];
  const columns = [...new Set(names)].map(quoteIdentifier);
  const made = duplicates
    ? `md5(CAST((${look.columns.map(({ name }) => quoteIdentifier(name)).join(', ')}) AS VARCHAR)) AS ${key.name}`
    : `row_number() OVER () AS ${key.name}`;
  const selected = [...(key.made ? [made] : []), ...columns];
  const target = quoteIdentifier(goal.name);
  const numbers = look.open.schema.fields.find(({ name }) => name === goal.name)?.type !== 'string';
  const where = [
    `${target} IS NOT NULL`,
    ...(dropped.length > 0
      ? [
          `${target} NOT IN (${dropped.map((value) => (numbers ? String(Number(value)) : quoteLiteral(value))).join(', ')})  -- classes of fewer than ${fewestOfClass} rows`,
        ]
      : []),
    ...(every > 1
      ? [
          `hash(${names.slice(0, 3).map(quoteIdentifier).join(', ')}) % ${every} = 0  -- one row of ${every}, for a quick first result; remove this line to use all rows`,
        ]
      : []),
  ];
  const out = leftOut
    .filter(({ name }) => name !== key.name)
    .map(({ name, reason }) => `--   ${oneLine(quoteIdentifier(name))}: ${oneLine(reason)}\n`);
  return `-- One SELECT in DuckDB SQL. Each dataset of loopwright.yaml is a table with its name.
-- Derive columns here, such as date_part('month', "ordered_at") AS month, and set their role in the schema of the features.
${duplicates ? `-- DISTINCT removes duplicate rows, so that the model is not tested on rows it was trained on: ${ofRows(look, duplicates)}.\n` : ''}${out.length > 0 ? `-- Left out:\n${out.join('')}` : ''}SELECT
  ${selected.join(',\n  ')}
FROM ${duplicates ? `(SELECT DISTINCT * FROM ${quoteIdentifier(dataset)})` : quoteIdentifier(dataset)}
WHERE ${where.join('\n  AND ')}
`;
}

export function ofRows({ estimated, open }: OpenLook, { rows, taken }: Duplicates): string {
  const part = estimated || open.rows < open.allRows ? ' at its beginning' : '';
  return `${taken.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} rows${part}`;
}
