import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** The default labeller: git's user.name for the folder, or the name of the account. */
export function defaultLabeller(folder: string): string {
  const { status, stdout } = spawnSync('git', ['config', 'user.name'], {
    cwd: folder,
    windowsHide: true,
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
    // The account has no entry, as in some containers.
    return 'somebody';
  }
}
