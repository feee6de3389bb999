import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** Who labels when nobody is named: git's user.name as it holds in the folder, else the name of the account. */
export function defaultLabeller(folder: string): string {
  const { status, stdout } = spawnSync('git', ['config', 'user.name'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 5000,
  });
  const name = status === 0 ? stdout.trim() : '';
  return (name || accountName()).slice(0, 100);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry, as in some containers.
    return 'somebody';
  }
}
