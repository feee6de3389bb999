import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
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
      (field.type === 'number' && type === 'DOUBLE') ||
      (field.type === 'boolean' && type === 'BOOLEAN')
    );
  });
}

/** The type that values of a field can have at once: text where its form, or a rule on its text, matters. */
export function typedWithoutText(schema: DatasetSchema, field: Field): ScannedType {
  const { pattern, minLength, maxLength } = field.constraints ?? {};
  const types = { datetime: 'TIMESTAMP', integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN' } as const;
  const type = types[(field.type ?? 'any') as keyof typeof types] as ScannedType | undefined;
  if (type === undefined || pattern !== undefined || minLength !== undefined || maxLength !== undefined)
    return 'VARCHAR';
  if (field.format !== undefined && field.format !== 'default' && field.format !== 'any') return 'VARCHAR';
  if (field.trueValues !== undefined || field.falseValues !== undefined) return 'VARCHAR';
  if (field.decimalChar !== undefined || field.groupChar !== undefined) return 'VARCHAR';
  return isProvable(schema, [{ name: field.name, type }]) ? type : 'VARCHAR';
}
