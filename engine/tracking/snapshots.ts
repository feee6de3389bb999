import type { Watermark } from '../data/watermark.ts';
import { createHash, randomUUID } from 'node:crypto';
import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { SnapshotSummary } from '../../protocol/lifeCycle.ts';
import { profileText, readProfile } from './storedProfile.ts';
import type { Store } from '../store/store.ts';

/** A file of a version: its path relative to the project, the SHA-256 of its bytes, and their number. */
export interface SnapshotFile {
  path: string;
  hash: string;
  bytes: number;
}

/** The position of the next collection from the same source. */
export interface SourceState {
  /** Hash of source, query and schema; a different key restarts the collection. */
  key: string;
  watermark?: Watermark | null;
  /** The validator that the source returned, such as an ETag; an equal one means that nothing changed. */
  version?: string | null;
  /** The position in a source that gives each row once, in the words of that source. JSON. */
  position?: unknown;
}

export interface NewSnapshot {
  dataset: string;
  hash: string;
  rows: number;
  bytes: number;
  quarantined: number;
  runId: string | null;
  /** The source of the rows, without secrets. */
  source: string;
  columns: { name: string; type: string; sqlType?: string }[];
  /** Results of the stage: split sizes, period, quarantine file and rule counts. */
  detail: SnapshotDetail;
  files?: SnapshotFile[];
  /** True when the data itself is stored. */
  kept?: boolean;
  /** The profile of every column. */
  profile?: ColumnProfile[];
  /** The text of the dataset schema the rows were checked against. */
  schemaText?: string | null;
  state?: SourceState | null;
}

export interface SnapshotDetail {
  split?: { train: number; validation: number; test: number };
  period?: { from: string; to: string };
  quarantineFile?: string;
  /** The version that was restored, and the source of its rows. */
  restored?: { from: string; source: string };
  rules?: { field: string | null; rule: string; count: number; message: string }[];
}

interface Row {
  id: string;
  dataset: string;
  hash: string;
  rows: number;
  bytes: number;
  quarantined: number;
  created_at: number;
  parent: string | null;
  run_id: string | null;
  source: string;
  columns: string;
  detail: string;
  files: string;
  kept: number;
  schema_hash: string | null;
  state: string | null;
}

export interface Snapshot extends SnapshotSummary {
  parent: string | null;
  runId: string | null;
  source: string;
  columns: NewSnapshot['columns'];
  detail: SnapshotDetail;
  files: SnapshotFile[];
  kept: boolean;
  schemaHash: string | null;
  state: SourceState | null;
}

// The profile is left out: it is most of a row and is requested separately.
const fields =
  'id, dataset, hash, rows, bytes, quarantined, created_at, parent, run_id, source, columns, detail, files, kept, schema_hash, state';
const newestFirst = 'ORDER BY created_at DESC, rowid DESC';

/**
 * Records a version of a dataset. Unchanged data creates no version: the existing snapshot is returned, with the
 * updated position of its source.
 */
export function recordSnapshot({ sql }: Pick<Store, 'sql'>, snapshot: NewSnapshot): Snapshot {
  return sql.write(() => {
    const newest = sql.get<Row>(
      `SELECT ${fields} FROM snapshots WHERE dataset = ? ${newestFirst} LIMIT 1`,
      snapshot.dataset,
    );
    const state = snapshot.state ? JSON.stringify(snapshot.state) : null;
    if (newest && newest.hash === snapshot.hash && newest.quarantined === snapshot.quarantined) {
      const kept = snapshot.kept === true || newest.kept === 1 ? 1 : 0;
      sql.run(
        'UPDATE snapshots SET state = ?, kept = ?, files = ? WHERE id = ?',
        state,
        kept,
        kept === 1 && snapshot.files ? JSON.stringify(snapshot.files) : newest.files,
        newest.id,
      );
      return required(sql, newest.id);
    }
    const id = randomUUID().replaceAll('-', '').slice(0, 16);
    sql.run(
      'INSERT INTO snapshots (id, dataset, hash, rows, bytes, quarantined, created_at, parent, run_id, source, columns, detail, files, kept, profile, schema_hash, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      snapshot.dataset,
      snapshot.hash,
      snapshot.rows,
      snapshot.bytes,
      snapshot.quarantined,
      Date.now(),
      newest?.id ?? null,
      snapshot.runId,
      snapshot.source,
      JSON.stringify(snapshot.columns),
      JSON.stringify(snapshot.detail),
      JSON.stringify(snapshot.files ?? []),
      snapshot.kept ? 1 : 0,
      snapshot.profile ? profileText(snapshot.profile) : null,
      keepSchema(sql, snapshot.schemaText ?? null),
      state,
    );
    return required(sql, id);
  });
}

export function newestSnapshot({ sql }: Pick<Store, 'sql'>, dataset: string): Snapshot | null {
  const row = sql.get<Row>(`SELECT ${fields} FROM snapshots WHERE dataset = ? ${newestFirst} LIMIT 1`, dataset);
  return row ? read(row) : null;
}

export function snapshotCount({ sql }: Pick<Store, 'sql'>, dataset: string): number {
  return sql.get<{ n: number }>('SELECT count(*) AS n FROM snapshots WHERE dataset = ?', dataset)?.n ?? 0;
}

export function getSnapshot({ sql }: Pick<Store, 'sql'>, id: string): Snapshot | null {
  const row = sql.get<Row>(`SELECT ${fields} FROM snapshots WHERE id = ?`, id);
  return row ? read(row) : null;
}

/** The versions of one dataset or of all, newest first. */
export function listSnapshots({ sql }: Pick<Store, 'sql'>, dataset?: string): Snapshot[] {
  const rows =
    dataset === undefined
      ? sql.all<Row>(`SELECT ${fields} FROM snapshots ${newestFirst}`)
      : sql.all<Row>(`SELECT ${fields} FROM snapshots WHERE dataset = ? ${newestFirst}`, dataset);
  return rows.map(read);
}

/** The profile taken when the version was created; null for versions of older releases. */
export function snapshotProfile({ sql }: Pick<Store, 'sql'>, id: string): ColumnProfile[] | null {
  const profile =
    sql.get<{ profile: string | null }>('SELECT profile FROM snapshots WHERE id = ?', id)?.profile ?? null;
  return profile === null ? null : readProfile(profile);
}

/** The text of the dataset schema that a version was checked against. */
export function schemaTextOf({ sql }: Pick<Store, 'sql'>, hash: string): string | null {
  return sql.get<{ text: string }>('SELECT text FROM texts WHERE hash = ?', hash)?.text ?? null;
}

/**
 * Records that the store no longer keeps the data of all but the newest `keep` versions of a dataset. Data that one of
 * `runs` read stays, and that of the version `spare`. Returns the hashes of the files that a version still needs.
 */
export function forgetOldData(
  { sql }: Pick<Store, 'sql'>,
  dataset: string,
  { keep, runs, spare = '' }: { keep: number; runs: readonly string[]; spare?: string | undefined },
): Set<string> {
  return sql.write(() => {
    sql.run(
      `UPDATE snapshots SET kept = 0
       WHERE dataset = ? AND kept = 1
         AND id NOT IN (SELECT id FROM snapshots WHERE dataset = ? ${newestFirst} LIMIT ?)
         AND id NOT IN (SELECT i.snapshot_id FROM json_each(?) j JOIN run_inputs i ON i.run_id = j.value)
         AND id <> ?`,
      dataset,
      dataset,
      keep,
      JSON.stringify(runs),
      spare,
    );
    return new Set(
      sql
        .all<{ files: string }>('SELECT files FROM snapshots WHERE kept = 1')
        .flatMap(({ files }) => (JSON.parse(files) as SnapshotFile[]).map(({ hash }) => hash)),
    );
  });
}

function keepSchema(sql: Store['sql'], text: string | null): string | null {
  if (text === null) return null;
  const hash = createHash('sha256').update(text).digest('hex');
  sql.run('INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, text);
  return hash;
}

function required(sql: Store['sql'], id: string): Snapshot {
  const row = sql.get<Row>(`SELECT ${fields} FROM snapshots WHERE id = ?`, id);
  if (!row) throw new Error('the snapshot just written is gone');
  return read(row);
}

function read(row: Row): Snapshot {
  return {
    id: row.id,
    dataset: row.dataset,
    rows: row.rows,
    bytes: row.bytes,
    quarantined: row.quarantined,
    createdAt: row.created_at,
    hash: row.hash,
    parent: row.parent,
    runId: row.run_id,
    source: row.source,
    columns: JSON.parse(row.columns) as Snapshot['columns'],
    detail: JSON.parse(row.detail) as SnapshotDetail,
    files: JSON.parse(row.files) as SnapshotFile[],
    kept: row.kept === 1,
    schemaHash: row.schema_hash,
    state: row.state === null ? null : (JSON.parse(row.state) as SourceState),
  };
}
