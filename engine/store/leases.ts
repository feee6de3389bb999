import { createHash } from 'node:crypto';
import { WorkError } from '../base/errors.ts';
import { comparePlace, type Place } from '../base/machine.ts';
import { isAlive, processStart } from '../base/processIdentity.ts';
import type { Store } from './store.ts';

/**
 * A lease records that a process is working: the holder of a run, a deployment or the run lock, its machine, and its
 * last heartbeat. On the same machine, the process id and start time decide. On another machine or in another container
 * the process id has no meaning: only a heartbeat that stopped for a long time means that the process ended.
 */
export interface Lease {
  /** The key of the holder in `leases`, stored with runs, deployments and the run lock. */
  owner: string;
  release(): void;
}

/** A process by its id and start time, as the system reports it. */
export interface ProcessId {
  pid: number;
  started: string | null;
}

/** One small write for everything that a process holds. */
export const heartbeatMs = 30_000;

/**
 * Twenty missed heartbeats: longer than a blocked event loop, a paused virtual machine or the delay of a shared folder.
 * A laptop that was suspended longer gets its runs back when it resumes, see `onBeat`.
 */
export const silenceMs = 600_000;

/** The minimum interval between recorded sightings. */
const sightingMs = 60_000;
/** A heartbeat is skipped when the store is locked for this long. */
const patienceMs = 100;
const keptMs = 30 * 86_400_000;

interface Holding {
  owner: string;
  process: ProcessId;
  onBeat: (() => boolean | void) | undefined;
}

interface Beats {
  holdings: Set<Holding>;
  timer: NodeJS.Timeout;
}

type LeasedStore = Pick<Store, 'sql' | 'machine'>;
const beating = new WeakMap<Store['sql'], Beats>();

/**
 * Takes a lease for this process, or for another process on this machine that this one watches, and renews it every 30
 * seconds until it is released or the process ends. `onBeat` runs inside the write of each heartbeat: a holder that was
 * considered gone while its machine was suspended reclaims what is still free. It can return false to release the
 * lease.
 */
export function holdLease(
  store: LeasedStore,
  options: { process?: ProcessId; onBeat?: () => boolean | void } = {},
): Lease {
  const holder = options.process ?? { pid: process.pid, started: processStart(process.pid) };
  const owner = ownerOf(store.machine, holder);
  const holding: Holding = { owner, process: holder, onBeat: options.onBeat };
  let beats = beating.get(store.sql);
  if (!beats) {
    beats = { holdings: new Set(), timer: setInterval(() => beatSoon(store), heartbeatMs) };
    beats.timer.unref();
    beating.set(store.sql, beats);
    store.sql.run('DELETE FROM leases WHERE heartbeat < ?', store.machine.now() - keptMs);
    store.sql.run('DELETE FROM lease_sightings WHERE owner NOT IN (SELECT owner FROM leases)');
  }
  beats.holdings.add(holding);
  writeLease(store, holding);
  return {
    owner,
    release() {
      const held = beating.get(store.sql);
      held?.holdings.delete(holding);
      if (held?.holdings.size === 0) stopBeats(store);
    },
  };
}

/** Renews the leases of this process in a store; false when the store was locked, which the next heartbeat repairs. */
export function beat(store: LeasedStore): boolean {
  const holdings = beating.get(store.sql)?.holdings ?? new Set();
  const renewed = new Set<string>();
  return store.sql.tryWrite(patienceMs, () => {
    for (const holding of holdings) {
      const { owner, process: holder, onBeat } = holding;
      if ((holder.pid !== process.pid && !isAlive(holder.pid, holder.started)) || onBeat?.() === false) {
        holdings.delete(holding);
        continue;
      }
      if (!renewed.has(owner)) writeLease(store, holding);
      renewed.add(owner);
    }
  });
}

function beatSoon(store: LeasedStore): void {
  try {
    beat(store);
  } catch {
    // The store was closed, or the disk is full. A closed store has no leases to renew.
    if (!store.sql.isOpen()) stopBeats(store);
  }
}

function stopBeats({ sql }: LeasedStore): void {
  clearInterval(beating.get(sql)?.timer);
  beating.delete(sql);
}

function writeLease({ sql, machine }: LeasedStore, { owner, process: { pid, started } }: Holding): void {
  sql.run(
    `INSERT INTO leases (owner, host, machine, boot, pids, pid, pid_started, heartbeat) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET host = excluded.host, heartbeat = excluded.heartbeat`,
    owner,
    machine.host,
    machine.machine,
    machine.boot,
    machine.pids,
    pid,
    started,
    machine.now(),
  );
}

/** The key of a process: unique across machines, given the start time that the system reports. */
function ownerOf({ machine, boot, pids }: Place, { pid, started }: ProcessId): string {
  return createHash('sha256')
    .update(JSON.stringify([machine, boot, pids, pid, started]))
    .digest('hex')
    .slice(0, 24);
}

/** Whether a process is working, or the evidence that it is not. `host` is null on this machine. */
export type Liveness =
  | { alive: true; host: string | null }
  | { alive: false; host: string | null; evidence: 'process' | 'restart' }
  | { alive: false; host: string | null; evidence: 'silence'; silentMs: number };

/**
 * Determines the liveness of the holder of a run, a deployment or the run lock. `owner` is null in stores of older
 * releases, and where no process is known: these had no other machines, so the process is checked here.
 */
export function livenessOf(
  store: LeasedStore,
  holder: { pid: number | null; started: string | null; owner: string | null },
): Liveness {
  const { sql, machine } = store;
  const { pid, started, owner } = holder;
  const asked = (): Liveness =>
    isAlive(pid, started) ? { alive: true, host: null } : { alive: false, host: null, evidence: 'process' };
  if (owner === null) return asked();
  const lease = sql.get<Place & { heartbeat: number }>(
    'SELECT host, machine, boot, pids, heartbeat FROM leases WHERE owner = ?',
    owner,
  );
  // A damaged store may have lost the lease of a process of this machine.
  if (!lease && pid !== null && ownerOf(machine, { pid, started }) === owner) return asked();
  const where = lease ? comparePlace(lease, machine, lease.heartbeat) : 'elsewhere';
  if (where === 'here') return asked();
  if (where === 'restarted') return { alive: false, host: null, evidence: 'restart' };
  const host = lease?.host ?? 'another machine';
  const silentMs = silenceOf(store, owner, lease?.heartbeat ?? 0);
  return silentMs >= silenceMs ? { alive: false, host, evidence: 'silence', silentMs } : { alive: true, host };
}

/**
 * The time for which this machine has observed the same heartbeat, in milliseconds without suspension. The clocks of
 * two machines are never compared, because either may be wrong or be set meanwhile.
 */
function silenceOf({ sql, machine }: LeasedStore, owner: string, heartbeat: number): number {
  const observer = `${machine.machine} ${machine.boot}`;
  const now = machine.awakeMs();
  const seen = sql.get<{ heartbeat: number; at: number }>(
    'SELECT heartbeat, at FROM lease_sightings WHERE owner = ? AND observer = ?',
    owner,
    observer,
  );
  if (seen?.heartbeat === heartbeat && seen.at <= now) return now - seen.at;
  if (!seen || seen.at > now || now - seen.at >= sightingMs)
    try {
      sql.run(
        `INSERT INTO lease_sightings (owner, observer, heartbeat, at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET heartbeat = excluded.heartbeat, at = excluded.at`,
        owner,
        observer,
        heartbeat,
        now,
      );
    } catch (error) {
      // A full disk or a busy store: the observation starts with the next attempt.
      if (!(error instanceof WorkError)) throw error;
    }
  return 0;
}

/** The evidence that a process is gone, as a sentence. */
export function evidenceText(gone: Extract<Liveness, { alive: false }>): string {
  switch (gone.evidence) {
    case 'process':
      return 'The process was killed.';
    case 'restart':
      return 'The machine was restarted.';
    case 'silence':
      return `No heartbeat from ${gone.host} for ${Math.floor(gone.silentMs / 60_000)} minutes.`;
  }
}
