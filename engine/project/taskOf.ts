import type { LearnedTask, StatedTask, Task } from '../evaluation/predictions.ts';
import type { DatasetSchema, Field } from './schema/datasetSchema.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { TrainStage } from './schema/trainStage.ts';
import type { ValidateStage } from './schema/validateStage.ts';

/**
 * Returns the task of a train stage from the type and categories of its target; null when the schema does not determine
 * it.
 */
export function taskOf(stage: TrainStage, schema: DatasetSchema | null): LearnedTask | null {
  if (stage.with.model === 'linear') return 'regression';
  const target = schema?.fields.find((field) =>
    stage.with.target === undefined ? field.loopwright?.role === 'target' : field.name === stage.with.target,
  );
  return target ? taskOfTarget(target) : null;
}

/** Returns the task of a target from its type and categories; null when they do not determine it. */
export function taskOfTarget(target: Field): LearnedTask | null {
  if (target.type === 'boolean' || target.loopwright?.positive !== undefined) return 'binary';
  const classes = target.categories?.length ?? target.constraints?.enum?.length;
  if (classes !== undefined) return classes === 2 ? 'binary' : 'multiclass';
  if (target.type === 'string') return 'multiclass';
  return target.type === 'number' || target.type === 'integer' ? 'regression' : null;
}

/**
 * Returns the task that the roles of a schema say: a column of queries is ranked; several targets, or one of lists, are
 * labels. Null for any other.
 */
export function statedTaskOf(fields: readonly Field[]): StatedTask | null {
  const targets = fields.filter((field) => field.loopwright?.role === 'target');
  if (targets.length > 0 && fields.some((field) => field.loopwright?.role === 'query')) return 'ranking';
  return targets.length > 1 || targets.some(({ type }) => type === 'list' || type === 'array') ? 'multilabel' : null;
}

/**
 * Returns the task of the model that a validate stage evaluates: that of its train stage, else that of the target in
 * its data. Null when they do not determine it. A number may be a class of a program's model, so it determines nothing.
 */
export function taskOfValidation(
  { stages }: Pick<ProjectConfig, 'stages'>,
  { with: inputs }: ValidateStage,
  schemaOf: (dataset: string) => DatasetSchema | null,
): Task | null {
  if (inputs.task) return inputs.task;
  const made = Object.hasOwn(stages, inputs.model) ? stages[inputs.model] : undefined;
  if (made && 'uses' in made) return made.uses === 'train' ? taskOf(made, schemaOf(made.with.data)) : null;
  const fields = schemaOf(inputs.data)?.fields ?? [];
  const stated = statedTaskOf(fields);
  if (stated) return stated;
  const target = fields.find((field) => field.loopwright?.role === 'target');
  const task = target ? taskOfTarget(target) : null;
  return task === 'regression' ? null : task;
}
