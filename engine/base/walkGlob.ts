import { existsSync, lstatSync, opendirSync, readdirSync, type Dir, type Dirent } from 'node:fs';
import { isAbsolute, join, parse } from 'node:path';
import { composed } from './composed.ts';
import { WorkError } from './errors.ts';
import { withoutSlashes } from './glob.ts';
import { globSegments, plainName, segmentTest, type GlobSegment } from './linearGlob.ts';
import { projectPath, withSlashes } from './projectPath.ts';
import { isReallyInside, realPath, statAt } from './realPath.ts';

/** A glob looks at no more names than this. */
const mostNames = 2_000_000;
/** Outside a project fewer are looked at: `/**` over a whole machine would take hours. */
export const mostOutside = 100_000;
/** Behind a link that leads out of the root, such as `data` on another disk. */
const mostLinked = 500_000;

/** No folder is deeper; each segment is a call inside the one before. */
const deepest = 1000;

export interface WalkOptions {
  /** The number of names to look at. Default: 2,000,000, or 100,000 for a glob that leaves the root. */
  most?: number;
  /** Throws WorkError when there are more names, instead of returning what was found among the first. */
  complete?: boolean;
  /** Returns only files and links to files, without a question to the system for each. */
  onlyFiles?: boolean;
  /** Returns and lists nothing outside this folder, whatever links say. A real path. */
  within?: string | undefined;
  /** Stops at the first that is found. */
  first?: boolean;
  /** Called after each folder with the number of names that were read so far. */
  listed?: ((names: number) => void) | undefined;
}

/**
 * Returns the files and folders under `root` that match a glob, relative to it with `/` (absolute for an absolute glob),
 * in no order. As in a shell, a wildcard
 * does not match a leading dot, and wildcards do not follow links to folders. With `/` at the end only folders match.
 * Folders that cannot be read count as empty.
 */
export function walkGlob(root: string, glob: string, options: WalkOptions = {}): string[] {
  if (glob.includes('\0') || (options.onlyFiles === true && /[\\/]$/.test(glob))) return [];
  glob = withSlashes(glob);
  const isOutside = isAbsolute(glob) || /(^|\/)\.\.(\/|$)/.test(glob);
  const most = options.most ?? (isOutside ? mostOutside : mostNames);
  const alternatives = globSegments(withoutSlashes(glob.replace(/^(\.\/)+/, '')));
  const found = pathsFound(alternatives);
  const walk: Walk = {
    root,
    found,
    left: most,
    most,
    asked: new Set<string>(),
    onlyFolders: glob.endsWith('/'),
    onlyFiles: options.onlyFiles === true,
    isOutside,
    within: options.within ?? null,
    rootReal: null,
    // Where some of the matches do not count, the first may be one of them.
    isFirst: options.first === true && options.within === undefined,
    listed: null,
    names: 0,
    tell: options.listed ?? null,
  };
  for (const segments of alternatives) {
    if (segments.length > deepest) continue;
    walk.asked.clear();
    if (isAbsolute(glob)) {
      // `/`, `C:/` or `//server/share/`.
      const { root: start } = parse(glob);
      descend(walk, start, segments.slice(start.split('/').length - 1), 0);
    } else descend(walk, '', segments, 0);
  }
  if (walk.left <= 0 && options.complete === true)
    throw new WorkError(
      `The glob \`${glob}\` looks at more than ${walk.most.toLocaleString('en-US')} files and folders. Name the folder with the data.`,
    );
  const { within } = options;
  const paths = found.all();
  return within === undefined ? paths : paths.filter((path) => isReallyInside(within, place(walk, path)));
}

/** Paths that were found, each once. A glob of one alternative with at most one `**`, not at its end, finds none twice. */
interface FoundPaths {
  readonly size: number;
  add(path: string): void;
  all(): string[];
}

function pathsFound([first, ...others]: GlobSegment[][]): FoundPaths {
  const isOnce =
    others.length === 0 &&
    (first ?? []).filter((segment) => segment === 'through folders').length <= 1 &&
    first?.at(-1) !== 'through folders';
  if (isOnce) {
    const list: string[] = [];
    return {
      get size() {
        return list.length;
      },
      add: (path) => void list.push(path),
      all: () => list,
    };
  }
  const set = new Set<string>();
  return {
    get size() {
      return set.size;
    },
    add: (path) => void set.add(path),
    all: () => [...set],
  };
}

interface Walk {
  root: string;
  found: FoundPaths;
  onlyFolders: boolean;
  onlyFiles: boolean;
  /** Names that may still be looked at. */
  left: number;
  /** Names that may be looked at in all. */
  most: number;
  /** Places that were looked at for the same rest of the glob: `**` beside `**` meets them again. */
  asked: Set<string>;
  /** True once the walk may leave the root. */
  isOutside: boolean;
  within: string | null;
  rootReal: string | null;
  isFirst: boolean;
  /** The folder that was listed last: `**` and what follows it ask for the same. */
  listed: { folder: string; entries: readonly Dirent[] } | null;
  /** Names that were read from folders. */
  names: number;
  tell: ((names: number) => void) | null;
}

function descend(walk: Walk, folder: string, segments: readonly GlobSegment[], at: number): void {
  const segment = segments[at];
  const isLast = at === segments.length - 1;
  if (segment === undefined) return;
  const plain = plainName(segment);
  const start = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const path = (name: string) => start + name;
  if (plain !== null) {
    for (const name of namesOf(walk, folder, path(plain), plain)) {
      const next = path(name);
      if (!isLast) {
        followLink(walk, next);
        descend(walk, next, segments, at + 1);
      } else if (isWanted(walk, place(walk, next))) walk.found.add(next);
    }
    return;
  }
  const question = `${at} ${folder}`;
  if (segments.length > 2 && walk.asked.has(question)) return;
  walk.asked.add(question);
  if (segment === 'through folders') {
    if (!isLast) descend(walk, folder, segments, at + 1);
    if (walk.isFirst && walk.found.size > 0) return;
    if (isLast && folder !== '' && !walk.onlyFiles && isFolderAt(place(walk, folder))) walk.found.add(folder);
    for (const entry of namesIn(walk, folder)) {
      const isFolder = entry.isDirectory();
      if (!isLast && !isFolder) continue;
      const { name } = entry;
      if (name.startsWith('.')) continue;
      if (isLast && isWantedEntry(walk, folder, entry)) walk.found.add(path(name));
      if (isFolder) descend(walk, path(name), segments, at);
      if (walk.isFirst && walk.found.size > 0) return;
    }
    return;
  }
  const matches = segmentTest(segment);
  for (const entry of namesIn(walk, folder)) {
    const { name } = entry;
    if (!matches(name) || (name.startsWith('.') && segment[0] !== '.')) continue;
    if (isLast) {
      if (isWantedEntry(walk, folder, entry)) walk.found.add(path(name));
    } else if (entry.isDirectory()) descend(walk, path(name), segments, at + 1);
    if (walk.isFirst && walk.found.size > 0) return;
  }
}

/** A name as it is typed; where there is none, those of the folder whose accents are composed otherwise. */
function namesOf(walk: Walk, folder: string, path: string, name: string): string[] {
  if (/^[\0-\x7f]*$/.test(name) || existsSync(place(walk, path))) return [name];
  return [...namesIn(walk, folder)].flatMap((entry) => (composed(entry.name) === composed(name) ? [entry.name] : []));
}

/** True for an entry of the kind that is asked for; a link is what it leads to. */
function isWantedEntry(walk: Walk, folder: string, entry: Dirent): boolean {
  if (walk.onlyFiles ? entry.isFile() : !walk.onlyFolders) return true;
  const target = entry.isSymbolicLink() ? statAt(join(place(walk, folder), entry.name)) : entry;
  return (walk.onlyFiles ? target?.isFile() : target?.isDirectory()) === true;
}

/**
 * A plain name may be a link that leads out of the root, even to the root of a disk: then fewer names are looked at.
 */
function followLink(walk: Walk, folder: string): void {
  const at = place(walk, folder);
  if (walk.isOutside || !isLink(at)) return;
  walk.rootReal ??= realPath(walk.root);
  if (isReallyInside(walk.rootReal, at)) return;
  walk.isOutside = true;
  if (walk.left <= mostLinked) return;
  walk.left = mostLinked;
  walk.most = mostLinked;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

const place = (walk: Walk, path: string) => projectPath(walk.root, path);

function namesIn(walk: Walk, folder: string): Iterable<Dirent> {
  if (walk.left <= 0 || (walk.within !== null && !isReallyInside(walk.within, place(walk, folder)))) return [];
  if (walk.isFirst) return readNames(walk, folder);
  try {
    const isListed = walk.listed?.folder === folder;
    const all = isListed ? (walk.listed?.entries ?? []) : readdirSync(place(walk, folder), { withFileTypes: true });
    walk.listed = { folder, entries: all };
    if (!isListed) walk.tell?.((walk.names += all.length));
    const entries = all.length > walk.left ? all.slice(0, walk.left) : all;
    walk.left -= entries.length;
    return entries;
  } catch {
    return [];
  }
}

/** Reads one name after the other, for a walk that ends soon. */
function* readNames(walk: Walk, folder: string): Generator<Dirent> {
  let opened: Dir | null = null;
  try {
    opened = opendirSync(place(walk, folder));
    for (let entry = opened.readSync(); entry && walk.left > 0; entry = opened.readSync()) {
      walk.left--;
      yield entry;
    }
  } catch {
    // A folder that cannot be read counts as empty.
  } finally {
    opened?.closeSync();
  }
}

function isWanted(walk: Walk, path: string): boolean {
  if (walk.onlyFiles) return statAt(path)?.isFile() === true;
  return walk.onlyFolders ? isFolderAt(path) : existsSync(path);
}

function isFolderAt(path: string): boolean {
  return statAt(path)?.isDirectory() === true;
}
