import { existsSync } from 'node:fs';
import { ProjectError } from '../base/errors.ts';
import { findRows, conditionOf } from '../tracking/findRuns.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { knownTags } from '../tracking/writeRun.ts';
import { modelLinks } from './exportedModels.ts';
import type { SourceDataset, SourcePoint, SourceRun, TransferProblem } from './records.ts';

/** The tag that an exported run has elsewhere: its id here. */
export const ownIdTag = 'loopwright.run_id';

export interface ExportQuery {
  filter?: string | undefined;
  experiment?: string | undefined;
}

export interface ExportOptions extends ExportQuery {
  signal?: AbortSignal | undefined;
  onProgress?: (text: string, share: number | null) => void;
}

export interface ExportCounts {
  to: string;
  /** What was written now. */
  experiments: number;
  runs: number;
  points: number;
  artifacts: number;
  /** Runs that were there and got something new. */
  updated: number;
  /** Runs that were there as they are. */
  unchanged: number;
  skipped: number;
  /** Logged models, registered models and versions of those that were written now. */
  models: number;
  registeredModels: number;
  modelVersions: number;
  /** Logged models, registered models and versions that were there and got something new. */
  modelsUpdated: number;
  /** Those of which something was refused. */
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

/** A run as another tool takes it. */
export interface ExportedRun {
  row: RunRow;
  params: [string, string][];
  tags: Map<string, string>;
  metrics: { key: string; count: number; points(): Iterable<SourcePoint[]> }[];
  datasets: SourceDataset[];
  /** The logged models that it read and made. */
  models: SourceRun['models'];
  /** Folder of its artifacts; null when it has none here. */
  artifacts: string | null;
}

const pointsAtOnce = 5000;

/** The runs to export, parents before children. Thrown-away runs stay. ProjectError when the filter cannot be read. */
export function runsToExport({ sql }: Store, query: ExportQuery): RunRow[] {
  const { where, problem } = conditionOf(sql, {
    which: 'all',
    ...(query.filter === undefined ? {} : { filter: query.filter }),
    ...(query.experiment === undefined ? {} : { experiment: query.experiment }),
  });
  if (problem)
    throw new ProjectError(
      `The filter cannot be read: ${problem.message} (characters ${problem.from + 1} to ${problem.to})`,
    );
  const rows = findRows(sql, where, [{ column: 'started', descending: false }], Number.MAX_SAFE_INTEGER, 0);
  const parents = new Map(
    sql
      .all<{ run_id: string; value: string }>(
        'SELECT r.run_id, t.value FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ?',
        knownTags.parent,
      )
      .map((row) => [row.run_id, row.value]),
  );
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

/** What other tools know as tags is added where the run has it as fields. */
export function readForExport(store: Store, row: RunRow): ExportedRun {
  const { sql } = store;
  const code = JSON.parse(row.code) as { branch?: string; remote?: string };
  const tags = new Map(
    sql
      .all<{ key: string; value: string }>('SELECT key, value FROM tags WHERE run = ? ORDER BY key', row.id)
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
  const keys = sql.all<{ id: number; key: string; count: number }>(
    'SELECT k.id, k.key, l.count FROM latest l JOIN metric_keys k ON k.id = l.key WHERE l.run = ? ORDER BY k.key',
    row.id,
  );
  return {
    row,
    tags,
    params: sql
      .all<{ key: string; value: string }>('SELECT key, value FROM params WHERE run = ? ORDER BY key', row.id)
      .map(({ key, value }) => [key, value]),
    metrics: keys.map(({ id, key, count }) => ({ key, count, points: () => pointsOf(store, row.id, id) })),
    datasets: [...datasetsOf(store, row), ...snapshotsOf(store, row)],
    models: modelLinks(store, row.id),
    artifacts: existsSync(folder) ? folder : null,
  };
}

/** The points of a metric a part at a time; others may read and write in between. */
function* pointsOf({ sql }: Store, run: number, key: number): Iterable<SourcePoint[]> {
  interface Row {
    step: number;
    at: number;
    value: number;
    is_nan: number;
  }
  let last: Row | null = null;
  for (;;) {
    const rows: Row[] =
      last === null
        ? sql.all<Row>(
            'SELECT step, at, value, is_nan FROM points WHERE run = ? AND key = ? ORDER BY step, at, value, is_nan LIMIT ?',
            run,
            key,
            pointsAtOnce,
          )
        : sql.all<Row>(
            'SELECT step, at, value, is_nan FROM points WHERE run = ? AND key = ? AND (step, at, value, is_nan) > (?, ?, ?, ?) ORDER BY step, at, value, is_nan LIMIT ?',
            run,
            key,
            last.step,
            last.at,
            last.value,
            last.is_nan,
            pointsAtOnce,
          );
    yield rows.map((point) => ({
      step: point.step,
      at: point.at,
      value: point.is_nan === 1 ? Number.NaN : point.value,
    }));
    last = rows.at(-1) ?? null;
    if (rows.length < pointsAtOnce) return;
  }
}

function datasetsOf({ sql }: Store, row: RunRow): SourceDataset[] {
  const rows = sql.all<{
    tags: string;
    name: string;
    digest: string;
    source_type: string;
    source: string;
    schema: string | null;
    profile: string | null;
  }>(
    'SELECT i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile FROM dataset_inputs i JOIN mlflow_datasets d ON d.id = i.dataset WHERE i.run = ? ORDER BY d.name, d.digest',
    row.id,
  );
  return rows.map((d) => ({
    name: d.name,
    digest: d.digest,
    sourceType: d.source_type,
    source: d.source,
    schema: d.schema,
    profile: d.profile,
    tags: JSON.parse(d.tags) as SourceDataset['tags'],
  }));
}

/** The versions of data that a run of this project read, as datasets. */
function snapshotsOf({ sql }: Store, row: RunRow): SourceDataset[] {
  const rows = sql.all<{ dataset: string; hash: string; rows: number; source: string }>(
    'SELECT i.dataset, s.hash, s.rows, s.source FROM run_inputs i JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = ? ORDER BY i.dataset',
    row.run_id,
  );
  return rows.map((s) => ({
    name: s.dataset,
    digest: s.hash.slice(0, 36),
    sourceType: 'local',
    source: JSON.stringify({ uri: s.source }),
    schema: null,
    profile: JSON.stringify({ num_rows: s.rows }),
    tags: [],
  }));
}

/**
 * A key that MLflow takes: other signs become underscores, and one that would stand for another file or that is taken
 * gets a number.
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
    // A file store cannot hold both `a` and `a/b`.
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
