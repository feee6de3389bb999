import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { WorkError } from '../base/errors.ts';
import { git, gitText } from './git.ts';
import type { KeptRun } from './keptRun.ts';
import { scratchEnv } from './scratchEnv.ts';

/** A file that differs between the code of two runs. */
export interface CodeChange {
  /** Relative to the project; begins with `../` outside of it. */
  path: string;
  status: 'added' | 'changed' | 'removed';
  /** Added and removed lines; null for binary files. */
  lines: { added: number; removed: number } | null;
}

export interface CodeTrees {
  changes(a: KeptRun, b: KeptRun): Promise<CodeChange[]>;
  /** The text of a file in a run; null when the run did not have it. */
  read(run: KeptRun, path: string): Promise<Buffer | null>;
  /** The files of a run's code with a name suffix, as one text; used to find imports. */
  lines(run: KeptRun, pattern: string, ending: string): Promise<string[]>;
}

const mostFile = 20 << 20;

/**
 * The code of runs as git trees, each built from its commit and patch in a temporary index and object folder. Throws
 * WorkError for unknown code.
 */
export async function withCodeTrees<T>(root: string, work: (trees: CodeTrees) => Promise<T>): Promise<T> {
  const [path = '', prefix = ''] = (await gitText(root, ['rev-parse', '--git-path', 'objects', '--show-prefix'])).split(
    '\n',
  );
  const objects = resolve(root, path);
  // A program that logged on its own does not report its folder in the repository; the project's folder is assumed.
  const folderOf = (run: KeptRun) => run.code.root ?? prefix;
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-trees-'));
  try {
    const env = await scratchEnv(folder, objects);
    const made = new Map<string, Promise<string>>();
    const treeOf = (run: KeptRun): Promise<string> => {
      const tree = made.get(run.row.run_id) ?? makeTree(root, env, run);
      made.set(run.row.run_id, tree);
      return tree;
    };
    return await work({
      changes: async (a, b) => {
        const [before, after] = [await treeOf(a), await treeOf(b)];
        if (before === after) return [];
        const ask = (format: string) =>
          gitText(
            root,
            [
              'diff',
              format,
              '-z',
              '--no-renames',
              '--no-ext-diff',
              '--no-textconv',
              '--ignore-submodules=none',
              before,
              after,
            ],
            { env },
          );
        return changesIn(await ask('--name-status'), await ask('--numstat'), folderOf(b));
      },
      read: async (run, path) => {
        const object = `${await treeOf(run)}:${posix.normalize(posix.join(folderOf(run), path))}`;
        const size = await gitText(root, ['cat-file', '-s', object], { env }).catch(() => null);
        if (size === null)
          return submoduleAt(root, env, await treeOf(run), posix.normalize(posix.join(folderOf(run), path)));
        if (Number(size) > mostFile)
          throw new WorkError(`\`${path}\` is ${(Number(size) / 1e6).toFixed(0)} MB, which is too large to show.`);
        return git(root, ['cat-file', 'blob', object], { env });
      },
      lines: async (run, pattern, ending) =>
        (
          await gitText(root, ['grep', '-hIE', '-e', pattern, await treeOf(run), '--', `*${ending}`], {
            env: { ...env, GIT_LITERAL_PATHSPECS: '0' },
          }).catch(() => '')
        )
          .split('\n')
          .filter(Boolean),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A submodule has no text in the tree; its commit is shown as git shows it. Null when it is missing. */
async function submoduleAt(
  root: string,
  env: Record<string, string>,
  tree: string,
  path: string,
): Promise<Buffer | null> {
  const [, commit] =
    /^160000 commit ([\da-f]+)/.exec(await gitText(root, ['ls-tree', '--full-tree', tree, '--', path], { env })) ?? [];
  return commit === undefined ? null : Buffer.from(`Subproject commit ${commit}\n`);
}

let treesMade = 0;

async function makeTree(
  root: string,
  env: Awaited<ReturnType<typeof scratchEnv>>,
  { row, patch }: KeptRun,
): Promise<string> {
  if (row.commit_hash === null)
    throw new WorkError(`the code of ${row.name} is unknown: the run was not made in a git repository`);
  await git(root, ['cat-file', '-e', `${row.commit_hash}^{commit}`]).catch(() => {
    throw new WorkError(`the commit ${row.commit_hash?.slice(0, 12)} of ${row.name} is not in this repository`);
  });
  // Two trees may be built at the same time, each in its own index.
  const own = { ...env, GIT_INDEX_FILE: `${env.GIT_INDEX_FILE}-${treesMade++}` };
  const top = await gitText(root, ['rev-parse', '--show-toplevel']);
  await git(top, ['read-tree', row.commit_hash], { env: own });
  if (patch) await git(top, ['apply', '--cached', '--whitespace=nowarn', '-'], { env: own, input: patch });
  return gitText(top, ['write-tree'], { env: own });
}

function changesIn(statuses: string, numbers: string, prefix: string): CodeChange[] {
  const lines = new Map(
    numbers
      .split('\0')
      .filter(Boolean)
      .map((entry): [string, CodeChange['lines']] => {
        const [added = '', removed = '', path = ''] = entry.split('\t');
        return [path, added === '-' ? null : { added: Number(added), removed: Number(removed) }];
      }),
  );
  const fields = statuses.split('\0').filter(Boolean);
  const changes: CodeChange[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [letter = '', path = ''] = [fields[i], fields[i + 1]];
    changes.push({
      path: posix.relative(prefix, path),
      status: letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'changed',
      lines: lines.get(path) ?? null,
    });
  }
  return changes;
}
