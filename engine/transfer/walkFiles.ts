import { closeSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Tell } from './records.ts';
import { isInside } from '../base/projectPath.ts';
import { openInside } from '../base/openInside.ts';
import { whyNoFile } from '../base/readRegularFile.ts';

export interface FoundFile {
  /** Relative to the folder, with `/`. */
  path: string;
  /** Absolute. */
  full: string;
  bytes: number;
  /** Time of the last change, epoch milliseconds. */
  changed: number;
}

/**
 * All files of a folder and its subfolders, by path; none of a folder that is really outside `within`. Links are followed only to files inside `within`, never to
 * folders: a link may form a circle or lead to private files.
 */
export function walkFiles(folder: string, within: string, tell: Tell): FoundFile[] {
  const found: FoundFile[] = [];
  const visit = (at: string, prefix: string) => {
    let entries: Dirent[];
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        tell(at, `the folder cannot be read: ${messageOf(error)}`);
      return;
    }
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = join(at, entry.name);
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) visit(full, path);
      else if (entry.isSymbolicLink()) {
        const why = linkProblem(full, within);
        if (why === null) add(full, path);
        else tell(full, why);
      } else if (entry.isFile()) add(full, path);
    }
  };
  const add = (full: string, path: string) => {
    const { size, mtimeMs } = statSync(full);
    found.push({ path, full, bytes: size, changed: Math.floor(mtimeMs) });
  };
  const start = linkOutOf(within, folder);
  if (start === null) visit(folder, '');
  else tell(folder, start);
  return found;
}

const linkOut = 'it is a link that leads out of the source, which is not followed';

/** Why a folder is not looked into; null when it really is the other one or inside it, or is not there. */
function linkOutOf(within: string, folder: string): string | null {
  try {
    return isInside(realpathSync(within), realpathSync(folder)) ? null : linkOut;
  } catch {
    return null;
  }
}

/** Why a link is not followed; null when it may be. */
function linkProblem(link: string, within: string): string | null {
  try {
    const target = realpathSync(link);
    if (statSync(target).isDirectory()) return 'it is a link to a folder, which is not followed';
    const why = whyNoFile(statSync(target));
    if (why !== null) return `it ${why}`;
    return target.startsWith(`${realpathSync(within)}${sep}`) ? null : linkOut;
  } catch {
    return 'it is a link that leads nowhere';
  }
}

/** The folders in a folder, by name, without links and hidden ones. */
export function subfolders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .toSorted();
  } catch {
    return [];
  }
}

/** Keys are paths, values the complete contents of the files. */
export function readTexts(folder: string, within: string, tell: Tell): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of walkFiles(folder, within, tell)) {
    const handle = openInside(within, file.full);
    if (handle === null) {
      tell(file.full, linkOut);
      continue;
    }
    let bytes: Buffer;
    try {
      bytes = readFileSync(handle);
    } finally {
      closeSync(handle);
    }
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    if (text.includes('\ufffd') && !bytes.includes('\ufffd'))
      tell(file.full, 'it is not UTF-8; unreadable bytes are shown as �');
    texts.set(file.path, text);
  }
  return texts;
}
