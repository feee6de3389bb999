import { existsSync, statSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { projectFileNames, skippedFolders } from '../../protocol/projectFiles.ts';
import { dvcFileName } from './dvc/readDvcProject.ts';
import { globMatcher } from '../base/glob.ts';
import { readIgnoreRules, type IgnoreRules } from './ignoreRules.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

export interface FindOptions {
  /** Globs of the editor's `files.exclude`, over paths below the folder. */
  exclude?: readonly string[];
  /** Maximum number of projects. */
  most?: number;
  /** Ends the search and returns the projects found so far. */
  signal?: AbortSignal;
}

export interface FoundProjects {
  /** Folders with a project file, those nearest to the top first. */
  roots: string[];
  /** True when there are more projects than requested, or the search was ended. */
  isCut: boolean;
}

const atOnce = 16;
const skipped = new Set<string>(skippedFolders);
/** Files that mark a Python virtual environment, or a cache by https://bford.info/cachedir/. */
const marks = new Set(['pyvenv.cfg', 'conda-meta', 'CACHEDIR.TAG']);

interface Folder {
  path: string;
  /** Ignore files that apply to the folder, the nearest first. */
  rules: { base: string; ignores: IgnoreRules }[];
}

/** Returns the name of the project file in a folder: loopwright.yaml, otherwise dvc.yaml. Null for any other folder. */
export function projectFileIn(folder: string): string | null {
  return [...projectFileNames, dvcFileName].find((name) => existsSync(join(folder, name))) ?? null;
}

/** Returns the folder of the nearest project, at or above a folder; null when there is none. */
export function nearestProject(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (projectFileIn(at) !== null) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * Returns the folders with a loopwright.yaml or loopwright.yml at or below a folder. Skips folders ignored by
 * `.gitignore` or `exclude`, and those of packages, environments and caches. Does not follow links to folders, so loops
 * are impossible.
 */
export async function findProjects(
  folder: string,
  { exclude = [], most = Number.POSITIVE_INFINITY, signal }: FindOptions = {},
): Promise<FoundProjects> {
  const excluded = exclude.map((pattern) => globMatcher(pattern.replace(/\/(\*\*)?$/, '')));
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

/** Reads one folder entry by entry, since it can contain a million data files. */
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
    // A folder that cannot be read, or was just deleted, contains no usable project.
    return { root: null, folders: [] };
  }
  const here = ignoreFile ? [...ignoreRulesOf(join(path, '.gitignore'), path), ...rules] : rules;
  const isIgnored = (name: string, isFolder: boolean): boolean => ignored(here, join(path, name), isFolder);
  const folders = names
    .toSorted()
    .filter((name) => !isIgnored(name, true))
    .map((name) => ({ path: join(path, name), rules: here }));
  // The opened folder itself is a project even if the rules ignore it.
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
 * Returns the ignore files of the repository around a folder; none when they ignore the folder itself, since the user
 * opened it.
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
    // The file does not exist or cannot be read.
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
