import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../base/writeAtomic.ts';
import { stateFolder } from '../store/store.ts';

/** Where the endpoint of a project answers on loopback, and who may ask. */
export interface EndpointPlace {
  port: number;
  token: string;
}

const pathOf = (root: string): string => join(root, stateFolder, 'endpoint.json');

/**
 * Where the endpoint was the last time, so that programs which log there go on after a restart of the editor; null when
 * it is not known.
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

/** Notes the place, readable by this person alone. What cannot be noted is found anew the next time. */
export function notePlace(root: string, place: EndpointPlace): void {
  try {
    mkdirSync(join(root, stateFolder), { recursive: true });
    writeAtomic(pathOf(root), JSON.stringify(place), { mode: 0o600 });
  } catch {
    // A full disk or a folder that may not be written: the next endpoint is at another place.
  }
}
