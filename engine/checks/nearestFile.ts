import { didYouMean } from '../base/didYouMean.ts';
import { isGlob } from '../base/glob.ts';
import { hasMatch, type ProjectFiles } from '../project/projectFiles.ts';

const mostNames = 2000;

/**
 * Returns the existing file that a missing path or glob most likely means: one of a similar name in its folder, or the
 * same name in a folder of a similar name. A `*` at the end stays. Null when there is none. Only two folders are listed.
 */
export function nearestFile(path: string, files: ProjectFiles): string | null {
  const plain = path.replaceAll('\\', '/');
  const [folder, whole] = split(plain);
  const star = /(?<!\*)\*+$/.exec(whole)?.[0] ?? '';
  const name = whole.slice(0, whole.length - star.length);
  if (isGlob(folder) || name === '') return null;
  if (folder === '' || files.exists(folder)) return withStar(similar(folder, name, files), star);
  const [above, last] = split(folder);
  const near = similar(above, last, files);
  if (near === null) return null;
  const same = `${near}/${whole}`;
  const isThere = isGlob(same) ? hasMatch(files, same) : files.exists(same);
  return isThere ? same : withStar(similar(near, name, files), star);
}

function split(path: string): [folder: string, name: string] {
  const end = path.lastIndexOf('/');
  return [path.slice(0, end <= 0 ? Math.max(0, end + Number(end === 0)) : end), path.slice(end + 1)];
}

/** The path of what has a similar name in a folder. */
function similar(folder: string, name: string, files: ProjectFiles): string | null {
  const start = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const names = files
    .glob(`${start}*`)
    .slice(0, mostNames)
    .map((path) => split(path)[1]);
  const near = didYouMean(name, names);
  return near === null ? null : `${start}${near}`;
}

const withStar = (path: string | null, star: string): string | null => (path === null ? null : `${path}${star}`);
