import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { ArtifactPlace } from './records.ts';

/** True for a folder, not a link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The folder of the artifacts of a run or logged model. Their address was written on another machine, so local places
 * are tried first: `own` (the folder of the layout), then the address with its root replaced by that of the source,
 * then `mlflow-artifacts:/…` in a neighbouring `mlartifacts` or `mlruns`. An absolute address elsewhere is only
 * accepted when it ends in `<id>/artifacts`, as MLflow's do: otherwise a source could make Loopwright copy any folder.
 * For the same reason no place is behind a link that leads out of its base.
 */
export function findArtifacts(uri: string | null, id: string, own: string | null, root: string): ArtifactPlace {
  if (own !== null && isFolderIn(root, own)) return { folder: own, uri };
  if (uri === null || uri === '') return { folder: null, uri: null };
  if (uri.startsWith('mlflow-artifacts:')) {
    const path = uri.replace(/^mlflow-artifacts:\/\/[^/]+\//, '').replace(/^mlflow-artifacts:\/*/, '');
    return {
      folder: inside(path, id, [
        join(dirname(root), 'mlartifacts'),
        join(root, 'mlartifacts'),
        root,
        join(root, 'mlruns'),
      ]),
      uri,
    };
  }
  const local = localPath(uri);
  if (local === null) return { folder: null, uri };
  const parts = local.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { folder: null, uri };
  const at = Math.max(parts.lastIndexOf(basename(root)), parts.lastIndexOf('mlruns'), parts.lastIndexOf('mlartifacts'));
  const moved =
    at === -1
      ? null
      : inside(parts.slice(at + 1).join('/'), id, [
          root,
          join(root, parts[at] ?? ''),
          join(dirname(root), parts[at] ?? ''),
        ]);
  if (moved !== null) return { folder: moved, uri };
  const there = isAbsolute(local) ? local : resolve(root, local);
  return {
    folder:
      parts.at(-1) === 'artifacts' && parts.at(-2) === id && isFolderIn(dirname(dirname(there)), there) ? there : null,
    uri,
  };
}

/** True for a folder that no link leads to from its base. */
function isFolderIn(base: string, path: string): boolean {
  return isFolder(path) && `${realpathSync(path)}${sep}`.startsWith(`${realpathSync(base)}${sep}`);
}

function inside(path: string, id: string, bases: readonly string[]): string | null {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0 || parts.includes('..') || !parts.includes(id)) return null;
  return (
    bases.map((base) => [base, join(base, ...parts)] as const).find(([base, path]) => isFolderIn(base, path))?.[1] ??
    null
  );
}

/** An address as a path: `file:///a`, `file:C:/a`, `C:\a`, `./a`; null for other schemes. */
export function localPath(uri: string): string | null {
  const file = /^file:(.*)$/i.exec(uri);
  if (!file) return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? null : uri;
  try {
    const rest = decodeURIComponent(file[1] ?? '').replace(/^\/\/(localhost)?(?=\/)/i, '');
    if (/^\/*[a-z]:[\\/]/i.test(rest)) return rest.replace(/^\/+/, '');
    return rest;
  } catch {
    return null;
  }
}
