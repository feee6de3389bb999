import type { ModelSelector } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';
import { champion } from './aliases.ts';
import { getVersion, latestVersion, versionOf, type ModelVersion } from './modelVersions.ts';

/** The version of a selector; null selects the champion. Returns null when no version has the alias. */
export function selectedVersion(
  store: Pick<Store, 'sql'>,
  model: string,
  version: ModelSelector['version'],
): ModelVersion | null {
  if (version === 'latest') return newestVersion(store, model);
  return typeof version === 'number' ? getVersion(store, model, version) : versionOf(store, model, version ?? champion);
}

/** The newest version of a model; null when it has none. */
export function newestVersion(store: Pick<Store, 'sql'>, model: string): ModelVersion | null {
  const version = latestVersion(store, model);
  return version === 0 ? null : getVersion(store, model, version);
}
