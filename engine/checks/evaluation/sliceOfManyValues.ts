import type { Grouping } from '../../evaluation/grouping.ts';
import { removeAt } from '../../project/edit.ts';
import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import { placesOf } from '../groupingPlaces.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const sliceOfManyValues: Rule = {
  code: 'LW511',
  name: 'slice-of-many-values',
  severity: 'warning',
  docs: 'Slices or fairness use a column with about as many values as rows: a name or a time. Each group then has a row or two, and its metrics are meaningless. Numbers are cut into bins. Cut the others into groups in SQL, and take those.',
  example: { wrong: 'slices: [ordered_at]', right: '# weekday: of ordered_at\nslices: [weekday]' },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const schema = context.schemaOf(stage.with.data);
      if (!schema) continue;
      const at = (...rest: Path): Path => ['stages', name, 'with', ...rest];
      judge(context, schema, stage.with.slices ?? [], at('slices'), 'slice');
      judge(context, schema, stage.with.fairness?.attributes ?? [], at('fairness', 'attributes'), 'group');
    }
  },
};

function judge(
  context: CheckContext,
  schema: DatasetSchema,
  groupings: readonly Grouping[],
  path: Path,
  what: string,
): void {
  for (const { column, at, isWhole } of placesOf(groupings)) {
    const field = schema.fields.find((candidate) => candidate.name === column);
    const why = field ? manyValues(schema, field) : null;
    if (why === null) continue;
    const fix =
      isWhole && groupings.length > 1
        ? context.fix(`Remove ${column}`, removeAt(context.project.file, [...path, ...at]))
        : null;
    context.report(
      [...path, ...at],
      `\`${column}\` ${why}, so a ${what} of it has a row or two. Cut it into groups in SQL, and take those.`,
      { fixes: [fix] },
    );
  }
}

function manyValues(schema: DatasetSchema, field: Field): string | null {
  const key = [schema.primaryKey ?? []].flat();
  if (field.categories || field.constraints?.enum) return null;
  if (
    field.loopwright?.role === 'id' ||
    field.constraints?.unique === true ||
    (key.length === 1 && key[0] === field.name)
  )
    return 'names rows';
  if (field.loopwright?.role === 'timestamp' || field.type === 'datetime') return 'is a time';
  return null;
}
