import type { DatasetSchema } from './schema/datasetSchema.ts';

/** The column with the time of a row, by its role in the schema. */
export function timestampOf(schema: DatasetSchema | null): string | null {
  return schema?.fields.find((field) => field.loopwright?.role === 'timestamp')?.name ?? null;
}
