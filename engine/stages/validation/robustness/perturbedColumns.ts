import type { Column, Table } from '../../../data/table.ts';
import { categoriesOf } from '../../../models/features.ts';
import { typeOfFeature } from '../../../models/feature.ts';
import type { PredictorMeta } from '../../../models/predictor.ts';
import type { DatasetSchema, Field } from '../../../project/schema/datasetSchema.ts';

/** How the values of a column can be changed. */
export type ValueKind = 'number' | 'integer' | 'boolean' | 'time' | 'category';

/** A column that the model reads, with the rules that its schema has for it. */
export interface ReadColumn {
  name: string;
  kind: ValueKind;
  column: Column;
  field: Field | undefined;
  /** Values that are valid, as texts: those of the schema, else those of the rows. Empty unless of categories. */
  categories: string[];
}

/** The columns of rows that the model reads, in its order. */
export function readColumns(table: Table, meta: PredictorMeta, schema: DatasetSchema | null): ReadColumn[] {
  return meta.features.flatMap((feature) => {
    const column = table.columns[feature.name];
    if (!column) return [];
    const field = schema?.fields.find(({ name }) => name === feature.name);
    const kind = kindOf(typeOfFeature(feature), column, field);
    const categories = kind === 'category' ? ((field && categoriesOf(field)) ?? valuesOf(column)) : [];
    return [{ name: feature.name, kind, column, field, categories }];
  });
}

function kindOf(type: string, column: Column, field: Field | undefined): ValueKind {
  if (column.kind === 'text') return 'category';
  if (field?.type === 'boolean' || type === 'boolean') return 'boolean';
  if (type === 'text' || (field && categoriesOf(field) !== null)) return 'category';
  if (type === 'datetime' || field?.type === 'date' || field?.type === 'datetime') return 'time';
  return type === 'integer' || field?.type === 'integer' || field?.type === 'year' ? 'integer' : 'number';
}

/** The values that rows hold, in the order of texts or numbers. */
function valuesOf(column: Column): string[] {
  if (column.kind === 'number')
    return [...new Set(column.values.filter((value) => !Number.isNaN(value)))].toSorted((a, b) => a - b).map(String);
  return [...new Set(column.values.filter((value) => value !== null))].toSorted();
}

/** The known numbers of a column, ascending; empty for texts. */
export function knownNumbers(column: Column): Float64Array {
  return column.kind === 'number' ? column.values.filter(Number.isFinite).toSorted() : new Float64Array();
}

/** A bound of the schema as a number; null where it has none that can be read. */
export function boundOf(field: Field | undefined, end: 'minimum' | 'maximum', kind: ValueKind): number | null {
  const { constraints } = field ?? {};
  const exclusive = end === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
  const bound = constraints?.[end] ?? constraints?.[exclusive];
  if (bound === undefined) return null;
  const value = kind === 'time' ? Date.parse(String(bound)) : Number(bound);
  return Number.isFinite(value) ? value : null;
}
