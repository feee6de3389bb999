import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../base/writeAtomic.ts';
import { stateFolder } from '../store/store.ts';

/** The loopback address of a project's endpoint, and its token. */
export interface EndpointPlace {
  port: number;
  token: string;
}

const pathOf = (root: string): string => join(root, stateFolder, 'endpoint.json');

/**
 * The last address of the endpoint, so that programs can continue to log after a restart of the editor; null when it is
 * unknown.
 */
export function knownPlace(root: string): EndpointPlace | null {
  try {
    const { port, token } = JSON.parse(readFileSync(pathOf(root), 'utf8')) as Partial<EndpointPlace>;
    return Number.isInteger(port) && typeof token === 'string' && /^[0-9a-f]{48}$/.test(token)
      ? { port: port ?? 0, token }
      : null;
  } catch {
    return null;
  }
}

/** Stores the address, readable only by this user. Without it, the next endpoint gets a new address. */
export function notePlace(root: string, place: EndpointPlace): void {
  try {
    mkdirSync(join(root, stateFolder), { recursive: true });
    writeAtomic(pathOf(root), JSON.stringify(place), { mode: 0o600 });
  } catch {
    // A full disk or a read-only folder: the next endpoint gets a new address.
  }
}
