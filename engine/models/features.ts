import { WorkError } from '../base/errors.ts';
import type { FeatureSpec } from './preprocess.ts';
import type { Column, Table } from '../data/table.ts';
import { taskOf } from '../project/taskOf.ts';
import type { LearnedTask } from '../evaluation/predictions.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';

export interface Learning {
  task: LearnedTask;
  target: Field;
  features: FeatureSpec[];
  /** The positive value of a binary target; null for other tasks. */
  positive: string | number | boolean | null;
  /** The classes of a multiclass target, in the order of the schema's categories; null when it lists none. */
  classes: string[] | null;
}

/** The target and the features of a train stage, by its inputs and the roles in the schema. */
export function learningOf(stage: TrainStage, schema: DatasetSchema | null): Learning {
  const place = { file: 'loopwright.yaml' };
  if (!schema) throw new WorkError(`The dataset \`${stage.with.data}\` needs a schema to train on.`, { place });
  const target = schema.fields.find((field) =>
    stage.with.target === undefined ? field.loopwright?.role === 'target' : field.name === stage.with.target,
  );
  if (!target) throw new WorkError(`The schema of \`${stage.with.data}\` has no target.`, { place });
  const task = taskOf(stage, schema);
  if (!task)
    throw new WorkError(
      `The type of the target \`${target.name}\` does not say whether it is a number or a class. Give it a type or categories.`,
      { place },
    );
  const names =
    stage.with.features ??
    schema.fields.filter((field) => field.loopwright?.role === 'feature').map((field) => field.name);
  const features = names.map((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (!field)
      throw new WorkError(`The feature \`${name}\` is not in the schema of \`${stage.with.data}\`.`, { place });
    const kind = featureKind(field);
    const preprocess = stage.with.preprocess?.[name];
    const unfit = preprocess && Object.keys(preprocess).find((key) => (key === 'encode') !== (kind === 'categorical'));
    if (unfit)
      throw new WorkError(
        `\`preprocess.${name}.${unfit}\` is for ${unfit === 'encode' ? 'texts' : 'numbers'}, and \`${name}\` is ${kind === 'categorical' ? 'a text' : 'a number'}.`,
        { place },
      );
    const categories = kind === 'categorical' && preprocess?.encode === 'ordinal' ? categoriesOf(field) : null;
    return { name, kind, ...(preprocess ? { preprocess } : {}), ...(categories ? { categories } : {}) };
  });
  const stranger = Object.keys(stage.with.preprocess ?? {}).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new WorkError(
      `\`preprocess\` names \`${stranger}\`, which is not a feature of the model; it has ${names.join(', ')}.`,
      { place },
    );
  return {
    task,
    target,
    features,
    positive: task === 'binary' ? (target.loopwright?.positive ?? positiveDefault(target)) : null,
    classes: task === 'multiclass' ? categoriesOf(target) : null,
  };
}

function featureKind(field: Field): FeatureSpec['kind'] {
  const type = field.type ?? 'any';
  if (type === 'boolean') return 'boolean';
  if (field.categories !== undefined || type === 'string') return 'categorical';
  if (type === 'number' || type === 'integer' || type === 'year') return 'numeric';
  throw new WorkError(
    `The feature \`${field.name}\` is of type ${type}; a model takes numbers, booleans and texts. Derive a number from it in SQL.`,
    { place: { file: 'loopwright.yaml' } },
  );
}

function positiveDefault(field: Field): string | number | boolean {
  if (field.type === 'boolean') return true;
  return categoriesOf(field)?.[1] ?? 1;
}

export function categoriesOf(field: Field): string[] | null {
  const values =
    field.categories?.map((category) => (typeof category === 'object' ? category.value : category)) ??
    field.constraints?.enum;
  return values ? values.map(String) : null;
}

/** The target as 0 and 1, NaN where missing. */
export function binaryTarget(table: Table, name: string, positive: string | number | boolean): Float64Array {
  const column = columnOf(table, name);
  if (column.kind === 'number') {
    const one = Number(positive);
    return column.values.map((value) => (Number.isNaN(value) ? Number.NaN : value === one ? 1 : 0));
  }
  return Float64Array.from(column.values, (value) =>
    value === null ? Number.NaN : value === String(positive) ? 1 : 0,
  );
}

/** The target as texts. */
export function classTarget(table: Table, name: string): (string | null)[] {
  return textValues(columnOf(table, name));
}

export function numberTarget(table: Table, name: string): Float64Array {
  const column = columnOf(table, name);
  if (column.kind !== 'number') throw new WorkError(`The target \`${name}\` holds texts; regression needs numbers.`);
  return column.values;
}

/** Any column as texts; numbers as they print. */
export function textValues(column: Column): (string | null)[] {
  return column.kind === 'text'
    ? column.values
    : Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns[name];
  if (!column)
    throw new WorkError(`The data has no column \`${name}\`; it has ${Object.keys(table.columns).join(', ')}.`);
  return column;
}
