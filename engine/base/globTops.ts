import { isAbsolute, join, parse, resolve } from 'node:path';
import { globSegments, plainName } from './linearGlob.ts';
import { withSlashes } from './projectPath.ts';

/** A place where a glob begins to look. */
export interface GlobTop {
  /** Absolute. */
  path: string;
  /** True when folders are listed there and below; false for one name without wildcards. */
  isListed: boolean;
}

/**
 * Returns, for each alternative of a glob, the folder that holds all folders which it lists: `../a` for `../a/*.csv`. A
 * `..` behind a wildcard leads up again. Links are not followed.
 */
export function globTops(root: string, glob: string): GlobTop[] {
  const typed = withSlashes(glob);
  const start = isAbsolute(typed) ? parse(typed).root : '';
  return globSegments(typed).map((segments) => {
    let path = resolve(start === '' ? root : start);
    let isListed = false;
    // Folders below `path` that a name stands for at least; `**` stands for none as well.
    let below = 0;
    for (const segment of segments.slice(start === '' ? 0 : start.split('/').length - 1)) {
      const plain = plainName(segment);
      if (plain === '' || plain === '.') continue;
      if (plain === '..' && below > 0) below--;
      else if (plain === '..' || (plain !== null && !isListed)) path = join(path, plain);
      else {
        isListed ||= plain === null;
        if (segment !== 'through folders') below++;
      }
    }
    return { path, isListed };
  });
}
