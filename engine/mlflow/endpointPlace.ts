import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { ownedByUser } from '../base/ownedByUser.ts';
import { userCache } from '../base/userCache.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { sameSecret } from '../http/sameSecret.ts';
import { stateFolder } from '../store/store.ts';

/** The loopback address of a project's endpoint, and its token. */
export interface EndpointPlace {
  port: number;
  token: string;
}

const pathOf = (root: string): string => join(root, stateFolder, 'endpoint.json');
const mostBytes = 4096;

/**
 * The last address of the endpoint, so that programs can continue to log after a restart of the editor; null when it is
 * unknown. A file that this user's Loopwright did not write for this folder is not believed: who brought it in with the
 * folder, by a commit or an archive, would know the token.
 */
export function knownPlace(root: string): EndpointPlace | null {
  try {
    const text = readRegularFile(pathOf(root), mostBytes).toString('utf8');
    const { port, token, proof } = JSON.parse(text) as Partial<EndpointPlace> & { proof?: unknown };
    if (!Number.isInteger(port) || typeof token !== 'string' || !/^[0-9a-f]{48}$/.test(token)) return null;
    const place = { port: port ?? 0, token };
    const secret = knownSecret();
    return secret !== null && typeof proof === 'string' && sameSecret(proof, proofOf(secret, root, place))
      ? place
      : null;
  } catch {
    return null;
  }
}

/** Stores the address, readable only by this user. Without it, the next endpoint gets a new address. */
export function notePlace(root: string, place: EndpointPlace): void {
  try {
    mkdirSync(join(root, stateFolder), { recursive: true });
    const proof = proofOf(knownSecret() ?? newSecret(), root, place);
    writeAtomic(pathOf(root), JSON.stringify({ ...place, proof }), { mode: 0o600 });
  } catch {
    // A full disk or a read-only folder: the next endpoint gets a new address.
  }
}

function proofOf(secret: string, root: string, { port, token }: EndpointPlace): string {
  return createHmac('sha256', secret)
    .update(`${realpathSync(root)}\n${port}\n${token}`)
    .digest('hex');
}

const secretPath = (): string => join(userCache(), 'endpoints.key');

function knownSecret(): string | null {
  try {
    const path = secretPath();
    const secret = readRegularFile(path).toString();
    return ownedByUser(path) && /^[0-9a-f]{64}$/.test(secret) ? secret : null;
  } catch {
    return null;
  }
}

function newSecret(): string {
  const secret = randomBytes(32).toString('hex');
  writeAtomic(secretPath(), secret, { mode: 0o600 });
  return secret;
}
