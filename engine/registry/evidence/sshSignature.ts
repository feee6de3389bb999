import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkError } from '../../base/errors.ts';

/** The namespace of the signatures, so that none of them stands for a commit or a login. */
export const sshNamespace = 'loopwright';

/** An SSH key that signs: a file, or the public key of one that an agent holds. */
export interface SshKey {
  /** The private key, or the public key beside it; null for a key of the agent. */
  file: string | null;
  /** The public key of a key of the agent. */
  publicKey: string | null;
  program: string;
}

const longestMs = 15_000;

/** Signs with `ssh-keygen -Y sign`; never asks for a passphrase. Returns the SSHSIG blob. Throws WorkError. */
export function signWithSsh({ file, publicKey, program }: SshKey, message: Uint8Array): Buffer {
  return inFolder((folder) => {
    const named = file ?? join(folder, 'key.pub');
    if (file === null) writeFileSync(named, `${publicKey ?? ''}\n`);
    const text = join(folder, 'message');
    writeFileSync(text, message);
    const { error, stderr, status } = run(program, [
      '-Y',
      'sign',
      '-n',
      sshNamespace,
      ...(file === null ? ['-U'] : []),
      '-f',
      named,
      text,
    ]);
    if (status !== 0) throw new WorkError(`${program} did not sign: ${whyFailed(error, stderr)}`);
    return sshBlob(readFileSync(`${text}.sig`, 'utf8'));
  });
}

/**
 * Verifies an SSHSIG blob against the signers of a file in the format of `allowed_signers`, or against one public key.
 * Returns who signed, or a sentence about why it does not verify.
 */
export function verifySsh(
  signature: Buffer,
  message: Uint8Array,
  trusted: { allowedSigners: string } | { publicKey: string },
): { signer: string } | { problem: string } {
  return inFolder((folder) => {
    const sig = join(folder, 'message.sig');
    writeFileSync(sig, sshArmour(signature));
    const isKey = 'publicKey' in trusted;
    const signers = isKey ? join(folder, 'signers') : trusted.allowedSigners;
    if (isKey) writeFileSync(signers, `loopwright ${publicPart(trusted.publicKey)}\n`);
    let signer = 'loopwright';
    if (!isKey) {
      const found = run('ssh-keygen', ['-Y', 'find-principals', '-f', signers, '-s', sig]);
      if (found.error) return { problem: whyFailed(found.error, '') };
      signer = found.stdout.split('\n')[0]?.trim() ?? '';
      if (found.status !== 0 || signer === '')
        return { problem: `${signers} does not name its key ${sshFingerprint(signature)}` };
    }
    const { error, status, stderr, stdout } = run(
      'ssh-keygen',
      ['-Y', 'verify', '-f', signers, '-I', signer, '-n', sshNamespace, '-s', sig],
      message,
    );
    if (status === 0) return { signer: isKey ? sshFingerprint(signature) : signer };
    return { problem: whyFailed(error, stderr || stdout) };
  });
}

/** True for the blob of an SSH signature. */
export function isSshBlob(bytes: Buffer): boolean {
  return bytes.subarray(0, 6).toString('latin1') === 'SSHSIG';
}

/** `SHA256:…`, as `ssh-keygen -lf` prints it, of the key in a signature. */
export function sshFingerprint(signature: Buffer): string {
  // SSHSIG, the version, then the public key with its length.
  const length = signature.length >= 14 ? signature.readUInt32BE(10) : 0;
  return fingerprintOf(signature.subarray(14, 14 + length));
}

/** The same of a public key as a line of text. */
export function publicFingerprint(line: string): string {
  return fingerprintOf(Buffer.from(publicPart(line).split(' ')[1] ?? '', 'base64'));
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Type and key of a public key, without its comment. */
function publicPart(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

function sshBlob(armoured: string): Buffer {
  return Buffer.from(armoured.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

function sshArmour(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

/** Without a terminal of its own, so that nothing waits for a passphrase. */
function run(program: string, args: string[], input: Uint8Array = Buffer.alloc(0)) {
  return spawnSync(program, args, {
    input,
    encoding: 'utf8',
    timeout: longestMs,
    detached: process.platform !== 'win32',
    windowsHide: true,
    env: { ...process.env, SSH_ASKPASS_REQUIRE: 'never', LC_ALL: 'C' },
  } as Parameters<typeof spawnSync>[2] & { encoding: 'utf8' });
}

function whyFailed(error: Error | undefined, stderr: string): string {
  if (error && 'code' in error && error.code === 'ENOENT')
    return 'ssh-keygen was not found; it is part of OpenSSH 8.2 and later';
  if (error && 'code' in error && error.code === 'ETIMEDOUT') return 'it did not answer within 15 seconds';
  return stderr.trim().split('\n').at(-1) || (error?.message ?? 'no reason given');
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-sign-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
