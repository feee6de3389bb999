import { copyFile, lstat, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { pathsOverlap } from '../base/glob.ts';
import { lockFileName } from '../fingerprint/lockFile.ts';
import { git, gitText } from './git.ts';
import { scratchEnv } from './scratchEnv.ts';
import { changedSubmodules } from './submodules.ts';

/** The state of the code of a run. */
export interface CodeVersion {
  /** Null outside git, without git, or before the first commit. */
  commit: string | null;
  /** True when files differ from the commit: changed, or new and not ignored. */
  dirty: boolean;
  branch: string | null;
  /** The remote of the commits, without credentials; null for a local folder. */
  remote: string | null;
  /** Folder of the project in its repository, with `/` at the end; empty at the top. */
  root: string;
  /** The patch from the commit to the files, for `git apply`. Null when nothing differs, or when it was not stored. */
  patch: Buffer | null;
  /**
   * Changes that the patch does not contain, relative to the project: new files that are large or look like secrets,
   * and submodules and nested repositories with uncommitted changes (with `/` at the end).
   */
  leftOut: string[];
  /** Why there is no patch although files differ. */
  problem: string | null;
}

const outside: CodeVersion = {
  commit: null,
  dirty: false,
  branch: null,
  remote: null,
  root: '',
  patch: null,
  leftOut: [],
  problem: null,
};

/** The maximum size of a patch in bytes; when new files together are larger, those over `largeFile` are left out. */
export const mostPatch = 20 << 20;
export const largeFile = 1 << 20;

const secretNames =
  /^(\.env(\..*)?|.*\.(pem|key|p12|pfx|keystore)|id_(rsa|ed25519|ecdsa|dsa)|\.netrc|\.pypirc|\.npmrc|credentials(\.json)?)$/i;

/**
 * The commit of a folder, and the differences of its files. Files that stages write (`made`: paths, folders or globs
 * relative to the folder) are products of the run and not part of the code. Never throws: unknown values are null.
 */
export async function codeVersion(root: string, made: readonly string[] = []): Promise<CodeVersion> {
  let head: Head;
  try {
    head = await headOf(root);
  } catch {
    return outside;
  }
  const { commit, prefix } = head;
  const known = { ...outside, commit, root: prefix, branch: head.branch, remote: await remoteOf(root, head.branch) };
  try {
    const [changes, submodules] = await Promise.all([
      changesOf(root, prefix, made),
      changedSubmodules(root, head.top, prefix),
    ]);
    if (changes.tracked === 0 && changes.added.length === 0 && submodules.length === 0) return known;
    const { kept, leftOut } = await chooseNew(root, changes.added);
    return { ...known, dirty: true, leftOut: [...leftOut, ...submodules], ...(await patchOf(root, head, kept)) };
  } catch (error) {
    return { ...known, dirty: true, problem: messageOf(error) };
  }
}

interface Head {
  commit: string;
  branch: string | null;
  prefix: string;
  top: string;
  index: string;
  objects: string;
}

async function headOf(root: string): Promise<Head> {
  const [said, branch] = await Promise.all([
    gitText(root, [
      'rev-parse',
      'HEAD',
      '--show-prefix',
      '--show-toplevel',
      '--git-path',
      'index',
      '--git-path',
      'objects',
    ]),
    gitText(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']).catch(() => ''),
  ]);
  const [commit = '', prefix = '', top = '', index = '', objects = ''] = said.split('\n');
  return { commit, prefix, top, branch: branch || null, index: resolve(root, index), objects: resolve(root, objects) };
}

async function remoteOf(root: string, branch: string | null): Promise<string | null> {
  const ask = (...args: string[]) => gitText(root, args).catch(() => '');
  const named = branch === null ? '' : await ask('config', '--get', `branch.${branch}.remote`);
  const remotes = (await ask('remote')).split('\n').filter(Boolean);
  const name = remotes.includes(named) ? named : remotes.includes('origin') ? 'origin' : remotes[0];
  return name === undefined ? null : withoutCredentials(await ask('remote', 'get-url', name));
}

/** The address of a remote without user, password or token; null for a local folder. */
export function withoutCredentials(url: string): string | null {
  const web = /^(https?|ssh|git|ftps?):\/\/(?:([^@/]*)@)?([^?#]*)/i.exec(url);
  if (web) {
    const [, scheme = '', user = '', rest = ''] = web;
    // Over SSH, the user is part of the address (`git@`); the text after a colon is a password.
    const shown = /^ssh$/i.test(scheme) && user !== '' ? `${user.split(':')[0]}@` : '';
    return `${scheme}://${shown}${rest}`;
  }
  return /^[\w.-]+@[\w.-]+:(?!\\)/.test(url) ? url : null;
}

async function changesOf(
  root: string,
  prefix: string,
  made: readonly string[],
): Promise<{ tracked: number; added: string[] }> {
  const status = (
    await git(root, [
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--no-renames',
      '--ignore-submodules=dirty',
      '--',
      '.',
    ])
  ).toString('utf8');
  let tracked = 0;
  const added: string[] = [];
  for (const entry of status.split('\0')) {
    if (entry === '') continue;
    const path = entry.slice(3 + prefix.length);
    // Excludes the state and the lock file, which are no inputs of stages.
    if (path.startsWith('.loopwright/') || path === lockFileName) continue;
    if (!entry.startsWith('??')) tracked++;
    else if (!made.some((product) => pathsOverlap(product, path))) added.push(path);
  }
  return { tracked, added };
}

async function chooseNew(root: string, added: readonly string[]): Promise<{ kept: string[]; leftOut: string[] }> {
  const sized = await Promise.all(
    added.map(async (path) => ({
      path,
      size: await lstat(join(root, path)).then(
        (stats) => stats.size,
        () => 0,
      ),
    })),
  );
  const tooMuch = sized.reduce((sum, { size }) => sum + size, 0) > mostPatch;
  // A name with `/` at its end is a nested repository.
  const stays = ({ path, size }: { path: string; size: number }) =>
    !path.endsWith('/') && !secretNames.test(basename(path)) && !(tooMuch && size > largeFile);
  return {
    kept: sized.filter(stays).map(({ path }) => path),
    leftOut: sized.filter((file) => !stays(file)).map(({ path }) => path),
  };
}

/**
 * The difference between the commit and the files, computed in a temporary index and object folder, so that the
 * repository stays unchanged.
 */
async function patchOf(
  root: string,
  head: Head,
  added: readonly string[],
): Promise<{ patch: Buffer | null; problem: string | null }> {
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-patch-'));
  try {
    const env = await scratchEnv(folder, head.objects);
    await copyIndex(head.index, env.GIT_INDEX_FILE).catch(() => git(root, ['read-tree', 'HEAD'], { env }));
    await git(root, ['add', '--update', '--', '.'], { env });
    if (added.length > 0)
      await git(root, ['update-index', '--add', '-z', '--stdin'], {
        env,
        input: added.map((path) => `${path}\0`).join(''),
      });
    const patch = await git(
      root,
      [
        'diff',
        '--cached',
        '--binary',
        '--full-index',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        '--ignore-submodules=dirty',
        '--src-prefix=a/',
        '--dst-prefix=b/',
        'HEAD',
        '--',
        '.',
        `:(exclude)${lockFileName}`,
      ],
      { env: { ...env, GIT_LITERAL_PATHSPECS: '0' } },
    );
    if (patch.length > mostPatch)
      return {
        patch: null,
        problem: `the changes beside the commit are ${(patch.length / 1e6).toFixed(0)} MB, more than the ${mostPatch >> 20} MB that are kept`,
      };
    return { patch: patch.length === 0 ? null : patch, problem: null };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * With a copy of the repository's index, git knows which files are unchanged. It trusts the index only for files that
 * are older than it: a newer modification time of the copy would hide a change with the same second and size.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const second = Math.floor((await stat(from)).mtimeMs / 1000);
  await copyFile(from, to);
  await utimes(to, second, second);
}

/** A patch as text: itself when it is UTF-8, otherwise base64 after a prefix that no patch begins with. */
export function patchText(patch: Buffer): string {
  const text = patch.toString('utf8');
  return Buffer.from(text, 'utf8').equals(patch) ? text : `base64:${patch.toString('base64')}`;
}

export function patchBytes(text: string): Buffer {
  return text.startsWith('base64:') ? Buffer.from(text.slice(7), 'base64') : Buffer.from(text, 'utf8');
}
