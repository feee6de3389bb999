import type { ArtifactEntry } from '../../../protocol/runs.ts';

export interface Folder {
  name: string;
  path: string;
  folders: Folder[];
  files: { name: string; path: string; bytes: number }[];
  /** Size and count of all files in it, including subfolders. */
  bytes: number;
  count: number;
}

/** The files of a run as folders; a folder with a single subfolder is joined with it. */
export function fileTree(artifacts: readonly ArtifactEntry[]): Folder {
  const root = folder('', '');
  for (const { path, bytes } of artifacts) {
    const parts = path.split('/').filter(Boolean);
    const name = parts.pop() ?? path;
    let at = root;
    for (const part of parts) {
      at.bytes += bytes;
      at.count++;
      let next = at.folders.find((one) => one.name === part);
      if (!next) {
        next = folder(part, at.path === '' ? part : `${at.path}/${part}`);
        at.folders.push(next);
      }
      at = next;
    }
    at.bytes += bytes;
    at.count++;
    at.files.push({ name, path, bytes });
  }
  return tidy(root);
}

function folder(name: string, path: string): Folder {
  return { name, path, folders: [], files: [], bytes: 0, count: 0 };
}

function tidy(one: Folder): Folder {
  const byName = (a: { name: string }, b: { name: string }): number =>
    a.name.localeCompare(b.name, 'en', { numeric: true });
  const folders = one.folders.map((child) => {
    const whole = tidy(child);
    const [only] = whole.folders;
    return only && whole.folders.length === 1 && whole.files.length === 0
      ? { ...only, name: `${whole.name}/${only.name}` }
      : whole;
  });
  return { ...one, folders: folders.toSorted(byName), files: one.files.toSorted(byName) };
}
