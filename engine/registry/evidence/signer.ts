import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import { messageOf, WorkError } from '../../base/errors.ts';
import { expandHome } from '../../base/expandHome.ts';
import { projectPath } from '../../base/projectPath.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { gitSettings } from './gitSettings.ts';
import { signWithSsh, sshFingerprint, type SshKey } from './sshSignature.ts';

/** The environment variable that names the key file which signs promotions. */
export const signingKeyVariable = 'LOOPWRIGHT_SIGNING_KEY';

/** Signs the bytes of an envelope. */
export interface Signer {
  /** For people, such as `the key file keys/release.pem`. */
  name: string;
  /** The private key of a PEM file; null for an SSH key. */
  key: KeyObject | null;
  /** Throws WorkError when the key cannot be used. */
  sign(message: Uint8Array): { keyid: string; sig: Buffer };
}

/** A signer, or the reason why there is none. */
export type FoundSigner = { signer: Signer } | { none: string };

/**
 * The key of the user: the given file, the file in `LOOPWRIGHT_SIGNING_KEY`, or the SSH key that git signs with. Throws
 * WorkError when a key that was named is none.
 */
export function findSigner(root: string, given: string | null = null): FoundSigner {
  const named = given ?? (process.env[signingKeyVariable] || null);
  if (named !== null) return { signer: signerOfFile(named) };
  const git = gitSettings(root);
  const key = git['user.signingkey'];
  if (key === undefined || key === '')
    return { none: `there is no key: git has no \`user.signingkey\`, and \`${signingKeyVariable}\` names no file` };
  if (git['gpg.format'] !== 'ssh')
    return { none: `git signs with ${git['gpg.format'] ?? 'OpenPGP'}; only its SSH keys and key files are used` };
  return { signer: sshSigner(gitKey(root, key, git['gpg.ssh.program'] ?? 'ssh-keygen'), "git's signing key") };
}

/** The signer of a key file: Ed25519 or ECDSA as PEM, or a private key of OpenSSH. Throws WorkError for another file. */
export function signerOfFile(file: string): Signer {
  let text: string;
  try {
    text = readRegularFile(file).toString('utf8');
  } catch (error) {
    throw new WorkError(`The key file ${file} cannot be read: ${messageOf(error)}`, { place: { file } });
  }
  if (text.includes('BEGIN OPENSSH PRIVATE KEY') || /^(ssh-|ecdsa-sha2-|sk-)/.test(text))
    return sshSigner({ file: resolve(file), publicKey: null, program: 'ssh-keygen' }, `the key file ${file}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    const isLocked = /ENCRYPTED/.test(text);
    throw new WorkError(
      isLocked
        ? `The key file ${file} has a passphrase, which is not asked for. Use a key without one, or an SSH key of an agent.`
        : `The key file ${file} holds no private key in PEM: ${messageOf(error)}`,
      { place: { file } },
    );
  }
  if (key.asymmetricKeyType !== 'ed25519' && key.asymmetricKeyType !== 'ec')
    throw new WorkError(
      `The key file ${file} holds a key of type ${key.asymmetricKeyType ?? 'unknown'}; Ed25519 and ECDSA keys sign. \`openssl genpkey -algorithm ed25519 -out key.pem\` makes one.`,
      { place: { file } },
    );
  return {
    name: `the key file ${file}`,
    key,
    sign: (message) => ({ keyid: keyidOf(key), sig: sign(digestFor(key), message, key) }),
  };
}

/** SHA-256 over the public key in DER (SubjectPublicKeyInfo), in hex. */
export function keyidOf(key: KeyObject): string {
  const shared = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(shared.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The hash that a signature of the key uses: of an elliptic curve the one of its size, as sigstore does. */
export function digestFor(key: KeyObject): string | null {
  if (key.asymmetricKeyType !== 'ec') return null;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return curve === 'secp384r1' ? 'sha384' : curve === 'secp521r1' ? 'sha512' : 'sha256';
}

function sshSigner(key: SshKey, name: string): Signer {
  return {
    name,
    key: null,
    sign: (message) => {
      const sig = signWithSsh(key, message);
      return { keyid: sshFingerprint(sig), sig };
    },
  };
}

/** `user.signingkey` is a path, or a public key whose private key an agent holds. */
function gitKey(root: string, value: string, program: string): SshKey {
  const literal = value.startsWith('key::')
    ? value.slice('key::'.length)
    : /^(ssh-|ecdsa-sha2-|sk-)/.test(value)
      ? value
      : null;
  if (literal !== null) return { file: null, publicKey: literal, program };
  return { file: projectPath(root, expandHome(value)), publicKey: null, program };
}
