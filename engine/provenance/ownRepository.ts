import { appendFile, lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { stateFolder } from '../store/store.ts';
import { git, gitText } from './git.ts';
import { linked } from './worktree.ts';
import { replaceFile } from '../base/replaceFile.ts';

/** A repository with a commit, as seen from the project in it. */
export interface Repository {
  top: string;
  /** Folder of the project in it, with `/` at the end; empty at the top. */
  prefix: string;
}

/** Null outside git, without git, or before the first commit. */
export async function repositoryOf(project: string): Promise<Repository | null> {
  try {
    const [top = '', prefix = ''] = (
      await gitText(project, ['rev-parse', '--show-toplevel', '--show-prefix', '--verify', 'HEAD'])
    ).split('\n');
    return { top, prefix };
  } catch {
    return null;
  }
}

/**
 * Gives a copy of the project its own repository in the same state: commit, branch, tags and remote. Programs that use
 * git see the state of the project, and their changes, such as a commit, stay in the copy. The objects are read from
 * the project's repository. `code` is the top of the copy; files that the copy links or lacks outside the project's
 * folder do not count as changed.
 */
export async function ownRepository({ top, prefix }: Repository, code: string, signal?: AbortSignal): Promise<void> {
  const made = join(dirname(code), 'clone');
  await git(dirname(code), ['clone', '--shared', '--no-checkout', '--quiet', top, made], {
    timeoutMs: 120_000,
    signal,
  });
  await replaceFile(join(made, '.git'), join(code, '.git'));
  const remote = await gitText(top, ['remote', 'get-url', 'origin']).catch(() => null);
  await git(code, remote === null ? ['remote', 'remove', 'origin'] : ['remote', 'set-url', 'origin', remote]);
  const excluded = resolve(code, await gitText(code, ['rev-parse', '--git-path', 'info/exclude']));
  await appendFile(excluded, [...linked, stateFolder].map((name) => `/${prefix}${name}\n`).join(''));
  await git(code, ['read-tree', 'HEAD'], { signal });
  const tracked = (await git(code, ['ls-files', '-z'], { signal })).toString('utf8').split('\0').filter(Boolean);
  const passedOver: string[] = [];
  for (const path of tracked)
    if (!path.startsWith(prefix) || (await kindOf(join(code, path))) !== (await kindOf(join(top, path))))
      passedOver.push(path);
  await git(code, ['update-index', '-z', '--skip-worktree', '--stdin'], {
    input: passedOver.map((path) => `${path}\0`).join(''),
    signal,
  });
  // Otherwise a program that compares only times and sizes would consider the copies changed. Fails where files are
  // changed.
  await git(code, ['update-index', '-q', '--refresh'], { timeoutMs: 120_000, signal }).catch(() => {});
}

async function kindOf(path: string): Promise<'link' | 'file' | 'folder' | 'nothing'> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 'nothing';
  return found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'folder' : 'file';
}
