import { statSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { filesBelow } from '../../base/filesBelow.ts';
import { leadsOut } from '../../base/projectPath.ts';

/** Names that programs put beside the data: markers, checksums, unfinished files and logs. */
const aside = /^[._]|\.crc$|\.(tmp|temp|part|inprogress)$/i;

/**
 * Returns the data files among those of a folder, such as Spark and Hive write: without hidden files, `_SUCCESS` and
 * other names that start with `_`, and checksums. Files that a glob matches all stay. Paths are absolute or relative, as
 * the folder is.
 */
export function partFiles(folder: string, files: readonly string[]): string[] {
  return files.filter((file) => {
    const below = relative(folder, file);
    // The name of a file, or a glob: its matches were asked for.
    if (below === '' || leadsOut(below)) return true;
    return !below.split(/[\\/]/).some((name) => aside.test(name));
  });
}

/** Returns the data files in a folder and the folders below it, sorted. Throws WorkError for more than `most` names. */
export function filesOfFolder(folder: string, most?: number): string[] {
  return partFiles(folder, filesBelow(folder, { isSkipped: (name) => aside.test(name), most })).toSorted();
}

/**
 * Returns the files that hold something: Spark writes an empty file for a part without rows. A file that is alone stays,
 * and so do all when none holds anything, so that their reader tells it.
 */
export function filledFiles(files: readonly string[]): readonly string[] {
  if (files.length < 2) return files;
  const filled = files.filter((file) => statSync(file, { throwIfNoEntry: false })?.size !== 0);
  return filled.length > 0 ? filled : files;
}

/** A column whose value is in the name of a folder, such as `year=2024`. */
export interface Partition {
  name: string;
  /** Null for a missing value. */
  value: string | null;
}

/** Returns the columns of the folders that a file is in, outermost first, as Hive and Spark write them. */
export function partitionsOf(file: string): Partition[] {
  const found: Partition[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(basename(folder)) ?? [];
    if (name === '') return found;
    found.unshift({ name: decoded(name), value: value === '__HIVE_DEFAULT_PARTITION__' ? null : decoded(value) });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
