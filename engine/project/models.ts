import { modelAliases, type ModelAlias } from '../../protocol/models.ts';
import { suggestion } from '../base/didYouMean.ts';
import { ProjectError } from '../base/errors.ts';
import type { ModelConfig } from './schema/models.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { StageConfig } from './schema/stages.ts';
import type { Validation } from './schema/validateStage.ts';

/** The keys of an entry that say where its model is served. */
export type ModelAddress = Required<Pick<ModelConfig, 'address'>> &
  Pick<ModelConfig, 'protocol' | 'model' | 'output' | 'token_env'>;

/** A registered model that a project creates. */
export interface ProjectModel {
  name: string;
  /**
   * Stage that creates the model; null for a model at an address or of predictions, and for the only model of a project
   * without `models`, which any stage can create.
   */
  from: string | null;
  /** Where the model is served, when another program makes it; else null. */
  address: ModelAddress | null;
  /** Dataset with the predictions of a model that is known by nothing else; else null. */
  predictions: string | null;
  /** Dataset that describes its rows; null when not declared. */
  data: string | null;
  /** The file or folder of the model among the outputs of its stage, or its name in MLflow; null when not declared. */
  path: string | null;
  /** The columns that it reads, in its order, when its files do not name them; null when not declared. */
  features: string[] | null;
  /** The classes in the order of the numbers that it was trained on in their place; null when not declared. */
  classes: string[] | null;
}

/** An alias of a model; `name` is null when it is omitted. */
export interface AliasOfModel {
  name: string | null;
  alias: ModelAlias;
}

/** Returns the models of a project. Without `models` there is one, with the name of the project. */
export function modelsOf(config: ProjectConfig): ProjectModel[] {
  const declared = Object.entries(config.models ?? {});
  if (declared.length === 0)
    return [
      {
        name: config.project,
        from: null,
        address: null,
        predictions: null,
        data: trainedOn(config, null) ?? validatedOn(config, null),
        path: null,
        features: null,
        classes: null,
      },
    ];
  return declared.map(([name, entry]) => {
    const { from = null } = entry;
    return {
      name,
      from,
      address: addressOf(entry),
      predictions: entry.predictions ?? null,
      data:
        entry.data ??
        entry.predictions ??
        (from === null ? null : trainedOn(config, from)) ??
        validatedOn(config, from ?? name),
      path: entry.path ?? null,
      features: entry.features ?? null,
      classes: entry.classes ?? null,
    };
  });
}

/** Returns where a model is served; null when the name is no model with an address. */
export function addressOfModel(config: ProjectConfig, name: string): ModelAddress | null {
  const entry = config.models && Object.hasOwn(config.models, name) ? config.models[name] : undefined;
  return entry ? addressOf(entry) : null;
}

function addressOf({ address, protocol, model, output, token_env }: ModelConfig): ModelAddress | null {
  if (address === undefined) return null;
  return {
    address,
    ...(protocol && { protocol }),
    ...(model !== undefined && { model }),
    ...(output !== undefined && { output }),
    ...(token_env !== undefined && { token_env }),
  };
}

/**
 * Returns the model with a name, or the only model. Throws ProjectError when there is no such model, or when the name
 * is missing and there are several.
 */
export function modelNamed(config: ProjectConfig, name: string | null): ProjectModel {
  const models = modelsOf(config);
  const names = models.map((model) => model.name);
  if (name === null) {
    const [only, ...others] = models;
    if (only && others.length === 0) return only;
    throw new ProjectError(`The project has ${models.length} models: ${names.join(', ')}. Name one of them.`);
  }
  const found = models.find((model) => model.name === name);
  if (!found)
    throw new ProjectError(
      `There is no model \`${name}\`.${suggestion(name, names) || ` Models: ${names.join(', ')}.`}`,
    );
  return found;
}

/**
 * Returns the model that a validate stage evaluates. Throws ProjectError when no entry of `models` is made by its stage
 * or has its predictions.
 */
export function validatedModel(config: ProjectConfig, stage: string): ProjectModel {
  const validate = config.stages[stage];
  const inputs = validate && isValidate(validate) ? validate.with : null;
  const models = modelsOf(config);
  const [only] = models;
  if (Object.keys(config.models ?? {}).length === 0 && only) return only;
  const found = inputs && models.find((model) => isOf(model, inputs));
  if (!found)
    throw new ProjectError(
      `No entry of \`models\` has \`${inputs?.predictions === undefined ? `from: ${inputs?.model}` : `predictions: ${inputs.predictions}`}\`, so the model that \`${stage}\` evaluates has no name. Add an entry.`,
    );
  return found;
}

/** True when a stage with these inputs validates a declared model. */
function isOf({ name, from, address, predictions }: ProjectModel, inputs: Validation): boolean {
  if (inputs.predictions !== undefined || predictions !== null) return predictions === inputs.predictions;
  return (address ? name : from) === inputs.model;
}

/** Parses `champion` or `NAME@champion`; null for any other text. */
export function parseModelAlias(text: string): AliasOfModel | null {
  const at = text.lastIndexOf('@');
  const alias = modelAliases.find((known) => known === text.slice(at + 1));
  if (alias === undefined || at === 0) return null;
  return { name: at === -1 ? null : text.slice(0, at), alias };
}

/** Returns the model and alias of a text such as `NAME@champion`; null when the project has no such model. */
export function findAlias(config: ProjectConfig, text: string): { name: string; alias: ModelAlias } | null {
  const parsed = parseModelAlias(text);
  const models = modelsOf(config);
  const found = models.find(({ name }) =>
    (parsed?.name ?? null) === null ? models.length === 1 : name === parsed?.name,
  );
  return parsed && found ? { name: found.name, alias: parsed.alias } : null;
}

/**
 * Returns the model and alias for `model` of a deployment or labelling task. Throws ProjectError when there is none.
 */
export function aliasedModel(config: ProjectConfig, text: string): { model: ProjectModel; alias: ModelAlias } {
  const parsed = parseModelAlias(text);
  if (!parsed) throw new ProjectError(`\`${text}\` is not a model alias; write \`champion\` or \`NAME@champion\`.`);
  return { model: modelNamed(config, parsed.name), alias: parsed.alias };
}

/** Returns the model of a deployment; for an undeclared name, the only model of the project. */
export function deployedModel(config: ProjectConfig, deployment: string): ProjectModel {
  const declared = config.deployments?.[deployment];
  return declared ? aliasedModel(config, declared.model).model : modelNamed(config, null);
}

/** Returns the model that shadows a deployment. Throws ProjectError when there is none. */
export function shadowOf(config: ProjectConfig, deployment: string): ProjectModel {
  const declared = config.deployments?.[deployment];
  if (declared?.as !== 'api' || declared.shadow === undefined)
    throw new ProjectError(`The deployment \`${deployment}\` has no \`shadow\`.`);
  return aliasedModel(config, declared.shadow).model;
}

/**
 * Returns the model of a monitor: that of its deployment, or the one that its reference validates when it watches a
 * table of predictions.
 */
export function monitoredModel(config: ProjectConfig, monitor: string): ProjectModel {
  const { deployment, predictions, reference } = config.monitors?.[monitor] ?? {};
  if (predictions !== undefined && reference !== undefined) return validatedModel(config, reference);
  return deployedModel(config, deployment ?? '');
}

/**
 * Returns the name of a monitor. Without a name it is the first one; throws ProjectError when the monitors have several
 * models.
 */
export function monitorNamed(config: ProjectConfig, name: string | null): string {
  const declared = Object.keys(config.monitors ?? {});
  const [first] = declared;
  if (name !== null && !declared.includes(name))
    throw new ProjectError(`There is no monitor \`${name}\`. Declared: ${declared.join(', ') || 'none'}.`);
  if (first === undefined) throw new ProjectError('No monitor is declared under `monitors`.');
  if (name === null && isOfSeveral(declared.map((monitor) => monitoredModel(config, monitor))))
    throw new ProjectError(`The monitors watch several models: ${declared.join(', ')}. Name one of them.`);
  return name ?? first;
}

/** Returns the first api deployment, to serve without a name. Throws ProjectError when they serve several models. */
export function onlyApi(config: ProjectConfig): string {
  const apis = Object.entries(config.deployments ?? {}).flatMap(([name, { as }]) => (as === 'api' ? [name] : []));
  const [first] = apis;
  if (first === undefined) throw new ProjectError('No api deployment is declared under `deployments`.');
  if (isOfSeveral(apis.map((api) => deployedModel(config, api))))
    throw new ProjectError(`The api deployments serve several models: ${apis.join(', ')}. Name one of them.`);
  return first;
}

function isOfSeveral(models: readonly ProjectModel[]): boolean {
  return new Set(models.map(({ name }) => name)).size > 1;
}

/** Returns the name of the model that a stage makes; undefined when no entry or validation says that it makes one. */
export function modelMadeBy(config: ProjectConfig, stage: string): string | undefined {
  const isValidated = Object.values(config.stages).some((other) => isValidate(other) && other.with.model === stage);
  return modelsOf(config).find(({ from, address }) => from === stage || (from === null && !address && isValidated))
    ?.name;
}

/** True when a version number is ambiguous without the name of its model. */
export function hasSeveralModels(config: ProjectConfig): boolean {
  return modelsOf(config).length > 1;
}

/**
 * Replaces model names in `with.model` of validate stages by the stage that creates the model, so that the rest of the
 * engine only handles stages, and fills the inputs of those that validate predictions. Changes `config`.
 */
export function nameStagesOfModels(config: ProjectConfig): ProjectConfig {
  for (const stage of Object.values(config.stages)) {
    if (!isValidate(stage)) continue;
    const { with: inputs } = stage;
    if (inputs.predictions !== undefined) Object.assign(inputs, { model: '', data: inputs.predictions });
    else if (Object.hasOwn(config.models ?? {}, inputs.model))
      inputs.model = config.models?.[inputs.model]?.from ?? inputs.model;
  }
  return config;
}

function isValidate(stage: StageConfig): stage is Extract<StageConfig, { uses: 'validate' }> {
  return 'uses' in stage && stage.uses === 'validate';
}

/** Returns the data of a train stage, or of the first one. */
function trainedOn(config: ProjectConfig, from: string | null): string | null {
  const stages = from === null ? Object.values(config.stages) : [config.stages[from]];
  for (const stage of stages) if (stage && 'uses' in stage && stage.uses === 'train') return stage.with.data;
  return null;
}

/** Returns the data of the first stage that validates the model of a stage, or any model. */
function validatedOn(config: ProjectConfig, from: string | null): string | null {
  for (const stage of Object.values(config.stages))
    if (isValidate(stage) && (from === null || stage.with.model === from)) return stage.with.data;
  return null;
}

/**
 * Returns the model to retrain: the one that the policy names, that of the triggering monitor, or that of the first
 * monitor under `when`. Throws ProjectError when there are several models and none of these is set.
 */
export function retrainedModel(config: ProjectConfig, monitor: string | null): ProjectModel {
  const named = config.retraining?.model;
  if (named !== undefined) return modelNamed(config, named);
  const watching = [
    monitor,
    ...(config.retraining?.when ?? []).map((trigger) => ('monitor' in trigger ? trigger.monitor : null)),
  ].find((candidate) => candidate !== null && Object.hasOwn(config.monitors ?? {}, candidate));
  return watching === null || watching === undefined ? modelNamed(config, null) : monitoredModel(config, watching);
}

/** Returns the stages that validate a model; undefined, meaning all stages, when the project has one model. */
export function validationsOf(config: ProjectConfig, model: ProjectModel): string[] | undefined {
  if (modelsOf(config).length === 1) return undefined;
  return Object.entries(config.stages).flatMap(([name, stage]) =>
    isValidate(stage) && isOf(model, stage.with) ? [name] : [],
  );
}
