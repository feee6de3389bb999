import { readCode } from '../tracking/runCode.ts';
import { existsSync } from 'node:fs';
import { ProjectError } from '../base/errors.ts';
import { findRows, conditionOf } from '../tracking/findRuns.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { metricsOf, type PointRow } from '../tracking/metricPoints.ts';
import { datasetInputsOf, modelLinksOf, snapshotInputsOf } from '../tracking/runInputs.ts';
import { runsByTag, tagsOf } from '../tracking/runTags.ts';
import { paramsOf } from '../tracking/runValues.ts';
import { knownTags } from '../tracking/writeRun.ts';
import type { ExportQuery } from './exportQuery.ts';
import type { SourceDataset, SourcePoint, SourceRun, TransferProblem } from './records.ts';

/** The tag of an exported run with its id here. */
export const ownIdTag = 'loopwright.run_id';

export interface ExportOptions extends ExportQuery {
  signal?: AbortSignal | undefined;
  onProgress?: (text: string, share: number | null) => void;
}

export interface ExportCounts {
  to: string;
  /** Objects that were created. */
  experiments: number;
  runs: number;
  points: number;
  artifacts: number;
  /** Existing runs that were extended. */
  updated: number;
  /** Existing runs without changes. */
  unchanged: number;
  skipped: number;
  /** Created logged models, registered models and versions. */
  models: number;
  registeredModels: number;
  modelVersions: number;
  /** Existing logged models, registered models and versions that were extended. */
  modelsUpdated: number;
  /** Objects that were refused in part. */
  modelsSkipped: number;
  problems: TransferProblem[];
}

export function noCounts(to: string): ExportCounts {
  return {
    to,
    experiments: 0,
    runs: 0,
    points: 0,
    artifacts: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    models: 0,
    registeredModels: 0,
    modelVersions: 0,
    modelsUpdated: 0,
    modelsSkipped: 0,
    problems: [],
  };
}

/** A run in the form of other tools. */
export interface ExportedRun {
  row: RunRow;
  params: [string, string][];
  tags: Map<string, string>;
  metrics: { key: string; count: number; points(): Iterable<SourcePoint[]> }[];
  datasets: SourceDataset[];
  /** Its input and output models. */
  models: SourceRun['models'];
  /** Folder of its artifacts; null when it has none here. */
  artifacts: string | null;
}

/**
 * The runs to export, parents before children; deleted runs are left out. Throws ProjectError for an invalid filter.
 */
export function runsToExport(store: Store, query: ExportQuery): RunRow[] {
  const { sql } = store;
  const { where, problem } = conditionOf(sql, {
    which: 'all',
    filter: query.filter,
    experiment: query.experiment,
  });
  if (problem)
    throw new ProjectError(
      `The filter cannot be read: ${problem.message} (characters ${problem.from + 1} to ${problem.to})`,
    );
  const rows = findRows(sql, where, [{ column: 'started', descending: false }], Number.MAX_SAFE_INTEGER, 0);
  const parents = runsByTag(store, knownTags.parent);
  const depth = (id: string): number => {
    let n = 0;
    for (let at = parents.get(id); at !== undefined && n < 100; at = parents.get(at)) n++;
    return n;
  };
  return rows
    .map((row) => ({ row, depth: depth(row.run_id) }))
    .toSorted((a, b) => a.depth - b.depth)
    .map(({ row }) => row);
}

/** Fields of the run that other tools store as tags are added to the tags. */
export function readForExport(store: Store, row: RunRow): ExportedRun {
  const code = readCode(row.code);
  const tags = new Map(
    tagsOf(store, row.id)
      .filter(({ key }) => !key.startsWith('mlflow.loopwright.'))
      .map(({ key, value }) => [key, value]),
  );
  const fields: [string, string | null | undefined][] = [
    ['mlflow.source.git.commit', row.commit_hash],
    ['mlflow.source.git.branch', code.branch],
    ['mlflow.source.git.repoURL', code.remote],
    ['mlflow.source.name', row.command],
    ['mlflow.user', row.user_id],
    ['loopwright.seed', row.seed === null ? null : String(row.seed)],
  ];
  for (const [key, value] of fields) if (value && !tags.has(key)) tags.set(key, value);
  tags.set(knownTags.name, row.name);
  tags.set(ownIdTag, row.run_id);
  const folder = artifactsFolder(store, row.run_id);
  return {
    row,
    tags,
    params: paramsOf(store, row.id).map(({ key, value }) => [key, value]),
    metrics: metricsOf(store, row.id).map(({ key, count, points }) => ({
      key,
      count,
      *points() {
        for (const part of points()) yield part.map(asPoint);
      },
    })),
    datasets: [...datasetInputsOf(store, [row.id]), ...snapshotsOf(store, row)],
    models: modelLinksOf(store, [row.id]),
    artifacts: existsSync(folder) ? folder : null,
  };
}

function asPoint({ step, at, value, is_nan: isNan }: PointRow): SourcePoint {
  return { step, at, value: isNan === 1 ? Number.NaN : value };
}

/** The data versions that a run of this project read, as datasets. */
function snapshotsOf(store: Store, row: RunRow): SourceDataset[] {
  return snapshotInputsOf(store, row.run_id).map(({ dataset, hash, rows, source }) => ({
    name: dataset,
    digest: hash.slice(0, 36),
    sourceType: 'local',
    source: JSON.stringify({ uri: source }),
    schema: null,
    profile: JSON.stringify({ num_rows: rows }),
    tags: [],
  }));
}

/**
 * A key that MLflow accepts: other characters become underscores, and a key that would collide as a file or is a
 * duplicate gets a number.
 */
export function plainKeys(keys: readonly string[]): Map<string, string> {
  const plain = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of keys.toSorted((a, b) => Number(!isPlain(a)) - Number(!isPlain(b)) || (a < b ? -1 : 1))) {
    let name = isPlain(key)
      ? key
      : key
          .replaceAll(/[^/\p{L}\p{M}\p{N}\p{Pc}.\- :]/gu, '_')
          .split('/')
          .map((part) => (/^\.*$/.test(part) ? `_${part}` : part))
          .join('/')
          .slice(0, 240);
    const wanted = name;
    // A file store cannot contain both `a` and `a/b`.
    for (
      let n = 2;
      taken.has(name) || [...taken].some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
      n++
    )
      name = `${wanted.replaceAll('/', '_')}-${n}`;
    taken.add(name);
    plain.set(key, name);
  }
  return plain;
}

function isPlain(key: string): boolean {
  return (
    key.length <= 250 &&
    /^[/\p{L}\p{M}\p{N}\p{Pc}.\- :]+$/u.test(key) &&
    !key.startsWith('/') &&
    key.split('/').every((part) => part !== '' && !/^\.+$/.test(part))
  );
}
