import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../../base/readRegularFile.ts';
import { writeAtomic } from '../../../base/writeAtomic.ts';
import { closedEnding, openEnding, segmentsOf } from '../../spool/segments.ts';

/** Messages that a broker is asked to send before the first of them is acknowledged. Some send thousands all the same. */
export const mostInFlight = 256;
/**
 * Messages that are remembered: half of the packet identifiers, so that one that is used again is no longer known by its
 * old message.
 */
const mostRemembered = 32_768;

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
  readonly #messages = new Map<number, { hash: string; connection: number }>();
  /** Number of the connection; messages of before the process have 0. */
  #connection = 0;
  #mayComeAgain = true;

  /** Reads the last messages of a spool, also those that a version already has. */
  constructor(folder: string) {
    const segments = [openEnding, closedEnding].flatMap((ending) => segmentsOf(folder, ending)).sort();
    for (const [packet, hash] of [...readKept(folder), ...newestIdentities(folder, segments)]) this.add(packet, hash);
  }

  /** Whether the message is on disk. It is remembered as one of this connection, where its acknowledgement leaves again. */
  has(packet: number, hash: string): boolean {
    if (this.#messages.get(packet)?.hash !== hash) return false;
    this.add(packet, hash);
    return true;
  }

  add(packet: number, hash: string): void {
    this.#messages.delete(packet);
    this.#messages.set(packet, { hash, connection: this.#connection });
    if (this.#messages.size <= mostRemembered) return;
    for (const oldest of this.#messages.keys()) {
      this.#messages.delete(oldest);
      break;
    }
  }

  /** A connection begins: what the broker sends again comes first. */
  connected(): void {
    this.#connection++;
    this.#mayComeAgain = true;
  }

  /**
   * A message came for the first time: the broker has sent again all that it had to, so messages of earlier connections
   * are forgotten. A broker that crashed may number its next messages as those.
   */
  sawNew(): void {
    if (!this.#mayComeAgain) return;
    this.#mayComeAgain = false;
    for (const [packet, { connection }] of this.#messages)
      if (connection < this.#connection) this.#messages.delete(packet);
  }

  /** Forgets all: the broker has no session, and numbers its messages from the start. */
  clear(): void {
    this.#messages.clear();
  }
}

/** Keeps the identities of the messages of segments that are removed next. */
export function keepIdentities(folder: string, segments: readonly string[]): void {
  const gone = segments.filter((name) => existsSync(join(folder, name)));
  if (gone.length === 0) return;
  const all = [...readKept(folder), ...newestIdentities(folder, gone)];
  writeAtomic(keptPath(folder), JSON.stringify(all.slice(-mostRemembered)));
}

type Identity = [packet: number, hash: string];

/** The identities of the last messages of segments, oldest first. Names of segments sort by time. */
function newestIdentities(folder: string, segments: readonly string[]): Identity[] {
  let found: Identity[] = [];
  for (const name of segments.toSorted().toReversed()) {
    found = identitiesIn(join(folder, name)).concat(found);
    if (found.length >= mostRemembered) break;
  }
  return found.slice(-mostRemembered);
}

/** A segment has at most this size. */
const tailBytes = 64 << 20;

function identitiesIn(file: string): Identity[] {
  const found: Identity[] = [];
  for (const [, packet, hash] of readTail(file).matchAll(/^\{"_n":\d+,"_id":null,"_mid":(\d+),"_h":"([\w-]+)"/gm))
    found.push([Number(packet), hash ?? '']);
  return found.slice(-mostRemembered);
}

function readTail(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(handle);
  }
}

function readKept(folder: string): Identity[] {
  try {
    return JSON.parse(readRegularFile(keptPath(folder)).toString()) as Identity[];
  } catch {
    return [];
  }
}

function keptPath(folder: string): string {
  return join(folder, 'recent.json');
}
