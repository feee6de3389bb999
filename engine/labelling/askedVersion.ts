import { aliasedModel } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { versionOf, type ModelVersion } from '../registry/modelVersions.ts';
import type { Store } from '../store/store.ts';

/** The version that the `model` of a task refers to; null when no version has its alias. */
export function askedVersion(store: Store, config: ProjectConfig, model: string): ModelVersion | null {
  const named = aliasedModel(config, model);
  return versionOf(store, named.model.name, named.alias);
}
