import { missingApprovals } from '../registry/approvals.ts';
import { actorOf } from '../registry/audit.ts';
import { findVersions } from '../registry/findRegistered.ts';
import {
  addNextVersion,
  type NewVersion,
  type RegisteredVersionRow,
  archiveOthers,
  deleteVersion,
  removeRegistryTag,
  setRegistryTag,
  touchModel,
  updateVersion,
} from '../registry/registeredModels.ts';
import { readRegistryRules } from '../registry/registryRules.ts';
import type { Store } from '../store/store.ts';
import { loggedModelRow, pairsOfModel, setPairOfModel } from '../tracking/loggedModels.ts';
import { invalid, missing, MlflowError } from './mlflowError.ts';
import { checkKey, checkLength, checkModelName, limits } from './names.ts';
import { modelOf, sourceOf, versionJson, versionOf } from './registryJson.ts';
import { list, optionalText, text, type Handler } from './request.ts';
import { pageOf, searchOf } from './search.ts';

const stages = ['None', 'Staging', 'Production', 'Archived'];

/** A stage of the registry by its case-insensitive name. */
export function registryStage(asked: string): string {
  const stage = stages.find((one) => one.toLowerCase() === asked.toLowerCase());
  if (stage === undefined)
    throw invalid(`Invalid Model Version stage: ${asked}. Value must be one of ${stages.join(', ')}.`);
  return stage;
}

/** A tag in a request for the registry. */
export function registryTag(tag: Record<string, unknown>): { key: string; value: string } {
  const key = checkKey(tag.key, 'key');
  const value = optionalText(tag, 'value') ?? '';
  checkLength(value, limits.registryTag, 'value');
  return { key, value };
}

const search: Handler = ({ store, body }) => {
  const asked = searchOf(body, { usual: 200_000, most: 200_000 });
  const { rows, next } = pageOf(asked, () => findVersions(store, asked));
  return { model_versions: rows.map((row) => versionJson(store, row)), ...next };
};

const create: Handler = ({ store, body }) => {
  const name = checkModelName(text(body, 'name'));
  const source = text(body, 'source');
  return store.sql.write(() => {
    modelOf(store, name);
    checkSource(source);
    const modelId = optionalText(body, 'model_id') || /^models:\/(m-[0-9a-f]+)$/.exec(source)?.[1] || null;
    const logged = modelId === null ? null : loggedModelRow(store, modelId);
    if (modelId !== null && !logged) throw missing(`Logged model with ID '${modelId}' not found.`);
    const copied = /^models:\/([^/@]+)\/(\d+)$/.exec(source);
    const now = Date.now();
    const made: NewVersion = {
      model: name,
      run_id: optionalText(body, 'run_id') || logged?.source_run_id || '',
      path: copied ? sourceOf(versionOf(store, decoded(copied[1] ?? ''), copied[2] ?? '')) : '',
      created_at: now,
      updated_at: now,
      source,
      model_id: modelId,
      run_link: optionalText(body, 'run_link') || null,
      user_id: '',
      stage: 'None',
      description: optionalText(body, 'description') ?? '',
      status: 'READY',
      status_message: null,
    };
    const version = addNextVersion(store, made, actorOf('mlflow'));
    if (modelId !== null) noteVersion(store, modelId, name, version);
    for (const tag of list(body, 'tags')) setRegistryTag(store, name, version, registryTag(tag), actorOf('mlflow'));
    return { model_version: versionJson(store, versionOf(store, name, String(version))) };
  });
};

/** Rejects sources that refer to local files of no run, or lead out of their folder. */
function checkSource(source: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'file' || scheme.length === 1) {
    throw invalid(
      `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id. Artifacts of this project have mlflow-artifacts: addresses.`,
    );
  }
  if (scheme === 'models' || scheme === 'runs') return;
  let path = source;
  for (let i = 0; i < 3; i++) path = decoded(path);
  if (path.includes('\0') || path.split(/[/\\?#]/).includes('..')) {
    throw invalid(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    );
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Lists the versions of a logged model in the tag that MLflow uses for them. */
function noteVersion(store: Store, modelId: string, name: string, version: number): void {
  const tag = 'mlflow.modelVersions';
  const known = pairsOfModel(store, 'tags', modelId).find(({ key }) => key === tag)?.value ?? '[]';
  const all = [...(JSON.parse(known) as { name: string; version: number }[]), { name, version }];
  const written = `[${all.map((one) => `{"name": ${JSON.stringify(one.name)}, "version": ${one.version}}`).join(', ')}]`;
  setPairOfModel(store, 'tags', modelId, tag, written);
}

const remove: Handler = ({ store, body }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  if (row.report !== null)
    throw new MlflowError(
      'INVALID_STATE',
      `Version ${row.version} of \`${row.model}\` was validated in this project and stays in its history.`,
    );
  deleteVersion(store, row.model, row.version, actorOf('mlflow'));
  return {};
};

const transition: Handler = ({ store, body }) => {
  const row = versionOf(store, text(body, 'name'), text(body, 'version'));
  const stage = registryStage(text(body, 'stage'));
  const archive = body.archive_existing_versions === true || body.archive_existing_versions === 'true';
  if (archive && stage !== 'Staging' && stage !== 'Production')
    throw invalid(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are Staging, Production`,
    );
  checkApprovals(store, row, stage);
  store.sql.write(() => {
    if (archive) archiveOthers(store, row.model, stage, row.version, actorOf('mlflow'));
    updateVersion(store, row.model, row.version, { stage }, actorOf('mlflow'));
    touchModel(store, row.model, row.version);
  });
  return { model_version: versionJson(store, versionOf(store, row.model, String(row.version))) };
};

/** Of a version that the project validates, a stage needs the approvals that the project asks for. */
function checkApprovals(store: Store, { model, version, report }: RegisteredVersionRow, stage: string): void {
  if (report === null || (stage !== 'Staging' && stage !== 'Production')) return;
  const missing = missingApprovals(
    store,
    { name: model, version },
    stage === 'Staging' ? 'staging' : 'production',
    readRegistryRules(store.root),
  );
  if (missing !== null)
    throw new MlflowError('INVALID_STATE', `\`${model}\` v${version} does not get the stage ${stage}. ${missing}`);
}

/** The calls for versions of registered models, by method and path. */
export const modelVersionCalls: Record<string, Handler> = {
  'POST model-versions/create': create,
  'GET model-versions/get': ({ store, body }) => ({
    model_version: versionJson(store, versionOf(store, text(body, 'name'), text(body, 'version'))),
  }),
  'GET model-versions/search': search,
  'PATCH model-versions/update': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    const description = optionalText(body, 'description') ?? '';
    updateVersion(store, row.model, row.version, { description, updated_at: Date.now() }, actorOf('mlflow'));
    return { model_version: versionJson(store, versionOf(store, row.model, String(row.version))) };
  },
  'DELETE model-versions/delete': remove,
  'POST model-versions/transition-stage': transition,
  'GET model-versions/get-download-uri': ({ store, body }) => ({
    artifact_uri: sourceOf(versionOf(store, text(body, 'name'), text(body, 'version'))),
  }),
  'POST model-versions/set-tag': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    setRegistryTag(store, row.model, row.version, registryTag(body), actorOf('mlflow'));
    touchModel(store, row.model, row.version);
    return {};
  },
  'DELETE model-versions/delete-tag': ({ store, body }) => {
    const row = versionOf(store, text(body, 'name'), text(body, 'version'));
    removeRegistryTag(store, row.model, row.version, text(body, 'key'), actorOf('mlflow'));
    return {};
  },
};
