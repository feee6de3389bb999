import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordAudit } from '../../../engine/registry/audit.ts';
import { addValidation } from '../../../engine/registry/addValidation.ts';
import { promote } from '../../../engine/registry/promote.ts';
import { registerVersion } from '../../../engine/registry/registerVersion.ts';
import { signEvidence } from '../../../engine/registry/evidence/promotionEvidence.ts';
import { findSigner, signerOfFile } from '../../../engine/registry/evidence/signer.ts';
import type { DsseEnvelope } from '../../../engine/registry/evidence/dsse.ts';
import { verifyEvidence } from '../../../engine/registry/evidence/verifyEvidence.ts';
import { readTrustedKey } from '../../../engine/registry/evidence/verifySignature.ts';
import type { Store } from '../../../engine/store/store.ts';
import { gitIn } from '../../helpers/gitIn.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { versionReport } from '../../helpers/versionReport.ts';
import { keyFiles, modelFolder, promotedModel, sshKeyFiles } from './promotedModel.ts';

const ref = { name: 'm', version: 1 };

function problems(store: Store, publicKey: string | null): string[] {
  const trusted = publicKey === null ? null : readTrustedKey(publicKey);
  return verifyEvidence(store, ref, { trusted }).problems.map(({ kind, text }) => `${kind}: ${text}`);
}

test('a key of each kind signs, and its public key verifies', () => {
  for (const { key, publicKey } of [
    ...(['ed25519', 'P-256', 'P-384', 'P-521'] as const).map(keyFiles),
    sshKeyFiles(),
    sshKeyFiles('', 'ecdsa'),
  ]) {
    const { store, evidence } = promotedModel(key);
    assert.match(evidence.path, /^\.loopwright.promotions.m-v1-.*\.intoto\.json$/);
    assert.ok(evidence.signedBy);
    assert.deepEqual(problems(store, publicKey), [], key);
    assert.ok(verifyEvidence(store, ref, { trusted: readTrustedKey(publicKey) }).signedBy);
  }
});

test('the statement names the files, the gates, the metrics, who, when and why', () => {
  const { store } = promotedModel(null);
  const { statement } = verifyEvidence(store, ref, { trusted: null });
  assert.ok(statement);
  assert.deepEqual(
    statement.subject.map(({ name, digest }) => [name, digest.sha256.length]),
    ['MLmodel', 'data.json', 'data/weights.bin', 'größe ☃.txt'].map((name) => [name, 64]),
  );
  const { promotion, ...result } = statement.predicate;
  assert.deepEqual([result.result, result.passedTests, result.failedTests], ['PASSED', ['pr_auc'], []]);
  assert.deepEqual(
    result.configuration.map(({ name }) => name),
    ['validation-report.json', 'loopwright.yaml'],
  );
  assert.deepEqual(
    [promotion.model, promotion.version, promotion.by, promotion.why, promotion.metrics['pr_auc']?.value],
    ['m', 1, 'terminal:anna', 'better', 0.8],
  );
});

test('each file that was changed, removed or added is named', () => {
  const { key, publicKey } = keyFiles('ed25519');
  const { store } = promotedModel(key);
  const file = (name: string) => join(store.root, name);
  writeFileSync(file('model/data/weights.bin'), 'others');
  rmSync(file('model/data.json'));
  writeFileSync(file('model/new.txt'), '');
  assert.deepEqual(
    problems(store, publicKey).map((text) => text.replace(/ its SHA-256.*/, '')),
    [
      'files: The file data.json of model is gone.',
      'files: The file data/weights.bin of model was changed:',
      'files: The file new.txt of model was added after the promotion.',
    ],
  );
  rmSync(file('model'), { recursive: true });
  assert.deepEqual(problems(store, publicKey), ['files: The model model is gone.']);
});

test('a gate, metric, threshold or data that changed in the registry is named; so is a later validation', () => {
  const { key, publicKey } = keyFiles('ed25519');
  const change = (path: string, value: string) => {
    const { store } = promotedModel(key);
    store.sql.run(`UPDATE model_versions SET report = json_set(report, '${path}', json(?))`, value);
    return problems(store, publicKey);
  };
  assert.deepEqual(change('$.gates[0].min', '0.1'), [
    'registry: The gate pr_auc was changed: `min` was 0.5 in the evidence, and is 0.1 in the registry.',
  ]);
  assert.deepEqual(change('$.gates', '[]'), ['registry: The gate pr_auc is in the evidence, and not in the registry.']);
  assert.match(change('$.performance.pr_auc.value', '0.9').join(), /The metric pr_auc was 0\.8 .* is 0\.9/);
  assert.match(change('$.threshold', '0.7').join(), /The threshold was 0\.5, and is 0\.7/);
  assert.match(change('$.data.hash', '"abc"').join(), /The data of the validation had the hash none, and has abc/);
  assert.match(change('$.algorithm', '"b"').join(), /The validation report of the registry is not the one/);
  const { store } = promotedModel(key);
  addValidation(store, ref, { ...versionReport({ passed: false }), modelPath: 'model' }, 'run:anna');
  assert.match(problems(store, publicKey).join(), /The gate pr_auc was changed: `kind` was passed/);
});

test('a wrong key, no signature, a forged statement and an envelope that is none are told apart', () => {
  const { key, publicKey } = keyFiles('ed25519');
  const { store, evidence } = promotedModel(key);
  const path = join(store.root, evidence.path);
  const text = readFileSync(path, 'utf8');
  const envelope = JSON.parse(text) as DsseEnvelope;
  assert.match(
    problems(store, keyFiles('ed25519').publicKey).join(),
    /^signature: Wrong key: the signature is by the key/,
  );
  assert.match(problems(store, keyFiles('P-256').publicKey).join(), /Wrong key/);
  assert.match(problems(store, sshKeyFiles().publicKey).join(), /^signature: The signature is by a key file/);
  assert.match(problems(store, null).join(), /^signature: The signature by .* was not verified: no key was given/);
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"why":"better"', '"why":"bettor"');
  const forged: DsseEnvelope = { ...envelope, payload: Buffer.from(payload).toString('base64') };
  for (const [written, expected] of [
    [JSON.stringify({ ...envelope, signatures: [] }), /^signature: No signature/],
    [
      JSON.stringify(forged),
      /signature: The signature does not match: the statement was changed.*audit: The audit log has no promotion with this statement/,
    ],
    [JSON.stringify({ ...envelope, payloadType: 'text/plain' }), /evidence: .* holds text\/plain/],
    [JSON.stringify({ ...envelope, payload: 'e30=' }), /is not an in-toto Statement v1/],
    [JSON.stringify({ ...envelope, payload: '%%%' }), /payload that is not JSON/],
    ['', /is not JSON/],
    ['[]', /is not a DSSE envelope/],
    [text.slice(0, 100), /is not JSON/],
    [JSON.stringify({ ...envelope, signatures: [{ keyid: 'x' }] }), /has a signature without `sig`/],
    [JSON.stringify({ ...envelope, signatures: [{ sig: 'AAAA' }] }), /The signature does not match/],
  ] as const) {
    writeFileSync(path, written);
    assert.match(problems(store, publicKey).join(' '), expected, written.slice(0, 60));
  }
  rmSync(path);
  assert.match(problems(store, publicKey).join(), /is gone\. `loopwright models sign` writes it again/);
  signEvidence(store, ref, { signer: signerOfFile(key) });
  assert.deepEqual(problems(store, publicKey), []);
});

test('evidence of another version, another store or an audit that was cut does not verify', () => {
  const { key, publicKey } = keyFiles('ed25519');
  const first = promotedModel(key);
  const other = promotedModel(key);
  const path = join(other.store.root, other.evidence.path);
  const trusted = readTrustedKey(publicKey);
  const told = verifyEvidence(first.store, ref, { path, trusted })
    .problems.map(({ text }) => text)
    .join(' ');
  assert.match(told, /The audit log has no promotion with this statement/);
  assert.match(told, /The evidence knows \d+ entries .* no entry of the log has that hash/);
  registerVersion(first.store, 'm', 'run', versionReport(), 'run:anna');
  promote(first.store, { name: 'm', version: 2 }, { why: 'next', actor: 'terminal:anna', signer: { none: 'no key' } });
  assert.match(
    verifyEvidence(
      first.store,
      { name: 'm', version: 2 },
      { path: join(first.store.root, first.evidence.path), trusted },
    )
      .problems.map(({ text }) => text)
      .join(' '),
    /The evidence is about `m` v1, not `m` v2/,
  );
  const { sql } = first.store;
  sql.run('DROP TRIGGER audit_refuses_delete');
  sql.run('DELETE FROM audit WHERE id > 2');
  recordAudit(first.store, 'test:me', 'version commented', { model: 'm' });
  assert.match(problems(first.store, publicKey).join(), /audit: The evidence knows \d+ entries/);
});

test("git's SSH key signs without a question, and allowed signers verify it by name; a locked key leaves it unsigned", () => {
  const { publicKey } = sshKeyFiles();
  const root = makeProject({
    signers: `anna@example.org ${readFileSync(publicKey, 'utf8')}`,
    others: `ben@example.org ${readFileSync(sshKeyFiles().publicKey, 'utf8')}`,
  });
  const git = gitIn(root);
  git('init', '-q');
  assert.match(JSON.stringify(findSigner(root)), /OpenPGP|no key/);
  git('config', 'gpg.format', 'ssh');
  git('config', 'user.signingkey', publicKey);
  const found = findSigner(root);
  assert.ok('signer' in found);
  const { store } = promotedModel(null);
  signEvidence(store, ref, found);
  const by = (file: string) => verifyEvidence(store, ref, { trusted: { kind: 'signers', file: join(root, file) } });
  assert.deepEqual([by('signers').problems, by('signers').signedBy], [[], 'anna@example.org']);
  assert.match(by('others').problems[0]?.text ?? '', /does not name its key SHA256:/);
  assert.deepEqual(problems(store, publicKey), []);
  assert.match(problems(store, sshKeyFiles().publicKey).join(), /Wrong key: the signature is by the SSH key SHA256:/);

  const locked = sshKeyFiles('secret');
  assert.throws(
    () => signEvidence(store, ref, { signer: signerOfFile(locked.key) }),
    /Nothing is signed: .*passphrase/,
  );
});

test('a file that is no key, a key with a passphrase and a key of another kind are refused by name', () => {
  const folder = makeProject({ 'text.pem': 'no key', 'folder/x': '' });
  for (const [name, expected] of [
    ['text.pem', /holds no private key in PEM/],
    ['missing.pem', /cannot be read/],
    ['folder', /cannot be read/],
  ] as const)
    assert.throws(() => signerOfFile(join(folder, name)), expected, name);
  assert.throws(() => readTrustedKey(join(folder, 'text.pem')), /neither a key in PEM nor a public key of SSH/);
});

test('a model that changed since its validation is not promoted', () => {
  const { store } = promotedModel(null, { ...modelFolder });
  registerVersion(store, 'm', 'run', versionReport({ modelPath: 'model', modelHash: '0'.repeat(64) }), 'run:anna');
  assert.throws(
    () => promote(store, { name: 'm', version: 2 }, { why: 'x', actor: 'terminal:anna' }),
    /The files of `m` v2 changed since it was validated/,
  );
});
