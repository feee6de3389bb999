import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyFiles, modelFolder, promotedModel } from './promotedModel.ts';
import { signingVenv } from './signingVenv.ts';

interface Case {
  kind: 'dsse' | 'model';
  publicKey: string;
  envelope?: string;
  model?: string;
  signature?: string;
}
type Outcome = { error?: string; type?: string; subjects?: number; keyid?: string; ok?: boolean };

const verifyAll = (cases: Case[]) =>
  JSON.parse(signingVenv.run(join(import.meta.dirname, 'neighbours.py'), JSON.stringify(cases))) as Outcome[];

/** Kinds tried: Ed25519 and the three curves of ECDSA, a folder with odd names and caches, one file, a changed file, a wrong key. */
test(
  'securesystemslib, in-toto-attestation and model_signing verify what a promotion writes, and refuse what was changed',
  { timeout: 900_000 },
  (t) => {
    const problem = signingVenv.prepare();
    if (problem !== null) {
      assert.ok(!process.env['CI'], problem);
      return t.skip(problem);
    }
    const kinds = (['ed25519', 'P-256', 'P-384', 'P-521'] as const).map((kind) => {
      const keys = keyFiles(kind);
      return { kind, ...keys, ...promotedModel(keys.key) };
    });
    const envelopes = verifyAll(
      kinds.map(({ publicKey, store, evidence }) => ({
        kind: 'dsse',
        publicKey,
        envelope: join(store.root, evidence.path),
      })),
    );
    for (const [i, outcome] of envelopes.entries())
      assert.deepEqual(
        outcome,
        { type: 'application/vnd.in-toto+json', subjects: 4, keyid: kinds[i]?.evidence.signedBy?.keyid },
        kinds[i]?.kind,
      );
    assert.equal(kinds[0]?.evidence.modelSignature, null, 'the tool takes keys of ECDSA only');

    const curve = keyFiles('P-256');
    const single = promotedModel(curve.key, { 'model.joblib': 'one file' }, 'model.joblib');
    const cached = promotedModel(curve.key, {
      ...modelFolder,
      'model/__pycache__/a.pyc': 'x',
      'model/.gitignore': 'y',
      'model/a.txt': 'a',
      'model/a/b.txt': 'b',
    });
    const signed = (name: string, { store, evidence }: typeof single, publicKey: string): Case => ({
      kind: 'model',
      publicKey,
      model: join(store.root, name),
      signature: join(store.root, evidence.modelSignature ?? ''),
    });
    const cases = [
      ...kinds.slice(1).map((one) => signed('model', one, one.publicKey)),
      signed('model.joblib', single, curve.publicKey),
      signed('model', cached, curve.publicKey),
    ];
    assert.deepEqual(
      verifyAll(cases),
      cases.map(() => ({ ok: true })),
    );

    const [, p256, p384] = kinds;
    assert.ok(p256 && p384);
    writeFileSync(join(p256.store.root, 'model/data.json'), '{ }');
    writeFileSync(join(p384.store.root, 'model/new.bin'), '');
    const refused = verifyAll([
      signed('model', p256, p256.publicKey),
      signed('model', p384, p384.publicKey),
      signed('model.joblib', single, p256.publicKey),
      { kind: 'dsse', publicKey: curve.publicKey, envelope: join(p256.store.root, p256.evidence.path) },
    ]).map(({ error }) => error ?? 'accepted');
    assert.match(refused[0] ?? '', /mismatch.*data\.json/s);
    assert.match(refused[1] ?? '', /new\.bin/);
    assert.match(refused[2] ?? '', /Key mismatch|verification failed|does not match/i);
    assert.match(refused[3] ?? '', /VerificationError|not met/i);
  },
);
