import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ProjectError } from '../base/errors.ts';
import { openFileStore } from './fileStore.ts';
import { openMlflowDatabase } from './mlflowDatabase.ts';
import type { ImportKind, Tell, TransferSource } from './records.ts';
import { subfolders } from './walkFiles.ts';
import { isEventFile, openTensorBoard } from './tensorboard/openTensorBoard.ts';

/** Kinds of sources on disk. */
type FileSource = Exclude<ImportKind, 'server'>;

export const importKinds: readonly FileSource[] = ['mlruns', 'mlflow.db', 'tensorboard'];

/**
 * Opens the source at a path, of the given kind or the detected one. Throws ProjectError when there is nothing to
 * import, or more than one thing.
 */
export function openSource(path: string, kind: FileSource | undefined, tell: Tell): TransferSource {
  if (!existsSync(path)) throw new ProjectError(`There is no ${path}.`);
  const found = kind === undefined ? candidates(path) : [{ kind, path: placeOf(path, kind) }];
  const [one, other] = found;
  if (!one && isDvc(path))
    throw new ProjectError(
      `${path} is a DVC project, which is not imported: without a loopwright.yaml its dvc.yaml is the project. Run \`loopwright status\` and \`loopwright run\` in its folder.`,
    );
  if (!one)
    throw new ProjectError(
      `${path} holds nothing that can be imported: no mlruns/ folder, no mlflow.db and no TensorBoard event files. \`--kind\` names what it is.`,
    );
  if (other)
    throw new ProjectError(
      `${path} holds ${found.map((each) => `${each.path} (${each.kind})`).join(' and ')}. Import them one by one, or choose with \`--kind\`.`,
    );
  switch (one.kind) {
    case 'mlruns':
      return openFileStore(one.path, tell);
    case 'mlflow.db':
      return openMlflowDatabase(one.path, tell);
    case 'tensorboard':
      return openTensorBoard(one.path, tell);
  }
}

function isDvc(path: string): boolean {
  return /^dvc\.(yaml|lock)$/.test(basename(path)) || existsSync(join(path, 'dvc.yaml'));
}

interface Candidate {
  kind: FileSource;
  path: string;
}

/** The location of a kind: the given path, or the usual name inside it. */
function placeOf(path: string, kind: FileSource): string {
  if (statSync(path).isFile()) return path;
  if (kind === 'mlflow.db') return join(path, 'mlflow.db');
  if (kind === 'mlruns' && !isFileStore(path) && existsSync(join(path, 'mlruns'))) return join(path, 'mlruns');
  return path;
}

function candidates(path: string): Candidate[] {
  if (statSync(path).isFile()) {
    if (isSqlite(path)) return [{ kind: 'mlflow.db', path }];
    return isEventFile(basename(path)) ? [{ kind: 'tensorboard', path }] : [];
  }
  if (isFileStore(path)) return [{ kind: 'mlruns', path }];
  const found: Candidate[] = [];
  const database = join(path, 'mlflow.db');
  if (existsSync(database) && isSqlite(database)) found.push({ kind: 'mlflow.db', path: database });
  // Beside a database, `mlruns/` often contains only its artifacts.
  if (isFileStore(join(path, 'mlruns'))) found.push({ kind: 'mlruns', path: join(path, 'mlruns') });
  if (found.length === 0 && hasEvents(path, 0)) found.push({ kind: 'tensorboard', path });
  return found;
}

/** True for a folder whose subfolders are experiments of MLflow. */
function isFileStore(path: string): boolean {
  return [path, join(path, '.trash')].some((folder) =>
    subfolders(folder).some(
      (name) =>
        existsSync(join(folder, name, 'meta.yaml')) ||
        subfolders(join(folder, name)).some(
          (run) => existsSync(join(folder, name, run, 'meta.yaml')) && existsSync(join(folder, name, run, 'metrics')),
        ),
    ),
  );
}

function isSqlite(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  const handle = openSync(path, 'r');
  try {
    const start = Buffer.alloc(16);
    readSync(handle, start);
    return start.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(handle);
  }
}

function hasEvents(path: string, depth: number): boolean {
  if (depth > 8) return false;
  return (
    readdirSync(path).some(isEventFile) ||
    subfolders(path).some((name) => name !== 'node_modules' && hasEvents(join(path, name), depth + 1))
  );
}
