import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../../base/writeAtomic.ts';
import { closedEnding, openEnding, segmentsOf } from '../../spool/segments.ts';

/** Messages of a broker that may be without an acknowledgement at once. It sends only these again after a break. */
export const mostInFlight = 256;

/** Columns of a line that identify its message within a session: packet identifier and hash of topic and payload. */
export const identityColumns = { packet: '_mid', hash: '_h' } as const;

/** Returns a hash of topic and payload. */
export function messageHash(topic: string, payload: Buffer): string {
  return createHash('sha256').update(`${topic}\0`).update(payload).digest('base64url').slice(0, 16);
}

/**
 * The last messages that are on disk, to recognise those that the broker sends again because it did not get their
 * acknowledgement: same packet identifier, same topic and payload, marked as sent again.
 */
export class RecentMessages {
  readonly #hashes = new Map<number, string>();

  /** Reads the last messages of a spool, also those that a version already has. */
  constructor(folder: string) {
    const open = [openEnding, closedEnding].flatMap((ending) => segmentsOf(folder, ending)).sort();
    for (const [packet, hash] of [...readKept(folder), ...open.flatMap((name) => identitiesIn(join(folder, name)))])
      this.add(packet, hash);
  }

  has(packet: number, hash: string): boolean {
    return this.#hashes.get(packet) === hash;
  }

  add(packet: number, hash: string): void {
    this.#hashes.delete(packet);
    this.#hashes.set(packet, hash);
    if (this.#hashes.size <= mostInFlight) return;
    for (const oldest of this.#hashes.keys()) {
      this.#hashes.delete(oldest);
      break;
    }
  }

  /** Forgets all: the broker has no session, and numbers its messages from the start. */
  clear(): void {
    this.#hashes.clear();
  }
}

/** Keeps the identities of the messages of segments that are removed next. */
export function keepIdentities(folder: string, segments: readonly string[]): void {
  const gone = segments.filter((name) => existsSync(join(folder, name)));
  if (gone.length === 0) return;
  const all = [...readKept(folder), ...gone.toSorted().flatMap((name) => identitiesIn(join(folder, name)))];
  writeAtomic(keptPath(folder), JSON.stringify(all.slice(-mostInFlight)));
}

type Identity = [packet: number, hash: string];

function identitiesIn(file: string): Identity[] {
  const found: Identity[] = [];
  for (const [, packet, hash] of readFileSync(file, 'utf8').matchAll(
    /^\{"_n":\d+,"_id":null,"_mid":(\d+),"_h":"([\w-]+)"/gm,
  ))
    found.push([Number(packet), hash ?? '']);
  return found.slice(-mostInFlight);
}

function readKept(folder: string): Identity[] {
  try {
    return JSON.parse(readFileSync(keptPath(folder), 'utf8')) as Identity[];
  } catch {
    return [];
  }
}

function keptPath(folder: string): string {
  return join(folder, 'recent.json');
}
