import { existsSync, watch, type FSWatcher } from 'node:fs';
import { posix } from 'node:path';
import type { EngineNotifications } from '../protocol/engineHost.ts';
import { isGlob } from '../engine/base/glob.ts';
import { stateFolder } from '../engine/store/store.ts';
import { projectPath } from '../engine/base/projectPath.ts';
import { presences } from './presences.ts';

const folders = ['experiments', 'schemas', 'sql'];
/** The watches of a machine are limited, and other programs need some. */
const mostFolders = 100;

export interface ProjectWatch {
  /** Also watches whether these files exist. */
  follow(paths: ReadonlySet<string>): void;
  close(): void;
}

/** Reports changes at most five times a second, and always the last one. */
export function watchProject(
  root: string,
  report: (reason: EngineNotifications['store/changed']['reason']) => void,
): ProjectWatch {
  let timer: NodeJS.Timeout | null = null;
  let reason: EngineNotifications['store/changed']['reason'] = 'files';
  const changed = (why: typeof reason) => {
    reason = timer && reason === 'store' ? reason : why;
    timer ??= setTimeout(() => {
      timer = null;
      report(reason);
    }, 200);
  };
  const watchers = new Map<string, FSWatcher>();
  const open = (folder: string, onChange: (name: string) => void) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
    if (!existsSync(projectPath(root, folder))) return;
    try {
      const watcher = watch(projectPath(root, folder), (_event, name) => onChange(name ?? ''));
      watcher.on('error', () => {});
      watchers.set(folder, watcher);
    } catch {
      // Too many watches on this machine: views still ask when they become visible.
    }
  };
  const watchState = () =>
    open(stateFolder, (name) => {
      if (/^loopwright\.db(-wal)?$/.test(name)) changed('store');
    });
  const watchFolder = (folder: string) => open(folder, () => changed('files'));
  /** Files of the last overview, and whether they existed. */
  let followed = new Map<string, string>();
  let comparing: NodeJS.Timeout | null = null;
  let comparedMs = 0;
  // A program that writes thousands of files is compared with a few times, not once for each of them.
  const compare = () => {
    comparing ??= setTimeout(() => {
      comparing = null;
      const started = performance.now();
      const now = presences(root, followed.keys());
      comparedMs = performance.now() - started;
      for (const [path, before] of followed) if (now.get(path) !== before) return changed('files');
    }, 10 * comparedMs);
  };
  // A folder that is created, removed or replaced is watched again.
  open('.', (name) => {
    if (name === stateFolder) {
      watchState();
      changed('store');
    } else if (folders.includes(name)) {
      watchFolder(name);
      changed('files');
    } else if (/\.ya?ml$|\.lock$/.test(name)) changed('files');
    else compare();
  });
  folders.forEach(watchFolder);
  watchState();
  const beside = new Set<string>();
  return {
    follow(paths) {
      followed = presences(root, paths);
      const around = new Set(
        [...new Set([...paths].map(fixedFolder))]
          .flatMap((folder) => foldersTo(root, folder))
          .filter((folder) => folder !== '.' && !folders.includes(folder) && folder.split('/')[0] !== stateFolder)
          .slice(0, mostFolders),
      );
      for (const folder of beside)
        if (!around.has(folder)) {
          watchers.get(folder)?.close();
          watchers.delete(folder);
          beside.delete(folder);
        }
      for (const folder of around)
        if (!beside.has(folder)) {
          beside.add(folder);
          open(folder, compare);
        }
    },
    close: () => {
      if (comparing) clearTimeout(comparing);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** The folder of a path, or of what is before the first wildcard of a glob. */
function fixedFolder(path: string): string {
  const steps = posix.normalize(path).split('/').slice(0, -1);
  const wild = steps.findIndex((step) => isGlob(step));
  return (wild === -1 ? steps : steps.slice(0, wild)).join('/');
}

/** The folders on the way to a folder that are there, with itself. */
function foldersTo(root: string, folder: string): string[] {
  const steps = folder === '' ? [] : folder.split('/');
  return steps
    .map((_, i) => steps.slice(0, i + 1).join('/'))
    .filter((one) => one !== '..' && existsSync(projectPath(root, one)));
}
