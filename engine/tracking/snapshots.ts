import { randomUUID } from 'node:crypto';
import type { SnapshotSummary } from '../../protocol/lifeCycle.ts';
import type { Store } from './store.ts';

export interface NewSnapshot {
  dataset: string;
  hash: string;
  rows: number;
  bytes: number;
  quarantined: number;
  runId: string | null;
  source: string;
  columns: { name: string; type: string }[];
  /** Split sizes, period, quarantine file and rule counts: whatever the stage learned. */
  detail: SnapshotDetail;
}

export interface SnapshotDetail {
  split?: { train: number; validation: number; test: number };
  period?: { from: string; to: string };
  quarantineFile?: string;
  rules?: { field: string | null; rule: string; count: number; message: string }[];
}

interface Row {
  id: string; dataset: string; hash: string; rows: number; bytes: number; quarantined: number; created_at: number; detail: string;
}

export type Snapshot = SnapshotSummary & { detail: SnapshotDetail };

/** Records a version of a dataset. Data that is as it was makes none: the snapshot that holds it is given back. */
export function recordSnapshot({ sql }: Store, snapshot: NewSnapshot): Snapshot {
  return sql.write(() => {
    const newest = sql.get<Row>('SELECT * FROM snapshots WHERE dataset = ? ORDER BY created_at DESC, rowid DESC LIMIT 1', snapshot.dataset);
    if (newest && newest.hash === snapshot.hash && newest.quarantined === snapshot.quarantined) return summarise(newest);
    const id = randomUUID().replaceAll('-', '').slice(0, 16);
    sql.run(
      'INSERT INTO snapshots (id, dataset, hash, rows, bytes, quarantined, created_at, parent, run_id, source, columns, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      id, snapshot.dataset, snapshot.hash, snapshot.rows, snapshot.bytes, snapshot.quarantined, Date.now(), newest?.id ?? null, snapshot.runId, snapshot.source, JSON.stringify(snapshot.columns), JSON.stringify(snapshot.detail),
    );
    const made = sql.get<Row>('SELECT * FROM snapshots WHERE id = ?', id);
    if (!made) throw new Error('the snapshot just written is gone');
    return summarise(made);
  });
}

export function newestSnapshot({ sql }: Store, dataset: string): Snapshot | null {
  const row = sql.get<Row>('SELECT * FROM snapshots WHERE dataset = ? ORDER BY created_at DESC, rowid DESC LIMIT 1', dataset);
  return row ? summarise(row) : null;
}

export function snapshotCount({ sql }: Store, dataset: string): number {
  return sql.get<{ n: number }>('SELECT count(*) AS n FROM snapshots WHERE dataset = ?', dataset)?.n ?? 0;
}

export function getSnapshot({ sql }: Store, id: string): Snapshot | null {
  const row = sql.get<Row>('SELECT * FROM snapshots WHERE id = ?', id);
  return row ? summarise(row) : null;
}

function summarise(row: Row): Snapshot {
  return { id: row.id, dataset: row.dataset, rows: row.rows, bytes: row.bytes, quarantined: row.quarantined, createdAt: row.created_at, hash: row.hash, detail: JSON.parse(row.detail) as SnapshotDetail };
}
