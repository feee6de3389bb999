import { loggedModelFolder, type Store } from '../store/store.ts';
import { isFolder } from './artifactPlaces.ts';
import type { ExportQuery } from './exportQuery.ts';
import {
  listLoggedModels,
  metricsOfModel,
  modelsOfRuns,
  pairsOfModel,
  type LoggedModelRow,
} from '../tracking/loggedModels.ts';
import type { SourceModel } from './records.ts';

/** A logged model to export, with the name of its experiment. */
export type ExportedModelRow = LoggedModelRow & { experimentName: string };

/** A logged model in the form of other tools. */
export interface ExportedModel {
  row: ExportedModelRow;
  params: [string, string][];
  tags: Map<string, string>;
  metrics: SourceModel['metrics'];
  /** Folder of its files; null when there is none here. */
  folder: string | null;
}

/** Tags that an export adds, and that do not describe the exported object. */
const ofExports = new Set(['loopwright.model_id', 'loopwright.exported', 'loopwright.version', 'loopwright.created']);

/** Tags without those of an earlier export of another project. */
export function ownTags(pairs: readonly { key: string; value: string }[]): Map<string, string> {
  return new Map(pairs.filter(({ key }) => !ofExports.has(key)).map(({ key, value }) => [key, value]));
}

/**
 * The logged models to export, oldest first: those that these runs made, or have as inputs or outputs. Without a
 * filter, models of no run are included. Deleted ones are not.
 */
export function modelsToExport(store: Store, runs: ReadonlySet<string>, query: ExportQuery): ExportedModelRow[] {
  const named = modelsOfRuns(store, [...runs]);
  const alone = (row: ExportedModelRow) =>
    !row.source_run_id &&
    query.filter === undefined &&
    (query.experiment === undefined || query.experiment === row.experimentName);
  return listLoggedModels(store).filter(
    (row) => named.has(row.model_id) || runs.has(row.source_run_id ?? '') || alone(row),
  );
}

export function readModelForExport(store: Store, row: ExportedModelRow): ExportedModel {
  const id = row.model_id;
  const folder = loggedModelFolder(store, id);
  return {
    row,
    params: pairsOfModel(store, 'params', id).map(({ key, value }) => [key, value]),
    tags: ownTags(pairsOfModel(store, 'tags', id)),
    metrics: metricsOfModel(store, id),
    folder: isFolder(folder) ? folder : null,
  };
}

/** True for an address outside this project, such as one in a bucket. */
export function isElsewhere(location: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(location) && !/^(file|mlflow-artifacts):/i.test(location);
}

/** Why a model with the status READY has no files to export; null when it has, or needs none. */
export function missingFiles({ row, tags, folder }: ExportedModel): string | null {
  if (
    folder !== null ||
    row.status !== 'LOGGED_MODEL_READY' ||
    tags.get('mlflow.model.isExternal')?.toLowerCase() === 'true'
  )
    return null;
  return isElsewhere(row.artifact_location)
    ? `its files stay at ${row.artifact_location}`
    : 'its files no longer exist here; all else was exported';
}
