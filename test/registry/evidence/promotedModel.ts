import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { hashModel, modelFiles } from '../../../engine/models/modelFiles.ts';
import { promote, type Evidence } from '../../../engine/registry/promote.ts';
import { signerOfFile } from '../../../engine/registry/evidence/signer.ts';
import { registerVersion } from '../../../engine/registry/registerVersion.ts';
import type { Store } from '../../../engine/store/store.ts';
import { openStore } from '../../../engine/tracking/openStore.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { versionReport } from '../../helpers/versionReport.ts';

export const modelFolder: Record<string, string> = {
  'model/MLmodel': 'flavors: {}\n',
  'model/data/weights.bin': '\0\u0001 weights',
  'model/data.json': '{}',
  'model/größe ☃.txt': 'ü',
};

/** A project whose version 1 of `m` is these files, promoted and signed with a key file, or by nobody. */
export function promotedModel(
  key: string | null,
  files: Record<string, string> = modelFolder,
  path = 'model',
): { store: Store; evidence: Evidence & { kind: 'written' } } {
  const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: m\nstages: {}\n' });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const store = openStore(root);
  after(() => store.sql.close());
  const { hash } = hashModel(modelFiles(join(root, path)));
  registerVersion(store, 'm', 'run', versionReport({ modelPath: path, modelHash: hash }), 'run:anna');
  let evidence: Evidence | undefined;
  promote(
    store,
    { name: 'm', version: 1 },
    {
      why: 'better',
      actor: 'terminal:anna',
      signer: key === null ? { none: 'the test has no key' } : { signer: signerOfFile(key) },
      onEvidence: (written) => {
        evidence = written;
      },
    },
  );
  if (evidence?.kind !== 'written') throw new Error(JSON.stringify(evidence));
  return { store, evidence };
}

/** A new key pair as PEM files. */
export function keyFiles(kind: 'ed25519' | 'P-256' | 'P-384' | 'P-521'): { key: string; publicKey: string } {
  const folder = makeProject();
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: kind });
  const [key, publicKey] = [join(folder, 'key.pem'), join(folder, 'key.pub.pem')];
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  return { key, publicKey };
}

/** A new key pair of SSH. */
export function sshKeyFiles(passphrase = '', type = 'ed25519'): { key: string; publicKey: string } {
  const key = join(makeProject(), 'id');
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'anna@example.org', '-f', key]);
  return { key, publicKey: `${key}.pub` };
}
