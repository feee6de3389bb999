import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunModel } from '../../protocol/modelFacts.ts';
import { WorkError } from '../base/errors.ts';
import { readLock } from '../fingerprint/lockFile.ts';
import { folderOfLogged } from '../mlflow/modelFolder.ts';
import { recogniseModel } from '../models/flavours/flavours.ts';
import { hashModel, modelFiles, sizeOf } from '../models/modelFiles.ts';
import { findVersionOfFiles, type ModelIdentity } from '../registry/findVersionOfFiles.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { loggedModelsOfRun } from '../tracking/loggedModels.ts';
import { findRun } from '../tracking/runDetail.ts';
import { projectPath } from '../base/projectPath.ts';

interface Place {
  name: string;
  address: string;
  path: string;
  identity: Omit<ModelIdentity, 'hash'>;
}

/** Endings of files that are models on their own. Others, such as `.json` and `.txt`, are models only by their content. */
const endings = /\.(skops|joblib|pkl|pickle|onnx|ubj|cbm|pt2?)$/i;
/** Larger files are not hashed while a person waits. */
const mostHashed = 500 << 20;

/**
 * The models that a run logged, wrote as outputs of its stages or kept among its artifacts. A validation keeps a copy of
 * what it validated, which is not listed again.
 */
export function modelsOfRun(store: Store, run: string): RunModel[] {
  const { run_id: runId } = findRun(store, run);
  const seen = new Set<string>();
  return [...loggedPlaces(store, runId), ...outPlaces(store, runId), ...artifactPlaces(store, runId)].flatMap(
    ({ name, address, path, identity }): RunModel[] => {
      const found = recogniseModel(path);
      if (!found) return [];
      const files = modelFiles(path);
      const bytes = sizeOf(files);
      const hash = bytes > mostHashed ? null : hashModel(files).hash;
      if (hash !== null && seen.has(hash)) return [];
      if (hash !== null) seen.add(hash);
      const registered = findVersionOfFiles(store, { ...identity, hash });
      return [{ name, address, flavour: found.flavour, algorithm: found.stated.algorithm, bytes, registered }];
    },
  );
}

/** Of several models of a name, as of the epochs of a training, the newest counts. */
function loggedPlaces(store: Store, runId: string): Place[] {
  const newest = new Map(loggedModelsOfRun(store, runId).map((model) => [model.name, model.model_id]));
  return [...newest].flatMap(([name, id]) => {
    try {
      const path = folderOfLogged(store, id);
      return [{ name, address: id, path, identity: { loggedModel: id, artifact: null } }];
    } catch (error) {
      if (!(error instanceof WorkError)) throw error;
      return [];
    }
  });
}

function artifactPlaces(store: Store, runId: string): Place[] {
  const folder = artifactsFolder(store, runId);
  return placesAmong(existsSync(folder) ? modelFiles(folder).names : []).map((path) => ({
    name: path,
    address: `runs:/${runId}/${path}`,
    path: join(folder, path),
    identity: { loggedModel: null, artifact: { runId, path } },
  }));
}

/** The outputs outside the store that stages wrote in this run and in no later one. */
function outPlaces(store: Store, runId: string): Place[] {
  const outs = Object.values(readLock(store.root)).flatMap(({ run, outs: written }) =>
    run === runId ? Object.keys(written).filter((path) => !path.startsWith('.loopwright/')) : [],
  );
  return placesAmong(outs)
    .filter((path) => existsSync(projectPath(store.root, path)))
    .map((path) => ({
      name: path,
      address: path,
      path: projectPath(store.root, path),
      identity: { loggedModel: null, artifact: null },
    }));
}

/** The folders and files among these paths that may be models. */
function placesAmong(paths: readonly string[]): string[] {
  const folders = [
    ...new Set(paths.flatMap((path) => /^(.+)\/(?:MLmodel|loopwright-model\.json)$/.exec(path)?.[1] ?? [])),
  ];
  const files = paths.filter((path) => endings.test(path) && !folders.some((folder) => path.startsWith(`${folder}/`)));
  return [...folders, ...files];
}
