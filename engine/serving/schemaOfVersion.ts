import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ValidationReport } from '../registry/validationReport.ts';

/**
 * The schema whose rules hold for the rows of a version: the one that its training data was prepared by, also when the
 * file was edited or deleted since. Only the handling of broken rules (`invalid`) follows the file, as it says nothing
 * of the data. A version that does not keep its schema follows the project.
 */
export function schemaOfVersion(
  { data }: { data?: Pick<ValidationReport['data'], 'schema'> | undefined },
  ofProject: DatasetSchema | null,
): DatasetSchema | null {
  const kept = data?.schema;
  if (kept === undefined) return ofProject;
  if (kept === null || ofProject === null) return kept;
  return { ...kept, fields: kept.fields.map((field) => withHandling(field, ofProject)) };
}

function withHandling(field: Field, { fields }: DatasetSchema): Field {
  const now = fields.find(({ name }) => name === field.name);
  if (!now) return field;
  const { invalid: _, ...others } = field.loopwright ?? {};
  const invalid = now.loopwright?.invalid;
  return { ...field, loopwright: invalid === undefined ? others : { ...others, invalid } };
}
