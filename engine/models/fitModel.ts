import { suggestion } from '../base/didYouMean.ts';
import { DataError, WorkError } from '../base/errors.ts';
import { metricsFor } from '../evaluation/metrics.ts';
import type { StatedTask, Task } from '../evaluation/predictions.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { taskOfTarget } from '../project/taskOf.ts';
import { fitsInput, inputTypeOf, kindOfInput, type Feature } from './feature.ts';
import { categoriesOf } from './features.ts';
import type { InputType, ModelDescription, ModelInput } from './flavours/flavour.ts';
import type { PredictorMeta } from './predictor.ts';

/** The data that a model is fitted to. */
export interface DataShape {
  /** Name of the dataset, for messages. */
  dataset: string;
  /** Fields of its schema. */
  fields: readonly Field[];
  /** Types of the columns of its files; null for a type that models do not take. */
  columns: ReadonlyMap<string, InputType | null>;
  /** The columns that the model reads, in its order, as the project declares them; null for those of the schema. */
  given: readonly string[] | null;
  /** Names of the metrics that its gates judge: they say what a model is for that does not say it itself. */
  metrics: readonly string[];
  /** The task that the validation or its schema states; null for those that a target tells. */
  task?: StatedTask | null | undefined;
  /** Multilabel: the labels of the data; null where the model has to name them. */
  labels?: readonly string[] | null | undefined;
}

/**
 * Fits the description of a model to the data: the target and its classes from the schema, the features from the
 * model. What the model does not say comes from the schema. Throws WorkError or DataError where the two disagree.
 */
export function fitModel(flavour: string, model: ModelDescription, data: DataShape): PredictorMeta {
  const target = targetOf(model, data);
  const task = taskFor(model, target, data);
  const { classes, positive } =
    task === 'regression' || task === 'ranking'
      ? { classes: [], positive: null }
      : task === 'multilabel'
        ? { classes: labelsFor(model, data), positive: null }
        : classesFor(model, target, task, data);
  return {
    flavour,
    task,
    target: target.name,
    classes,
    positive,
    features: featuresFor(model, data),
    algorithm: model.algorithm,
    runtime: model.runtime,
    scores: model.scores,
    takesAbsent: model.takesAbsent ?? false,
    levels: model.levels ?? {},
    packages: model.packages,
    warnings: model.warnings,
  };
}

function targetOf({ trainedFor }: ModelDescription, { dataset, fields }: DataShape): Field {
  const found = fields.find((field) =>
    trainedFor ? field.name === trainedFor.target : field.loopwright?.role === 'target',
  );
  if (found) return found;
  if (trainedFor) return { name: trainedFor.target };
  throw new WorkError(
    `The schema of \`${dataset}\` has no target. Give the field with the true values \`loopwright: { role: target }\`.`,
  );
}

function taskFor(model: ModelDescription, target: Field, data: DataShape): Task {
  const { kind, classes, trainedFor } = model;
  const { metrics, task } = data;
  if (task === 'ranking' && kind === 'multilabel')
    throw new WorkError('The model answers several labels a row, and a ranking needs one score a row.');
  if (task === 'multilabel' && (trainedFor || kind === 'regression'))
    throw new WorkError(
      `The model answers one ${kind === 'regression' ? 'number' : 'class'} a row, and the task is multilabel. Validate a model with a score or a decision for each label.`,
    );
  if (task) return task;
  if (kind === 'multilabel')
    throw new WorkError(
      `The model answers several labels a row, and \`${data.dataset}\` has one target, \`${target.name}\`. Give each column of a label the role \`target\`, or write lists of labels in one field of the type \`list\`.`,
    );
  if (trainedFor) return trainedFor.task;
  const declared = taskOfTarget(target);
  if (kind === null) {
    const isJudgedAsNumber = metrics.every((name) => metricsFor('regression').includes(name));
    if (declared === 'regression' && !isJudgedAsNumber) return 'binary';
    if (declared) return declared;
    throw new WorkError(
      `Neither the model nor the schema says whether \`${target.name}\` is a number or a class. Give the field a type or categories.`,
    );
  }
  if (kind === 'regression') {
    if (declared === null || declared === 'regression') return 'regression';
    throw new WorkError(
      `The model predicts a number, and the target \`${target.name}\` is ${declared === 'binary' ? 'one of two classes' : 'a class'}. Validate it with data whose target is a number.`,
    );
  }
  const own = classes === null ? null : classes.length === 2 ? 'binary' : 'multiclass';
  if (own === null) return declared === null || declared === 'regression' ? 'binary' : declared;
  if (declared === null || declared === 'regression' || declared === own) return own;
  throw new WorkError(
    `The model knows ${list(classes ?? [])}, and the schema declares ${list(categoriesOf(target) ?? ['two classes'])} for \`${target.name}\`.`,
  );
}

/**
 * Returns the classes as the data writes them. A boolean target is read as 0 and 1. The positive class is the declared
 * one; only true and 1 are taken without a declaration.
 */
function classesFor(
  model: ModelDescription,
  target: Field,
  task: 'binary' | 'multiclass',
  { dataset }: DataShape,
): { classes: string[]; positive: string | null } {
  if (model.trainedFor) return { classes: model.classes ?? [], positive: model.trainedFor.positive };
  const isNumber = ['boolean', 'integer', 'number'].includes(target.type ?? '');
  const written = (value: string | number | boolean) => (isNumber ? booleanAsNumber(String(value)) : String(value));
  const declared = categoriesOf(target)?.map(written) ?? (target.type === 'boolean' ? ['0', '1'] : null);
  const own = model.classes?.map(written) ?? null;
  if (own && declared) {
    const strange = own.find((value) => !declared.includes(value));
    if (strange !== undefined && !own.some((value) => declared.includes(value)))
      throw new WorkError(
        `The model predicts ${list(own)}, and \`${target.name}\` of \`${dataset}\` holds ${list(declared)}. Train on the values of the data, or list them as \`classes\` of the model's entry under \`models\`, in the order of its numbers.`,
      );
  }
  if (task === 'multiclass') {
    const classes = own ?? declared;
    if (classes && classes.length > 1) return { classes, positive: null };
    throw new WorkError(
      `The model does not name its classes. List them as \`categories\` of \`${target.name}\`, in the order of the model's scores.`,
    );
  }
  const values = own ?? declared ?? [];
  const asked = target.loopwright?.positive;
  const positive =
    asked !== undefined ? written(asked) : values.length === 0 || values.includes('1') ? '1' : truth(values);
  if (positive === null)
    throw new WorkError(
      `Which of ${list(values)} is positive? Set \`loopwright: { positive: … }\` of the field \`${target.name}\` in the schema of \`${dataset}\`.`,
    );
  if (values.length > 0 && !values.includes(positive))
    throw new WorkError(
      `\`${positive}\` is the positive value of \`${target.name}\`, and the model predicts ${list(values)}.`,
    );
  const negative = values.find((value) => value !== positive) ?? (positive === '1' ? '0' : `not ${positive}`);
  return { classes: [negative, positive], positive };
}

/** The labels in the order of the data, where it has one, else in that of the model. */
function labelsFor({ classes }: ModelDescription, { dataset, labels }: DataShape): string[] {
  const own = labels ?? classes;
  if (!own)
    throw new WorkError(
      `Neither the model nor the schema of \`${dataset}\` names the labels. List them as \`categories\` of the target, in the order of the model's scores.`,
    );
  return [...own];
}

function truth(values: readonly string[]): string | null {
  return values.length === 2 && values.includes('true') && values.includes('false') ? 'true' : null;
}

/** `true` and `false` as the numbers that a boolean column is read as. */
export function booleanAsNumber(text: string): string {
  const lower = text.toLowerCase();
  return lower === 'true' ? '1' : lower === 'false' ? '0' : text;
}

function featuresFor(model: ModelDescription, data: DataShape): Feature[] {
  const inputs = model.inputs ?? declaredInputs(model, data);
  const known = [...data.columns.keys()];
  const target = targetOf(model, data).name;
  if (inputs.some(({ name }) => name === target))
    throw new WorkError(
      `The model reads \`${target}\`, the target that it is to predict. It answers what it was told, so its results mean nothing. Train it without that column.`,
    );
  const missing = inputs.filter(({ name, optional }) => !optional && !data.columns.has(name));
  if (missing.length > 0) {
    const meant = missing.length === 1 ? suggestion(missing[0]?.name ?? '', known) : renamed(missing, known);
    throw new DataError(
      `The model reads ${list(missing.slice(0, 10).map(({ name }) => name))}${missing.length > 10 ? ` and ${missing.length - 10} more` : ''}, which \`${data.dataset}\` does not have; it has ${shortList(known)}.${meant}`,
    );
  }
  return inputs.filter(({ name }) => data.columns.has(name)).map((input) => featureOf(input, data));
}

/** Says that the columns have other characters in their names, as some exporters replace blanks by `_`. */
function renamed(missing: readonly ModelInput[], known: readonly string[]): string {
  const plain = (name: string) => name.replaceAll(/[^\p{L}\p{N}]+/gu, '_').toLowerCase();
  const columns = new Map(known.map((name) => [plain(name), name]));
  const [first] = missing;
  const meant = first && columns.get(plain(first.name));
  if (meant === undefined || !missing.every(({ name }) => columns.has(plain(name)))) return '';
  return ` The names differ in their blanks and signs only: \`${meant}\` for \`${first?.name}\`. Rename the columns in the SQL that prepares the data.`;
}

/** The declared features, for a model that does not name its inputs. */
function declaredInputs({ width }: ModelDescription, { dataset, fields, given }: DataShape): ModelInput[] {
  const ofSchema = fields.filter((field) => field.loopwright?.role === 'feature').map(({ name }) => name);
  const declared = given ?? ofSchema;
  if (declared.length === 0)
    throw new WorkError(
      `The model does not name its inputs, and the schema of \`${dataset}\` declares no features. List the columns that it reads, in its order, as \`features\` of its entry under \`models\`.`,
    );
  if (width !== null && width !== declared.length)
    throw new WorkError(
      `The model takes ${width} inputs without names, and ${given ? 'its entry under `models`' : `the schema of \`${dataset}\``} declares ${declared.length} features: ${shortList(declared)}. List those that it was trained on, in its order, as \`features\` of its entry under \`models\`, or with \`loopwright validate --features\`.`,
    );
  return declared.map((name) => ({ name, type: null, optional: false }));
}

function featureOf({ name, type: own, optional }: ModelInput, { dataset, fields, columns }: DataShape): Feature {
  const column = columns.get(name) ?? null;
  const field = fields.find((candidate) => candidate.name === name);
  const type = own ?? (field?.type ? inputTypeOf(field.type) : null) ?? column;
  if (type === null)
    throw new DataError(`\`${name}\` of \`${dataset}\` has a type that models do not take. Derive a number or a text.`);
  if (column !== null && !fitsInput(type, column))
    throw new DataError(
      `The model takes \`${name}\` as ${words[type]}, and \`${dataset}\` holds ${words[column]} there. Change the type in the SQL that prepares the data, or train again.`,
    );
  return { name, kind: kindOfInput(type), type, ...(optional ? { optional } : {}) };
}

const words: Record<InputType, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  text: 'a text',
  datetime: 'a date',
};

const list = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');

function shortList(names: readonly string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
}
