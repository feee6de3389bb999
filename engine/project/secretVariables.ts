import { envIn } from './interpolate.ts';
import type { Project } from './loadProject.ts';

const secretNames =
  /(^|_)(pass|passwd|password|passphrase|pwd|pw|secret|secrets|token|tokens|tok|tkn|key|keys|apikey|credential|credentials|cred|creds|auth|bearer|jwt|dsn|cookie|session|signature|sas|webhook|private|salt|pat)\d*(_|$)/i;
/** An address with a password in it. */
const withPassword = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;

/**
 * A key as services give them: long, one piece, letters and digits mixed. Names of models and versions have their parts
 * divided by `-`, `.` or `/`.
 */
const isKeyLike = (value: string): boolean => /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_+=]{20,}$/.test(value);

/**
 * Variables of `env_file`, and those that the project names as `${env.X}`, whose values must not be kept: by their
 * name, as addresses with a password, or because they look like a key.
 */
export function secretVariables(project: Pick<Project, 'env' | 'envFile' | 'file'>): Record<string, string> {
  const names = new Set([...Object.keys(project.envFile), ...envIn(project.file.parsed.text)]);
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(project.env, name) ? project.env[name] : undefined;
    if (
      value &&
      (secretNames.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2')) || withPassword.test(value) || isKeyLike(value))
    )
      found[name] = value;
  }
  return found;
}
