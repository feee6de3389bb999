import {
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { cp, mkdtemp, mkdir, realpath, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { CancelledError, WorkError, messageOf } from '../base/errors.ts';
import { comparePlace, placeOf, thisMachine, type Place } from '../base/machine.ts';
import { ownedByUser } from '../base/ownedByUser.ts';
import { isAlive, processStart } from '../base/processIdentity.ts';
import { openStore } from '../tracking/openStore.ts';
import { isInside as isWithin } from '../base/projectPath.ts';
import { hasStore, stateFolder } from '../store/store.ts';
import { git, gitText } from './git.ts';
import { restoreSubmodules } from './submodules.ts';

/** A separate folder with an old state of the project, or a copy of it. */
export interface Worktree {
  /** The folder around all of it, a real path. */
  folder: string;
  /** The project in it, absolute. */
  root: string;
  /** Keeps the folder for the user; returns its path. */
  keep(): string;
  /** Removes the folder and its registration in git. */
  remove(): Promise<void>;
}

const prefixes = { reproduction: 'loopwright-reproduce-', trial: 'loopwright-trial-' } as const;
const isPlace = (name: string) => Object.values(prefixes).some((prefix) => name.startsWith(prefix));
/** Folders that programs need and repositories do not contain: they are linked, never copied. */
export const linked = ['node_modules', '.venv', 'venv', '.env'];

interface Owner {
  pid: number;
  started: string | null;
  /** The host of `pid`; null in files of older releases. */
  place: Place | null;
  /** Epoch milliseconds. */
  since: number;
  /** The repository with the registered work tree; null for a copy. */
  repository: string | null;
  root: string;
}

/** Checks a commit out into a separate folder and applies a patch; files and index of the repository stay unchanged. */
export async function checkOut(
  project: string,
  code: { commit: string; root: string; patch: Buffer | null },
  signal?: AbortSignal,
): Promise<Worktree> {
  await removeAbandoned(project);
  const place = await begin(code.root, project);
  try {
    await git(project, ['worktree', 'add', '--detach', '--quiet', place.code, code.commit], {
      timeoutMs: 600_000,
      signal,
    });
    if (code.patch) await applyPatch(place.code, code.patch);
    await checkProjectIn(place, code);
    const top = await gitText(project, ['rev-parse', '--show-toplevel']);
    await restoreSubmodules(top, place.code, code.patch, signal);
    for (const [from, to] of [
      [project, place.root],
      [top, place.code],
    ] as const)
      await linkTools(from, to);
    return place;
  } catch (error) {
    await place.remove();
    throw signal?.aborted ? new CancelledError() : error;
  }
}

/** A copy of the current project, for runs without a known commit. */
export async function copyProject(project: string, signal?: AbortSignal): Promise<Worktree> {
  await removeAbandoned(project);
  const place = await begin('', null);
  try {
    const passedOver = new Set(['.loopwright', '.git', ...linked]);
    await cp(project, place.root, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      verbatimSymlinks: true,
      filter: (from) => {
        if (signal?.aborted) throw new CancelledError();
        return !passedOver.has(relative(project, from).split(sep)[0] ?? '');
      },
    });
    await linkTools(project, place.root);
    return place;
  } catch (error) {
    await place.remove();
    throw error;
  }
}

/** A new folder with only the folders down to the project. */
export async function begin(
  inRepository: string,
  repository: string | null,
  kind: keyof typeof prefixes = 'reproduction',
): Promise<Worktree & { code: string }> {
  const base = await realpath(await mkdtemp(join(tmpdir(), prefixes[kind])));
  const code = join(base, 'code');
  const root = resolve(code, inRepository);
  if (repository === null) await mkdir(root, { recursive: true });
  // After a kill, the next run reads the owner here and how to remove the folder.
  writeFileSync(
    join(base, 'owner.json'),
    JSON.stringify({
      pid: process.pid,
      started: processStart(process.pid),
      place: placeOf(thisMachine()),
      since: Date.now(),
      repository,
      root,
    } satisfies Owner),
  );
  return {
    folder: base,
    root,
    code,
    keep() {
      writeFileSync(join(base, 'owner.json'), '{}');
      return root;
    },
    remove: () => removePlace(base, { repository, root }),
  };
}

/**
 * The folder of the project comes from the store, and a commit can hold links: throws WorkError when it is outside of the
 * checkout. A committed state is removed, or a link to the state of another project: the run writes its own.
 */
async function checkProjectIn(
  { root, code }: { root: string; code: string },
  { commit, root: folder }: { commit: string; root: string },
): Promise<void> {
  const real = await realpath(root).catch(() => null);
  if (real === null || !isWithin(code, real))
    throw new WorkError(
      `The commit ${commit.slice(0, 12)} of the run has no folder \`${folder}\` of its own, so its code cannot be checked out.`,
    );
  await rm(join(root, stateFolder), { recursive: true, force: true });
}

async function applyPatch(top: string, patch: Buffer): Promise<void> {
  try {
    await git(top, ['apply', '--whitespace=nowarn', '-'], { input: patch });
  } catch (error) {
    throw new WorkError(`The uncommitted changes of the run do not apply to its commit: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Links the folders that programs need to those of the project. */
export async function linkTools(from: string, to: string): Promise<void> {
  for (const name of linked) {
    const source = join(from, name);
    if (!existsSync(source) || lstatSync(join(to, name), { throwIfNoEntry: false })) continue;
    await symlink(source, join(to, name), lstatSync(source).isFile() ? 'file' : 'junction');
  }
}

async function removePlace(base: string, { repository, root }: Pick<Owner, 'repository' | 'root'>): Promise<void> {
  // Links are removed first, so that no deletion follows them into the project.
  for (const folder of new Set([root, join(base, 'code')])) {
    for (const name of [...linked, '.loopwright'])
      if (isLink(join(folder, name))) await unlink(join(folder, name)).catch(() => {});
  }
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
  if (repository !== null)
    await git(repository, ['worktree', 'remove', '--force', '--force', join(base, 'code')]).catch(() => {});
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Removes the remains of a killed process: its programs, its folder, and its entry in the repository. */
export async function removeAbandoned(project: string): Promise<void> {
  const folder = await realpath(tmpdir());
  for (const name of readdirSync(folder).filter(isPlace)) {
    const base = join(folder, name);
    // The temporary folder is shared: another user could name any process or folder in an owner file of their own.
    if (!ownedByUser(base)) continue;
    const owner = readOwner(base);
    if (!owner || !isInside(base, owner.root) || isAtWork(owner)) continue;
    // Opening its store stops programs that outlived the run.
    if (hasStore(owner.root))
      try {
        openStore(owner.root).sql.close();
      } catch {
        /* Incomplete; it is removed anyway. */
      }
    await removePlace(base, owner).catch(() => {});
  }
  const listed = await gitText(project, ['worktree', 'list', '--porcelain']).catch(() => '');
  for (const [, path = ''] of listed.matchAll(/^worktree (.*)$/gm)) {
    if (isPlace(basename(dirname(path))) && !existsSync(path))
      await git(project, ['worktree', 'remove', '--force', '--force', path]).catch(() => {});
  }
}

function isInside(base: string, root: string): boolean {
  try {
    return realpathSync(root).startsWith(`${base}${sep}`);
  } catch {
    // Removed in part: only the path counts.
    return resolve(root) === root && root.startsWith(`${base}${sep}`);
  }
}

/** The process of another machine or container that shares the temporary folder cannot be checked. */
function isAtWork({ pid, started, place, since }: Owner): boolean {
  const where = place === null ? 'here' : comparePlace(place, thisMachine(), since);
  return where === 'here' ? isAlive(pid, started) : where === 'elsewhere';
}

function readOwner(base: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(join(base, 'owner.json'), 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.root === 'string'
      ? {
          pid: owner.pid,
          started: owner.started ?? null,
          place: owner.place ?? null,
          since: owner.since ?? 0,
          repository: owner.repository ?? null,
          root: owner.root,
        }
      : null;
  } catch {
    return null;
  }
}
