import { existsSync, statSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { projectFileNames, skippedFolders } from '../../protocol/projectFiles.ts';
import { dvcFileName } from './dvc/readDvcProject.ts';
import { globToRegExp } from '../base/glob.ts';
import { readIgnoreRules, type IgnoreRules } from './ignoreRules.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

export interface FindOptions {
  /** Globs of the editor's `files.exclude`, over paths below the folder. */
  exclude?: readonly string[];
  /** No more projects than this. */
  most?: number;
  /** Ends the search with what was found so far. */
  signal?: AbortSignal;
}

export interface FoundProjects {
  /** Folders with a file of ours, those nearer to the top first. */
  roots: string[];
  /** True when there are more than asked for, or the search was ended. */
  isCut: boolean;
}

const atOnce = 16;
const skipped = new Set<string>(skippedFolders);
/** Files that mark a virtual environment of Python, or a cache by https://bford.info/cachedir/. */
const marks = new Set(['pyvenv.cfg', 'conda-meta', 'CACHEDIR.TAG']);

interface Folder {
  path: string;
  /** Ignore files that apply here, the nearest first. */
  rules: { base: string; ignores: IgnoreRules }[];
}

/** The name of the file that makes a folder a project: ours, else DVC's; null for every other folder. */
export function projectFileIn(folder: string): string | null {
  return [...projectFileNames, dvcFileName].find((name) => existsSync(join(folder, name))) ?? null;
}

/** The folder of the nearest project, here or above; null when there is none. */
export function nearestProject(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (projectFileIn(at) !== null) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * The folders below a folder, itself included, with a loopwright.yaml or loopwright.yml. Ignored folders are not
 * entered: those of
 * `.gitignore`, of `exclude`, of packages, environments and caches. Links to folders are not followed, so loops end.
 */
export async function findProjects(
  folder: string,
  { exclude = [], most = Number.POSITIVE_INFINITY, signal }: FindOptions = {},
): Promise<FoundProjects> {
  const excluded = exclude.map((pattern) => globToRegExp(pattern.replace(/\/(\*\*)?$/, '')));
  const roots: string[] = [];
  let level: Folder[] = [{ path: folder, rules: rulesAbove(folder) }];
  while (level.length > 0) {
    const below: Folder[] = [];
    for (let i = 0; i < level.length; i += atOnce) {
      if (signal?.aborted) return { roots, isCut: true };
      const looked = await Promise.all(level.slice(i, i + atOnce).map((at) => look(at, at.path === folder)));
      for (const { root, folders } of looked) {
        if (root !== null && roots.length >= most) return { roots, isCut: true };
        if (root !== null) roots.push(root);
        below.push(
          ...folders.filter(({ path }) => !excluded.some((expression) => expression.test(slashed(folder, path)))),
        );
      }
    }
    level = below;
  }
  return { roots, isCut: false };
}

/** Looks into one folder, entry by entry: a folder may hold a million files of data. */
async function look({ path, rules }: Folder, isTop: boolean): Promise<{ root: string | null; folders: Folder[] }> {
  const names: string[] = [];
  let file: string | null = null;
  let ignoreFile = false;
  try {
    for await (const entry of await opendir(path, { bufferSize: 512 })) {
      if (!isTop && marks.has(entry.name)) return { root: null, folders: [] };
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) names.push(entry.name);
      } else if (projectFileNames.some((name) => name === entry.name) && isFile(join(path, entry.name)))
        file = entry.name;
      else if (entry.name === '.gitignore') ignoreFile = true;
    }
  } catch {
    // A folder that may not be read, or is just gone, has no project that could be opened.
    return { root: null, folders: [] };
  }
  const here = ignoreFile ? [...ignoreRulesOf(join(path, '.gitignore'), path), ...rules] : rules;
  const isIgnored = (name: string, isFolder: boolean): boolean => ignored(here, join(path, name), isFolder);
  const folders = names
    .toSorted()
    .filter((name) => !isIgnored(name, true))
    .map((name) => ({ path: join(path, name), rules: here }));
  // A project that was opened itself is one, whatever the rules say.
  return { root: file !== null && (isTop || !isIgnored(file, false)) ? path : null, folders };
}

function ignored(rules: Folder['rules'], path: string, isFolder: boolean): boolean {
  for (const { base, ignores } of rules) {
    const answer = ignores(slashed(base, path), isFolder);
    if (answer !== null) return answer;
  }
  return false;
}

/**
 * The ignore files of the repository around a folder; none when they ignore the folder itself, which was opened all the
 * same.
 */
function rulesAbove(folder: string): Folder['rules'] {
  const found: Folder['rules'] = [];
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    if (at !== folder) above.push(at);
    if (existsSync(join(at, '.git'))) {
      for (const each of above) found.push(...ignoreRulesOf(join(each, '.gitignore'), each));
      found.push(...ignoreRulesOf(join(at, '.git/info/exclude'), at));
      break;
    }
    if (dirname(at) === at) break;
  }
  const steps = above.length === 0 ? [] : [folder, ...above.slice(0, -1)];
  return steps.some((path) => ignored(found, path, true)) ? [] : found;
}

function ignoreRulesOf(file: string, base: string): Folder['rules'] {
  try {
    return [{ base, ignores: readIgnoreRules(readRegularFile(file).toString('utf8')) }];
  } catch {
    // No such file, or none that may be read.
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function slashed(base: string, path: string): string {
  return relative(base, path).split(sep).join('/');
}
