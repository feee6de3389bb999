import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { messageOf, WorkError } from '../../base/errors.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { preAuthEncoding, type DsseEnvelope, type DsseSignature } from './dsse.ts';
import { digestFor, keyidOf } from './signer.ts';
import { isSshBlob, publicFingerprint, sshFingerprint, verifySsh } from './sshSignature.ts';

/** Whom a verification trusts: a public key, or the signers of a file of SSH. */
export type TrustedKeys =
  | { kind: 'pem'; file: string; key: KeyObject }
  | { kind: 'ssh'; file: string; publicKey: string }
  | { kind: 'signers'; file: string };

/** Reads a public key in PEM, or a line of OpenSSH such as `id_ed25519.pub`. Throws WorkError for another file. */
export function readTrustedKey(file: string): TrustedKeys {
  let text: string;
  try {
    text = readRegularFile(file).toString('utf8');
  } catch (error) {
    throw new WorkError(`The key ${file} cannot be read: ${messageOf(error)}`, { place: { file } });
  }
  const line = text.split('\n').find((one) => /^(ssh-|ecdsa-sha2-|sk-)\S+ \S+/.test(one));
  if (line !== undefined) return { kind: 'ssh', file, publicKey: line };
  try {
    return { kind: 'pem', file, key: createPublicKey(text) };
  } catch (error) {
    throw new WorkError(`The key ${file} is neither a key in PEM nor a public key of SSH: ${messageOf(error)}`, {
      place: { file },
    });
  }
}

/** The sentence about signatures of which none is by a trusted key; null with who signed. */
export function verifySignatures(
  { payload, payloadType, signatures }: DsseEnvelope,
  trusted: TrustedKeys,
): { signer: string } | { problem: string } {
  const message = preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
  const problems: string[] = [];
  for (const signature of signatures) {
    const found = verifyOne(signature, message, trusted);
    if ('signer' in found) return found;
    problems.push(found.problem);
  }
  return { problem: problems.join(' ') || 'There is no signature.' };
}

function verifyOne(
  { sig, keyid }: DsseSignature,
  message: Buffer,
  trusted: TrustedKeys,
): { signer: string } | { problem: string } {
  const bytes = Buffer.from(sig, 'base64');
  if (!isSshBlob(bytes)) {
    if (trusted.kind !== 'pem')
      return {
        problem: `The signature is by a key file (${keyid.slice(0, 16)}), and ${trusted.file} holds keys of SSH.`,
      };
    const own = keyidOf(trusted.key);
    const isRight = verify(digestFor(trusted.key), message, trusted.key, bytes);
    if (isRight) return { signer: `${trusted.file} (${own.slice(0, 16)})` };
    return {
      problem:
        keyid !== '' && keyid !== own
          ? `Wrong key: the signature is by the key ${keyid.slice(0, 16)}, and ${trusted.file} is ${own.slice(0, 16)}.`
          : `The signature does not match: the statement was changed after it was signed by ${trusted.file}.`,
    };
  }
  const fingerprint = sshFingerprint(bytes);
  if (trusted.kind === 'pem')
    return { problem: `The signature is by the SSH key ${fingerprint}, and ${trusted.file} is a key in PEM.` };
  if (trusted.kind === 'ssh' && publicFingerprint(trusted.publicKey) !== fingerprint)
    return {
      problem: `Wrong key: the signature is by the SSH key ${fingerprint}, and ${trusted.file} is ${publicFingerprint(trusted.publicKey)}.`,
    };
  const found = verifySsh(
    bytes,
    message,
    trusted.kind === 'ssh' ? { publicKey: trusted.publicKey } : { allowedSigners: trusted.file },
  );
  if ('signer' in found) return found;
  return {
    problem: /incorrect signature/i.test(found.problem)
      ? `The signature does not match: the statement was changed after it was signed by ${fingerprint}.`
      : `The signature does not verify: ${found.problem}.`,
  };
}
