import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject } from './makeProject.ts';

export interface Certificates {
  folder: string;
  /** Absolute paths of PEM files. */
  ca: string;
  /** Another authority, which signed none of them. */
  otherCa: string;
  server: Pair;
  /** A server's certificate for another host. */
  elsewhere: Pair;
  expired: Pair;
  client: Pair;
  /** A client's certificate of the other authority. */
  stranger: Pair;
  /** The key of `client`, with the password `open sesame`. */
  lockedKey: string;
}

export interface Pair {
  cert: string;
  key: string;
}

/** Makes an authority and the certificates of servers and clients with openssl, for 127.0.0.1 and localhost. */
export function makeCertificates(owner: { uid: number; gid: number } | null = null): Certificates {
  const folder = makeProject({}, 'loopwright-certificates-');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const at = (name: string) => join(folder, name);
  const key = (name: string) =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  const authority = (name: string) => {
    key(name);
    openssl('req', '-x509', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-days', '30', '-out', `${name}.pem`);
    return at(`${name}.pem`);
  };
  const signed = (name: string, by: string, names: string, more: readonly string[] = ['-days', '30']): Pair => {
    key(name);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    writeFileSync(at(`${name}.ext`), names === '' ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${names}\n`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.pem`,
      ...more,
    );
    const pair = { cert: at(`${name}.pem`), key: at(`${name}.key`) };
    chmodSync(pair.key, 0o600);
    if (owner) chownSync(pair.key, owner.uid, owner.gid);
    return pair;
  };
  const ca = authority('plant-ca');
  const otherCa = authority('other-ca');
  const made = {
    folder,
    ca,
    otherCa,
    server: signed('server', 'plant-ca', 'DNS:localhost,IP:127.0.0.1'),
    elsewhere: signed('elsewhere', 'plant-ca', 'DNS:db.example'),
    expired: signed('expired', 'plant-ca', 'IP:127.0.0.1', ['-days', '-1']),
    client: signed('ada', 'plant-ca', ''),
    stranger: signed('eve', 'other-ca', ''),
    lockedKey: at('locked.key'),
  };
  openssl('pkey', '-in', made.client.key, '-aes256', '-passout', 'pass:open sesame', '-out', made.lockedKey);
  if (owner) chmodSync(folder, 0o755);
  return made;
}
