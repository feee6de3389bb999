import { execFileSync } from 'node:child_process';

/** Runs git in a folder as a person without settings would; gives what it printed. */
export function gitIn(root: string): (...args: string[]) => string {
  return (...args) =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', '-c', 'init.defaultBranch=main', ...args],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
}

/** Makes a repository of a folder, with all its files in the first commit; gives that commit. */
export function commitAll(root: string, message = 'x'): string {
  const git = gitIn(root);
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD').trim();
}
