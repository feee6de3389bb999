import { StoreError } from '../base/errors.ts';
import { processStart } from '../base/processIdentity.ts';
import { holdLease, livenessOf, type Lease } from '../store/leases.ts';
import type { Store } from '../store/store.ts';

/** A deployment in the store. */
export interface DeploymentState {
  state: 'healthy' | 'stopped';
  url: string | null;
  modelVersion: number | null;
}

/** The state of a deployment; null when it was never served. Marks it as stopped when its process is gone. */
export function deploymentState(store: Store, name: string): DeploymentState | null {
  markStopped(store);
  return (
    store.sql.get<DeploymentState>(
      'SELECT state, url, model_version AS modelVersion FROM deployments WHERE name = ?',
      name,
    ) ?? null
  );
}

/** Marks the deployments whose process is gone as stopped. */
export function markStopped(store: Store): void {
  if (store.isReadOnly) return;
  const served = store.sql.all<{ name: string; pid: number | null; started: string | null; owner: string | null }>(
    `SELECT name, pid, pid_started AS started, owner FROM deployments WHERE state = 'healthy'`,
  );
  for (const one of served)
    if (!livenessOf(store, one).alive)
      store.sql.run(
        `UPDATE deployments SET state = 'stopped' WHERE name = ? AND pid IS ? AND owner IS ? AND state = 'healthy'`,
        one.name,
        one.pid,
        one.owner,
      );
}

/** A deployment that this process serves. */
export interface ServedDeployment {
  version(version: number): void;
  stop(): void;
}

/** Requests wait meanwhile. */
const patienceMs = 5;

export interface ServedAs {
  name: string;
  /** `temporary`: one version, under a name that no project declares. Default: api. */
  kind?: 'api' | 'temporary';
  url: string;
  version: number;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** The names of the temporary deployments that are served now. */
export function temporaryDeployments(store: Store): string[] {
  markStopped(store);
  return store.sql
    .all<{ name: string }>(`SELECT name FROM deployments WHERE kind = 'temporary' AND state = 'healthy' ORDER BY name`)
    .map(({ name }) => name);
}

/**
 * Records that this process serves a deployment, and holds its lease until `stop`. A server that was called stopped
 * while its machine slept is healthy again at its next heartbeat, unless another process serves the deployment now.
 */
export function serveAs(store: Store, { name, kind = 'api', url, version, startedAt }: ServedAs): ServedDeployment {
  const { sql } = store;
  let served = version;
  const update = () =>
    void sql.run(
      `UPDATE deployments SET state = 'healthy', model_version = ?
       WHERE name = ? AND owner = ? AND (state = 'stopped' OR model_version IS NOT ?)`,
      served,
      name,
      lease.owner,
      served,
    );
  const lease: Lease = holdLease(store, { onBeat: update });
  sql.run(
    `INSERT INTO deployments (name, kind, state, url, model_version, pid, pid_started, owner, started_at)
     VALUES (?, ?, 'healthy', ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, state = excluded.state, url = excluded.url,
       model_version = excluded.model_version, pid = excluded.pid, pid_started = excluded.pid_started,
       owner = excluded.owner, started_at = excluded.started_at`,
    name,
    kind,
    url,
    version,
    process.pid,
    processStart(process.pid),
    lease.owner,
    startedAt,
  );
  return {
    version(next) {
      served = next;
      try {
        sql.tryWrite(patienceMs, update);
      } catch (error) {
        // The disk is full. The next heartbeat writes it, as when the store is locked.
        if (!(error instanceof StoreError)) throw error;
      }
    },
    stop() {
      lease.release();
      sql.run(`UPDATE deployments SET state = 'stopped' WHERE name = ? AND owner = ?`, name, lease.owner);
    },
  };
}
