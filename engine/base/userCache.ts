import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for files of this user that no project brings and that may be lost. */
export function userCache(): string {
  const given = process.env['XDG_CACHE_HOME'] ?? '';
  return join(given === '' ? join(homedir(), '.cache') : given, 'loopwright');
}
