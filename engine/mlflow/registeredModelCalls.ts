import { champion, setAlias } from '../registry/aliases.ts';
import { actorOf } from '../registry/audit.ts';
import { findRegisteredModels, promptTag } from '../registry/findRegistered.ts';
import {
  addRegisteredModel,
  deleteRegisteredModel,
  describeModel,
  isValidated,
  registeredAliases,
  registeredModel,
  removeRegistryTag,
  renameRegisteredModel,
  setRegistryTag,
  touchModel,
} from '../registry/registeredModels.ts';
import { invalid, MlflowError } from './mlflowError.ts';
import { registryStage, registryTag } from './modelVersionCalls.ts';
import { checkAlias, checkModelName } from './names.ts';
import { modelJson, modelOf, versionJson, versionOf } from './registryJson.ts';
import { list, optionalText, text, texts, type Handler } from './request.ts';
import { pageOf, searchOf } from './search.ts';

const create: Handler = ({ store, body }) => {
  const name = checkModelName(text(body, 'name'));
  const tags = list(body, 'tags');
  if (tags.some((tag) => tag.key === promptTag))
    throw new MlflowError(
      'NOT_IMPLEMENTED',
      'Loopwright does not keep prompts. docs/tracking.md lists what its MLflow endpoint knows.',
    );
  return store.sql.write(() => {
    if (registeredModel(store, name)) throw alreadyExists(name);
    const now = Date.now();
    const description = optionalText(body, 'description') ?? '';
    addRegisteredModel(store, { name, created_at: now, updated_at: now, description }, actorOf('mlflow'));
    for (const tag of tags) setRegistryTag(store, name, null, registryTag(tag), actorOf('mlflow'));
    return { registered_model: modelJson(store, modelOf(store, name)) };
  });
};

function alreadyExists(name: string): MlflowError {
  return new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`);
}

const rename: Handler = ({ store, body }) => {
  const name = text(body, 'name');
  const renamed = checkModelName(text(body, 'new_name'));
  return store.sql.write(() => {
    modelOf(store, name);
    if (isValidated(store, name))
      throw new MlflowError(
        'INVALID_STATE',
        `\`${name}\` is the model of this project; its name is set in loopwright.yaml.`,
      );
    if (registeredModel(store, renamed)) throw alreadyExists(renamed);
    renameRegisteredModel(store, name, renamed, actorOf('mlflow'));
    return { registered_model: modelJson(store, modelOf(store, renamed)) };
  });
};

const remove: Handler = ({ store, body }) => {
  const name = text(body, 'name');
  modelOf(store, name);
  if (isValidated(store, name))
    throw new MlflowError(
      'INVALID_STATE',
      `\`${name}\` is the model of this project: it is served and monitored, and is not deleted through MLflow.`,
    );
  deleteRegisteredModel(store, name, actorOf('mlflow'));
  return {};
};

const search: Handler = ({ store, body }) => {
  const asked = searchOf(body, { usual: 100, most: 1000 });
  const { rows, next } = pageOf(asked, () => findRegisteredModels(store, asked));
  return { registered_models: rows.map((row) => modelJson(store, row)), ...next };
};

const putAlias: Handler = ({ store, body, promote }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  const alias = checkAlias(text(body, 'alias'));
  if (alias === champion && isValidated(store, row.model)) {
    try {
      promote(row.model, row.version);
    } catch (error) {
      throw new MlflowError('INVALID_STATE', error instanceof Error ? error.message : String(error));
    }
  } else
    setAlias(store, {
      model: row.model,
      alias,
      version: row.version,
      kind: 'set',
      why: 'set through MLflow',
      actor: actorOf('mlflow'),
    });
  touchModel(store, row.model);
  return {};
};

const removeAlias: Handler = ({ store, body }) => {
  const row = modelOf(store, text(body, 'name'));
  const alias = text(body, 'alias');
  if (alias === champion && isValidated(store, row.name))
    throw new MlflowError(
      'INVALID_STATE',
      `\`${row.name}\` is served by its champion. Roll back or promote another version instead.`,
    );
  setAlias(store, {
    model: row.name,
    alias,
    version: null,
    kind: 'removed',
    why: 'removed through MLflow',
    actor: actorOf('mlflow'),
  });
  return {};
};

const versionByAlias: Handler = ({ store, body }) => {
  const { name } = modelOf(store, text(body, 'name'));
  const alias = text(body, 'alias');
  const found = registeredAliases(store, name).find((one) => one.alias === alias);
  if (!found) throw invalid(`Registered model alias ${alias} not found.`);
  return { model_version: versionJson(store, versionOf(store, name, String(found.version))) };
};

const latestVersions: Handler = ({ store, body }) => {
  const row = modelOf(store, text(body, 'name'));
  const asked = texts(body, 'stages').map(registryStage);
  return {
    model_versions: modelJson(store, row).latest_versions.filter(
      (version) => asked.length === 0 || asked.includes(version.current_stage),
    ),
  };
};

/** The calls for registered models and their aliases, by method and path. */
export const registeredModelCalls: Record<string, Handler> = {
  'POST registered-models/create': create,
  'GET registered-models/get': ({ store, body }) => ({
    registered_model: modelJson(store, modelOf(store, text(body, 'name'))),
  }),
  'GET registered-models/search': search,
  'POST registered-models/rename': rename,
  'PATCH registered-models/update': ({ store, body }) => {
    const { name } = modelOf(store, text(body, 'name'));
    describeModel(store, name, optionalText(body, 'description') ?? '', Date.now(), actorOf('mlflow'));
    return { registered_model: modelJson(store, modelOf(store, name)) };
  },
  'DELETE registered-models/delete': remove,
  'GET registered-models/get-latest-versions': latestVersions,
  'POST registered-models/get-latest-versions': latestVersions,
  'POST registered-models/set-tag': ({ store, body }) => {
    const { name } = modelOf(store, text(body, 'name'));
    setRegistryTag(store, name, null, registryTag(body), actorOf('mlflow'));
    touchModel(store, name);
    return {};
  },
  'DELETE registered-models/delete-tag': ({ store, body }) => {
    removeRegistryTag(store, modelOf(store, text(body, 'name')).name, null, text(body, 'key'), actorOf('mlflow'));
    return {};
  },
  'POST registered-models/alias': putAlias,
  'DELETE registered-models/alias': removeAlias,
  'GET registered-models/alias': versionByAlias,
};
