import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isGlob } from '../base/glob.ts';

/** A name as projects and datasets have it. */
export function plainName(text: string, fallback: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[-.]+$/g, '');
  return name === '' ? fallback : name.slice(0, 60);
}

export function projectNameFor(root: string): string {
  return plainName(basename(root), 'project');
}

/** A dataset is a table in SQL, so its name is one that needs no thought there. */
export function datasetNameFor(path: string): string {
  const name = plainName(basename(path).replace(/(\.\w+)?(\.gz)?$/i, ''), 'data')
    .toLowerCase()
    .replaceAll(/[.-]+/g, '_');
  return /^(features|train|test)$/.test(name) ? `${name}_raw` : /^\d/.test(name) ? `t_${name}` : name;
}

/** A path that no file of the folder has, with a number where the first choice is taken. */
export function freePath(root: string, stem: string, ending: string): string {
  for (let n = 1; ; n++) {
    const path = `${stem}${n === 1 ? '' : `_${n}`}${ending}`;
    if (!existsSync(join(root, path))) return path;
  }
}

/** A path as a pattern that matches it alone: brackets in a file's name are no wildcards. */
export function exactPattern(path: string): string {
  return isGlob(path) ? path.replaceAll(/[[*?{]/g, (mark) => `[${mark}]`) : path;
}
