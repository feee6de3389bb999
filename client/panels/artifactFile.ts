import { extname, posix, resolve, sep } from 'node:path';

const artifacts = '.loopwright/artifacts';

/** The file of a run's artifact; an Error when a view names a place outside the run's folder. */
export function artifactFile(root: string, runId: string, path: string): string {
  const folder = resolve(root, artifacts, runId);
  const file = resolve(folder, path);
  if (!/^[\w-]+$/.test(runId) || !file.startsWith(`${folder}${sep}`))
    throw new Error(`${path} is not an artifact of run ${runId}.`);
  return file;
}

/** A name that a view suggests for a file, as a file name: nothing of it leads elsewhere. */
export function suggestedName(name: string): string {
  const plain = [...posix.basename(name.replaceAll('\\', '/'))]
    .map((sign) => (sign < ' ' || '<>:"|?*'.includes(sign) ? '-' : sign))
    .join('')
    .replace(/^\.+/, '')
    .slice(0, 120);
  return plain === '' ? 'file' : plain;
}

/** The types that a save dialog offers for a name: its own ending, then all. */
export function fileTypes(name: string): Record<string, string[]> {
  const ending = extname(name).slice(1).toLowerCase();
  return ending === '' ? {} : { [ending.toUpperCase()]: [ending], 'All files': ['*'] };
}
