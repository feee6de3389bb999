import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isGlob } from '../base/glob.ts';

/** Converts text to a valid name of a project or dataset. */
export function plainName(text: string, fallback: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|(?<![-.])[-.]+$/g, '');
  return name === '' ? fallback : name.slice(0, 60);
}

export function projectNameFor(root: string): string {
  return plainName(basename(root), 'project');
}

/** Returns a dataset name that is valid in SQL without quotes, since a dataset is a table there. */
export function datasetNameFor(path: string): string {
  return sqlNameFor(basename(path).replace(/(\.\w+)?(\.gz)?$/i, ''));
}

/** The same for a table of a database. */
export function tableDatasetName(table: string): string {
  return sqlNameFor(table);
}

function sqlNameFor(stem: string): string {
  const name = plainName(stem, 'data').toLowerCase().replaceAll(/[.-]+/g, '_');
  return /^(features|train|test)$/.test(name) ? `${name}_raw` : /^\d/.test(name) ? `t_${name}` : name;
}

/** Returns a path that does not exist yet, with a number when the first choice exists. */
export function freePath(root: string, stem: string, ending: string): string {
  for (let n = 1; ; n++) {
    const path = `${stem}${n === 1 ? '' : `_${n}`}${ending}`;
    if (!existsSync(join(root, path))) return path;
  }
}

/** Returns a pattern that matches only this path. Brackets in a file name are escaped. */
export function exactPattern(path: string): string {
  return isGlob(path) ? path.replaceAll(/[[*?{]/g, (mark) => `[${mark}]`) : path;
}
