import type { Store } from '../store/store.ts';
import {
  newestByStage,
  registeredAliases,
  registeredModel,
  registeredVersion,
  registryTags,
  type RegisteredModelRow,
  type RegisteredVersionRow,
} from '../registry/registeredModels.ts';
import { loggedModel } from './loggedModelCalls.ts';
import { invalid, missing } from './mlflowError.ts';
import { checkModelName } from './names.ts';
import { artifactUriOf, runOf } from './runInfo.ts';

type Sql = Pick<Store, 'sql'>;

/** The registered model of a name. Throws MlflowError when there is none. */
export function modelOf(store: Sql, name: string): RegisteredModelRow {
  const row = registeredModel(store, checkModelName(name));
  if (!row) throw missing(`Registered Model with name=${name} not found`);
  return row;
}

/** The version of a registered model; its number is text in the protocol. Throws MlflowError when it does not exist. */
export function versionOf(store: Sql, name: string, version: string): RegisteredVersionRow {
  const model = checkModelName(name);
  // Whatever Python's int() takes.
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(version))
    throw invalid(`Parameter 'version' must be an integer, got '${version}'.`);
  const row = registeredVersion(store, model, Number(version.replaceAll('_', '')));
  if (!row) throw missing(`Model Version (name=${name}, version=${version}) not found`);
  return row;
}

export function modelJson(store: Sql, row: RegisteredModelRow) {
  return {
    name: row.name,
    creation_timestamp: row.created_at,
    last_updated_timestamp: row.updated_at,
    description: row.description,
    latest_versions: newestByStage(store, row.name).map((version) => versionJson(store, version)),
    tags: registryTags(store, row.name),
    aliases: registeredAliases(store, row.name).map(({ alias, version }) => ({ alias, version: String(version) })),
  };
}

export function versionJson(store: Sql, row: RegisteredVersionRow) {
  return {
    name: row.model,
    version: String(row.version),
    creation_timestamp: row.created_at,
    last_updated_timestamp: row.updated_at,
    user_id: row.user_id,
    current_stage: row.stage,
    description: row.description,
    source: row.source ?? sourceOf(row),
    run_id: row.run_id,
    status: row.status,
    status_message: row.status_message ?? undefined,
    run_link: row.run_link ?? undefined,
    model_id: row.model_id ?? undefined,
    tags: registryTags(store, row.model, row.version),
    aliases: registeredAliases(store, row.model).flatMap(({ alias, version }) =>
      version === row.version ? [alias] : [],
    ),
  };
}

/** Location of the files of a version; for a version that Loopwright validated, among the artifacts of its run. */
export function sourceOf(row: RegisteredVersionRow): string {
  // The files of a copy are those of the version that it was copied from.
  if (row.source !== null) return row.path || row.source;
  // A version can refer to a model of an earlier run.
  const [, run = row.run_id, inRun] =
    /(?:^|\/)artifacts\/([0-9a-f]{32})\/(.+)$/.exec(row.path.replaceAll('\\', '/')) ?? [];
  return `mlflow-artifacts:/0/${run}/artifacts${inRun === undefined ? '' : `/${inRun}`}`;
}

/** Location of the files of a model version, as an address below `mlflow-artifacts:` when they are stored here. */
export function versionSource(store: Sql, name: string, version: string): string {
  const source = sourceOf(versionOf(store, name, version));
  const inRun = /^runs:\/+([^/]+)\/(.*)$/.exec(source);
  if (inRun) return `${artifactUriOf(store, runOf(store, inRun[1] ?? ''))}/${inRun[2]}`;
  const model = /^models:\/+(m-[0-9a-f]+)$/.exec(source)?.[1];
  return model === undefined ? source : loggedModel(store, model).artifact_location;
}
