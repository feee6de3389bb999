import type { FieldType } from '../project/schema/datasetSchema.ts';
import type { InputType } from './flavours/flavour.ts';

/** How the values of a feature are compared and shown. Dates and times are numbers of milliseconds in a table. */
export type FeatureKind = 'numeric' | 'categorical' | 'boolean' | 'datetime';

/** A column that a model reads. */
export interface Feature {
  name: string;
  kind: FeatureKind;
  /** The type that the model takes; by default the usual one of the kind. */
  type?: InputType | undefined;
  /** True when the model fills an absent column by itself. */
  optional?: boolean | undefined;
}

const kinds: Record<InputType, FeatureKind> = {
  number: 'numeric',
  integer: 'numeric',
  boolean: 'boolean',
  text: 'categorical',
  datetime: 'datetime',
};
const types: Record<FeatureKind, InputType> = {
  numeric: 'number',
  categorical: 'text',
  boolean: 'boolean',
  datetime: 'datetime',
};

export function kindOfInput(type: InputType): FeatureKind {
  return kinds[type];
}

export function typeOfFeature({ kind, type }: Feature): InputType {
  return type ?? types[kind];
}

/** The type of an input for a column of this type; null for types that models do not take. */
export function inputTypeOf(type: FieldType): InputType | null {
  switch (type) {
    case 'number':
    case 'integer':
    case 'boolean':
      return type;
    case 'year':
      return 'integer';
    case 'string':
      return 'text';
    case 'datetime':
    case 'date':
      return 'datetime';
    default:
      return null;
  }
}

/**
 * True when an input of a model can be read from a column. Every value can be given as a text; a text is neither a
 * number nor a date.
 */
export function fitsInput(type: InputType, column: InputType): boolean {
  if (type === 'text' || type === column) return true;
  return type !== 'datetime' && column !== 'text' && column !== 'datetime';
}
