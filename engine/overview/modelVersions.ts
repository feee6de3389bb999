import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { WorkError } from '../base/errors.ts';
import { RecentCache } from '../base/recentCache.ts';
import { MlflowError } from '../mlflow/mlflowError.ts';
import { pathOfVersion } from '../mlflow/modelFolder.ts';
import { recogniseModel } from '../models/flavours/flavours.ts';
import { modelsOf } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { listRegisteredModels } from '../registry/registeredModels.ts';
import { summariseVersions } from '../registry/summariseVersions.ts';
import type { Store } from '../store/store.ts';

/**
 * All registered versions, newest first: those of the project's models, then those that programs registered under other
 * names. The flavour of a version without one in its report is found from its files.
 */
export function listModelVersions(store: Store, config: ProjectConfig): ModelVersionSummary[] {
  const declared = modelsOf(config).map(({ name }) => name);
  const others = listRegisteredModels(store).flatMap(({ name }) => (declared.includes(name) ? [] : [name]));
  return [...declared, ...others]
    .flatMap((name) => summariseVersions(store, name))
    .map((version) => (version.flavour === null ? { ...version, ...statedFacts(store, version) } : version));
}

type Stated = Pick<ModelVersionSummary, 'flavour' | 'algorithm' | 'problem'>;

/** The files of a version do not change, and an overview is asked for after every change of the store. */
const stated = new RecentCache<string, Stated>(1000);

function statedFacts(store: Store, { model, version, algorithm }: ModelVersionSummary): Stated {
  try {
    const path = pathOfVersion(store, model, version);
    const known = stated.get(path);
    if (known) return known;
    const recognised = recogniseModel(path);
    if (!recognised) return { flavour: null, algorithm, problem: null };
    const facts = { flavour: recognised.flavour, algorithm: algorithm ?? recognised.stated.algorithm, problem: null };
    stated.set(path, facts);
    return facts;
  } catch (error) {
    if (!(error instanceof WorkError) && !(error instanceof MlflowError)) throw error;
    return { flavour: null, algorithm, problem: error.message };
  }
}
