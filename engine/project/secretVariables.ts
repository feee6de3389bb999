import { envIn } from './interpolate.ts';
import type { Project } from './loadProject.ts';

const secretNames =
  /(^|_)(pass|passwd|password|passphrase|pwd|pw|secret|secrets|token|tokens|tok|tkn|key|keys|apikey|credential|credentials|cred|creds|auth|bearer|jwt|dsn|cookie|session|signature|sas|webhook|private|salt|pat)\d*(_|$)/i;
/** Matches an address with a password. */
const withPassword = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;

/**
 * True for text that looks like a service key: long, one word, with letters and digits. Names of models and versions
 * are divided by `-`, `.` or `/`.
 */
const isKeyLike = (value: string): boolean => /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_+=]{20,}$/.test(value);

/**
 * Returns variables of `env_file` and of `${env.X}` references whose values must not be stored: by their name, as
 * addresses with a password, or because they look like a key.
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
