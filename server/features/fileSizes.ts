import { bytes as bytesText } from '../../words/sizes.ts';
import { statSync } from 'node:fs';
import { isGlob } from '../../engine/base/glob.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { placeIn } from '../places.ts';

const keptMs = 2000;
const mostStats = 200;
const known = new Map<string, { at: number; text: string | null }>();

/** The remaining number of files to look up in a request. */
export interface Allowance {
  left: number;
}

/**
 * The number and size of the files of a path or glob, such as `12 files, 3.4 MB`; null when it is expensive to find
 * out. Cached for two seconds, for scrolling.
 */
export function describeFiles(project: Project, path: string, allowance: Allowance): string | null {
  const key = placeIn(project.root, path);
  const held = known.get(key);
  if (held && Date.now() - held.at < keptMs) return held.text;
  if (allowance.left-- <= 0) return null;
  if (known.size > 1000) known.clear();
  const text = cheap(path) ? count(project, path) : null;
  known.set(key, { at: Date.now(), text });
  return text;
}

/** Skips globs that would search the whole project or the machine. */
function cheap(path: string): boolean {
  return (
    path !== '' && !path.includes('\0') && !path.includes('${') && !/^(\.\/)?\*\*|^[/\\~]|(^|\/)\.\.(\/|$)/.test(path)
  );
}

function count(project: Project, path: string): string {
  const paths = isGlob(path) ? project.files.glob(path) : inFolder(project, path);
  let [files, folders, bytes] = [0, 0, 0];
  for (const found of paths.slice(0, mostStats)) {
    const stat = statSync(placeIn(project.root, found), { throwIfNoEntry: false });
    if (stat?.isFile()) [files, bytes] = [files + 1, bytes + stat.size];
    else folders++;
  }
  const more = paths.length > mostStats;
  const total = more ? paths.length - folders : files;
  if (total === 0) return 'no file yet';
  return `${total.toLocaleString('en')} ${total === 1 ? 'file' : 'files'}, ${more ? 'over ' : ''}${bytesText(bytes)}`;
}

function inFolder(project: Project, path: string): string[] {
  try {
    const stat = statSync(placeIn(project.root, path), { throwIfNoEntry: false });
    return stat?.isDirectory() ? project.files.glob(`${path.replace(/(?<!\/)\/+$/, '')}/**/*`) : stat ? [path] : [];
  } catch {
    return [];
  }
}
