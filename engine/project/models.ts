import { modelAliases, type ModelAlias } from '../../protocol/models.ts';
import { suggestion } from '../base/didYouMean.ts';
import { ProjectError } from '../base/errors.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { StageConfig } from './schema/stages.ts';

/** A model of the registry that a project makes. */
export interface ProjectModel {
  name: string;
  /** The stage that makes it; null for the one model of a project without `models`, which any stage may make. */
  from: string | null;
  /** The dataset that describes its rows; null when the project does not say. */
  data: string | null;
}

/** An alias of a model; `name` is null where the project leaves it out. */
export interface AliasOfModel {
  name: string | null;
  alias: ModelAlias;
}

/** The models of a project. Without `models` there is one, named after the project. */
export function modelsOf(config: ProjectConfig): ProjectModel[] {
  const declared = Object.entries(config.models ?? {});
  if (declared.length === 0) return [{ name: config.project, from: null, data: trainedOn(config, null) }];
  return declared.map(([name, { from, data }]) => ({ name, from, data: data ?? trainedOn(config, from) }));
}

/** The model of a name, or the only one. ProjectError when there is no such model, or no name and several models. */
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

/** The model that a validate stage tests. ProjectError when no entry of `models` comes from the stage it names. */
export function validatedModel(config: ProjectConfig, stage: string): ProjectModel {
  const validate = config.stages[stage];
  const tested = validate && isValidate(validate) ? validate.with.model : null;
  const found = modelsOf(config).find(({ from }) => from === null || from === tested);
  if (!found)
    throw new ProjectError(
      `No entry of \`models\` has \`from: ${tested}\`, so what \`${stage}\` tests has no name. Add one.`,
    );
  return found;
}

/** `champion` or `NAME@champion`, taken apart; null when it is neither. */
export function parseModelAlias(text: string): AliasOfModel | null {
  const at = text.lastIndexOf('@');
  const alias = modelAliases.find((known) => known === text.slice(at + 1));
  if (alias === undefined || at === 0) return null;
  return { name: at === -1 ? null : text.slice(0, at), alias };
}

/** The name and alias that a text such as `NAME@champion` names; null when the project has no such model. */
export function findAlias(config: ProjectConfig, text: string): { name: string; alias: ModelAlias } | null {
  const parsed = parseModelAlias(text);
  const models = modelsOf(config);
  const found = models.find(({ name }) =>
    (parsed?.name ?? null) === null ? models.length === 1 : name === parsed?.name,
  );
  return parsed && found ? { name: found.name, alias: parsed.alias } : null;
}

/** The model and alias that `model` of a deployment or a labelling task names. ProjectError when there is none. */
export function aliasedModel(config: ProjectConfig, text: string): { model: ProjectModel; alias: ModelAlias } {
  const parsed = parseModelAlias(text);
  if (!parsed) throw new ProjectError(`\`${text}\` is no alias of a model; write \`champion\` or \`NAME@champion\`.`);
  return { model: modelNamed(config, parsed.name), alias: parsed.alias };
}

/** The model that a deployment serves; that of the project's only model for a name that is not declared. */
export function deployedModel(config: ProjectConfig, deployment: string): ProjectModel {
  const declared = config.deployments?.[deployment];
  return declared ? aliasedModel(config, declared.model).model : modelNamed(config, null);
}

/** The model that a monitor watches: that of its deployment. */
export function monitoredModel(config: ProjectConfig, monitor: string): ProjectModel {
  return deployedModel(config, config.monitors?.[monitor]?.deployment ?? '');
}

/**
 * The monitor of a name. Without a name the first one; ProjectError when the monitors watch several models, so that the
 * first would hide the others.
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

/** The api deployment to serve without a name: the first one; ProjectError when they serve several models. */
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

/** True when the number of a version needs the name of its model. */
export function hasSeveralModels(config: ProjectConfig): boolean {
  return modelsOf(config).length > 1;
}

/**
 * `with.model` of validate stages may name a model: the stage that makes it takes its place, so that the rest of the
 * engine knows stages alone. `config` is changed.
 */
export function nameStagesOfModels(config: ProjectConfig): ProjectConfig {
  for (const stage of Object.values(config.stages)) {
    const model = isValidate(stage) && Object.hasOwn(config.models ?? {}, stage.with.model);
    if (model) stage.with.model = config.models?.[stage.with.model]?.from ?? stage.with.model;
  }
  return config;
}

function isValidate(stage: StageConfig): stage is Extract<StageConfig, { uses: 'validate' }> {
  return 'uses' in stage && stage.uses === 'validate';
}

/** The data of a train stage, or of the first one. */
function trainedOn(config: ProjectConfig, from: string | null): string | null {
  const stages = from === null ? Object.values(config.stages) : [config.stages[from]];
  for (const stage of stages) if (stage && 'uses' in stage && stage.uses === 'train') return stage.with.data;
  return null;
}

/**
 * The model that the policy retrains: the one it names, that of the monitor whose trigger holds, or that of the first
 * monitor under `when`. ProjectError when the project has several and nothing says which.
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

/** The stages that validate a model; undefined, which stands for all stages, where the project has one model. */
export function validationsOf(config: ProjectConfig, { from }: ProjectModel): string[] | undefined {
  if (modelsOf(config).length === 1) return undefined;
  return Object.entries(config.stages).flatMap(([name, stage]) =>
    isValidate(stage) && stage.with.model === from ? [name] : [],
  );
}
