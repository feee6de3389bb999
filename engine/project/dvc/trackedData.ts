import { posix } from 'node:path';
import { isGlob, pathsOverlap } from '../../base/glob.ts';
import { plainYaml } from '../../base/plainYaml.ts';
import { bytes } from '../../../words/sizes.ts';
import { plural } from '../../../words/numbers.ts';
import type { ProjectFiles } from '../projectFiles.ts';
import { settingsIn, textOf } from './argumentStyle.ts';
import { joined } from './dvcStage.ts';

/** A file or folder that DVC keeps outside git, by its `.dvc` file. */
export interface TrackedData {
  /** The `.dvc` file and what it tracks, relative to the project. */
  file: string;
  path: string;
  /** Size in bytes and number of files, when recorded. */
  bytes: number | null;
  files: number | null;
  /** Where it was imported from; null for data that was added here. */
  source: string | null;
  /** The remote that DVC asks; null when none is configured in the project. */
  remote: string | null;
}

/**
 * Returns what DVC tracks at a path that may be missing: the path itself, or a folder around it. `.dvc` files are looked
 * for in the folders of the path. Null when none tracks it.
 */
export function trackedAt(path: string, files: ProjectFiles): TrackedData | null {
  const fixed = isGlob(path) ? path.slice(0, path.search(/[*?[{]/)) : path.replace(/\/$/, '');
  const steps = fixed.split('/').slice(0, -1);
  const folders = steps.map((_, i) => steps.slice(0, i + 1).join('/')).toReversed();
  for (const folder of [...folders, '']) {
    for (const file of files.glob(posix.join(folder, '*.dvc')))
      for (const tracked of readDvcFile(file, files)) if (pathsOverlap(path, tracked.path)) return tracked;
  }
  return null;
}

/** Returns the data that DVC tracks at a path, or directly in it when it is a folder, and that is not here. */
export function missingData(path: string, files: ProjectFiles): TrackedData[] {
  if (isGlob(path)) return [];
  if (!files.exists(path)) return [trackedAt(path, files) ?? []].flat();
  return files
    .glob(posix.join(path, '*.dvc'))
    .flatMap((file) => readDvcFile(file, files))
    .filter((tracked) => !files.exists(tracked.path));
}

/** Says what tracks data and what brings it. `after` is a path that the sentence before names. */
export function trackedText(data: TrackedData, after?: string): string {
  const { file, path, bytes: size, files, source, remote } = data;
  const parts = [...(size === null ? [] : [bytes(size)]), ...(files === null ? [] : [plural(files, 'file')])];
  const what = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const from = source === null ? (remote === null ? '' : ` from the remote \`${remote}\``) : ` from ${source}`;
  return `${path === after ? 'It' : `\`${path}\``} is tracked by \`${file}\`${what}: \`dvc pull ${quoted(file)}\` brings it${from}.`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `"${path}"`;
}

interface DvcOut {
  path?: unknown;
  size?: unknown;
  nfiles?: unknown;
  remote?: unknown;
}

interface DvcDep {
  path?: unknown;
  repo?: { url?: unknown };
}

function readDvcFile(file: string, files: ProjectFiles): TrackedData[] {
  let content: { wdir?: unknown; outs?: DvcOut[]; deps?: DvcDep[] } | null;
  try {
    content = plainYaml(textOf(files, file)) as typeof content;
  } catch {
    // DVC reports a file that is not YAML.
    return [];
  }
  const outs = Array.isArray(content?.outs) ? content.outs : [];
  const folder = joined(posix.dirname(file), typeof content?.wdir === 'string' ? content.wdir : '.');
  const [dep] = Array.isArray(content?.deps) ? content.deps : [];
  const repo = typeof dep?.repo?.url === 'string' ? dep.repo.url : null;
  const asked = typeof dep?.path === 'string' ? dep.path : null;
  return outs.flatMap((out) => {
    if (typeof out?.path !== 'string') return [];
    return [
      {
        file,
        path: joined(folder, out.path),
        bytes: typeof out.size === 'number' ? out.size : null,
        files: typeof out.nfiles === 'number' ? out.nfiles : null,
        source: repo ?? asked,
        remote: typeof out.remote === 'string' ? out.remote : defaultRemote(files),
      },
    ];
  });
}

function defaultRemote(files: ProjectFiles): string | null {
  const configs = ['.dvc/config.local', '.dvc/config'].map((path) => textOf(files, path));
  for (const text of configs) {
    const found = settingsIn(text, 'core').get('remote');
    if (found !== undefined) return found;
  }
  return null;
}
