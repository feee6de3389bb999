import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { readRegularFile } from '../../../base/readRegularFile.ts';
import { WorkError, messageOf } from '../../../base/errors.ts';
import { projectPath } from '../../../base/projectPath.ts';

/** Certificate files of a source, as written: absolute, or relative to the project. */
export interface TlsPaths {
  ca?: string | null | undefined;
  cert?: string | null | undefined;
  key?: string | null | undefined;
  /** Environment variable with the password of the key. */
  key_password_env?: string | undefined;
}

/** The content of certificate files, as `tls.connect` takes it. */
export interface TlsFiles {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
}

/**
 * Reads the certificate files of a source. Throws WorkError with the name of a file that is missing, is no PEM, or does
 * not belong to the others.
 */
export function tlsFiles(root: string, env: Record<string, string | undefined>, paths: TlsPaths): TlsFiles {
  const ca = pem(root, paths.ca, 'the certificate of an authority');
  const cert = pem(root, paths.cert, 'a client certificate');
  const key = pem(root, paths.key, 'a private key');
  if (ca !== null) checkCertificates(ca, paths.ca ?? '');
  if (cert !== null) checkCertificates(cert, paths.cert ?? '');
  if ((cert === null) !== (key === null))
    throw new WorkError(
      cert === null
        ? `The private key \`${paths.key ?? ''}\` needs its certificate. Name it with \`cert\`.`
        : `The client certificate \`${paths.cert ?? ''}\` needs its private key. Name it with \`key\`.`,
    );
  const passphrase = passwordOf(env, paths.key_password_env);
  const files: TlsFiles = {
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    ...(passphrase !== null && { passphrase }),
  };
  if (cert !== null && key !== null) checkPair(files, paths);
  return files;
}

function pem(root: string, path: string | null | undefined, what: string): string | null {
  if (path === null || path === undefined || path === '') return null;
  let text: string;
  try {
    text = readRegularFile(projectPath(root, path)).toString();
  } catch (error) {
    throw new WorkError(
      `The file \`${path}\`, ${what}, cannot be read: ${messageOf(error)}. A path is relative to the project.`,
      { cause: error },
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new WorkError(
    `The file \`${path}\`, ${what}, is not in the PEM format. Convert it: \`openssl x509 -inform der -in FILE -out FILE.pem\` for a certificate, \`openssl pkey -inform der …\` for a key.`,
  );
}

/** Node skips a certificate that it cannot read, so it is told here. */
function checkCertificates(text: string, path: string): void {
  const found = text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*(?:-----END [A-Z ]*CERTIFICATE-----)?/g) ?? [];
  if (found.length === 0) throw new WorkError(`The file \`${path}\` has no certificate: no \`BEGIN CERTIFICATE\`.`);
  for (const [i, certificate] of found.entries()) {
    try {
      void new X509Certificate(certificate);
    } catch (error) {
      throw new WorkError(
        `Certificate ${i + 1} of the file \`${path}\` is damaged or cut off: ${messageOf(error)}. Get the file again.`,
        { cause: error },
      );
    }
  }
}

function checkPair(files: TlsFiles, { cert, key, key_password_env: variable }: TlsPaths): void {
  try {
    createSecureContext(files);
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    const isLocked = /ENCRYPTED/.test(files.key ?? '');
    const reason = /KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/.test(code)
      ? `does not belong to the certificate \`${cert ?? ''}\`. Name the two files that were made together.`
      : isLocked && variable === undefined
        ? 'has a password. Name the environment variable that holds it with `key_password_env`.'
        : isLocked
          ? `cannot be opened with the password of \`${variable ?? ''}\`. Correct the variable.`
          : `cannot be used: ${messageOf(error)}.`;
    throw new WorkError(`The private key \`${key ?? ''}\` ${reason}`, { cause: error });
  }
}

function passwordOf(env: Record<string, string | undefined>, variable: string | undefined): string | null {
  if (variable === undefined) return null;
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  if (value !== undefined && value !== '') return value;
  throw new WorkError(`The environment variable \`${variable}\` is not set; the private key needs it.`);
}
