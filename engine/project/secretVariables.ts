import { envIn } from './interpolate.ts';
import type { Project } from './loadProject.ts';

const secretNames = /(^|_)(pass|passwd|password|passphrase|pwd|secret|secrets|token|key|apikey|credential|credentials|auth|dsn|cookie|private|salt|pat)(_|$)/i;
/** An address with a password in it. */
const withPassword = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;

/** Variables of `env_file`, and those that the project names as `${env.X}`, whose values must not be kept: by their name, or as addresses with a password. */
export function secretVariables(project: Pick<Project, 'env' | 'envFile' | 'file'>): Record<string, string> {
  const names = new Set([...Object.keys(project.envFile), ...envIn(project.file.parsed.text)]);
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(project.env, name) ? project.env[name] : undefined;
    if (value && (secretNames.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2')) || withPassword.test(value))) found[name] = value;
  }
  return found;
}
