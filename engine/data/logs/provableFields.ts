import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { ScannedType } from './lineScanner.ts';

/**
 * True when columns of these types need no reading by the schema: its fields are texts, times and numbers without forms
 * of their own, and only an empty text is missing. Without a schema nothing is proved.
 */
export function isProvable(
  schema: DatasetSchema | null,
  columns: readonly { name: string; type: ScannedType }[],
): boolean {
  if (schema === null || schema.missingValues !== undefined || schema.loopwright?.read !== undefined) return false;
  return columns.every(({ name, type }) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (!field || field.missingValues !== undefined || field.loopwright?.decimals !== undefined) return false;
    if (field.type === 'string') return type === 'VARCHAR' && (field.format ?? 'default') === 'default';
    return (
      (field.type === 'datetime' && type === 'TIMESTAMP') ||
      (field.type === 'integer' && type === 'BIGINT') ||
      (field.type === 'number' && type === 'DOUBLE')
    );
  });
}
