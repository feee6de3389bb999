import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { WorkError } from '../base/errors.ts';
import { scratchEnv } from './scratchEnv.ts';
import { git, gitText } from './git.ts';

/**
 * The submodules below a folder with uncommitted changes: `path/`, relative to the folder. Their commits are in the
 * patch.
 */
export async function changedSubmodules(root: string, top: string, prefix: string): Promise<string[]> {
  if (!existsSync(join(top, '.gitmodules'))) return [];
  const status = (
    await git(root, [
      'status',
      '--porcelain=v2',
      '-z',
      '--untracked-files=normal',
      '--no-renames',
      '--ignore-submodules=none',
      '--',
      '.',
    ])
  ).toString('utf8');
  // `1 XY Scmu mH mI mW hH hI path`: for a submodule, m means changed files and u new files.
  return [...status.matchAll(/(?:^|\0)1 \S\S S.(?:M.|.U) (?:\S+ ){5}([^\0]+)/g)].map(
    ([, path = '']) => `${path.slice(prefix.length)}/`,
  );
}

/**
 * Writes the files of submodules into a checkout with a patch, each from the repository at its path in the project; a
 * submodule that is missing in the project stays empty. Throws WorkError when the commit is unknown there.
 */
export async function restoreSubmodules(
  top: string,
  place: string,
  patch: Buffer | null,
  signal?: AbortSignal,
): Promise<void> {
  if (!existsSync(join(place, '.gitmodules'))) return;
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-submodules-'));
  try {
    const objects = await gitText(place, ['rev-parse', '--git-path', 'objects']);
    const env = await scratchEnv(folder, resolve(place, objects));
    await git(place, ['read-tree', 'HEAD'], { env });
    if (patch) await git(place, ['apply', '--cached', '--whitespace=nowarn', '-'], { env, input: patch });
    await writeLinked(
      top,
      place,
      await linksOf(place, ['ls-files', '--stage', '-z'], env),
      join(folder, 'index-'),
      signal,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Link {
  path: string;
  commit: string;
}

/** The entries of an index or a tree that are commits of another repository. */
async function linksOf(folder: string, ask: readonly string[], env: Record<string, string> = {}): Promise<Link[]> {
  const listed = (await git(folder, ask, { env })).toString('utf8');
  return [...listed.matchAll(/(?:^|\0)160000 (?:commit )?([\da-f]+)(?: \d)?\t([^\0]+)/g)].map(
    ([, commit = '', path = '']) => ({ commit, path }),
  );
}

async function writeLinked(
  from: string,
  to: string,
  links: readonly Link[],
  index: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [i, { path, commit }] of links.entries()) {
    const [source, target] = [join(from, path), join(to, path)];
    if (!existsSync(join(source, '.git'))) continue;
    await git(source, ['cat-file', '-e', `${commit}^{commit}`]).catch((error: Error) => {
      throw new WorkError(
        `The submodule \`${path}\` has no commit ${commit.slice(0, 12)} here. Fetch it (\`git -C ${path} fetch\`) and try again.`,
        { cause: error },
      );
    });
    const env = { GIT_INDEX_FILE: `${index}${i}` };
    await git(source, ['read-tree', commit], { env });
    await git(source, ['checkout-index', '--all', '--force', `--prefix=${target}/`], {
      env,
      timeoutMs: 600_000,
      signal,
    });
    await writeLinked(
      source,
      target,
      await linksOf(source, ['ls-tree', '-r', '-z', '--full-tree', commit]),
      `${index}${i}-`,
      signal,
    );
  }
}
