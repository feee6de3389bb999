import { importSource, type ImportCounts, type ImportOptions } from '../../engine/transfer/importSource.ts';
import { openSource } from '../../engine/transfer/openSource.ts';
import type { ImportKind, TransferProblem } from '../../engine/transfer/records.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { type Store } from '../../engine/store/store.ts';

/** Imports a place into the store of a project, as the command does. */
export async function importInto(
  root: string,
  path: string,
  options: ImportOptions & { kind?: Exclude<ImportKind, 'server'> } = {},
): Promise<ImportCounts> {
  return withStore(root, async (store) => {
    const problems: TransferProblem[] = [];
    const source = openSource(path, options.kind, (file, message) => void problems.push({ file, message }));
    try {
      return await importSource(store, source, { ...options, problems });
    } finally {
      source.close();
    }
  });
}

export async function withStore<T>(root: string, work: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(root);
  try {
    return await work(store);
  } finally {
    store.sql.close();
  }
}

/** The numbers of what an import did. */
export function added({
  experiments,
  runs,
  points,
  artifacts,
  models,
  modelVersions,
  updated,
  unchanged,
  skipped,
}: ImportCounts): number[] {
  return [experiments, runs, points, artifacts, models, modelVersions, updated, unchanged, skipped];
}
