import { constants, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database } from '../data/database.ts';
import { areKept, placeFiles } from '../data/snapshotFiles.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { graphOf } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import { projectPath, relativePath } from '../base/projectPath.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { makeSnapshot } from '../stages/makeSnapshot.ts';
import { newestSnapshot, type Snapshot } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';
import { lockKey, readLock, updateLock } from '../fingerprint/lockFile.ts';
import { FileFingerprints, combinedHash } from '../fingerprint/fileFingerprints.ts';
import { holdRunLock } from './runLock.ts';

export interface Restored {
  /** The current version: a new one with the old content, or the newest when it had that content already. */
  version: Snapshot;
  /** The version of the data that was replaced; null when there was none. */
  replaced: Snapshot | null;
  /** The folder of replaced files that are not tables, relative to the project. */
  setAside: string | null;
  files: string[];
  /** The stage that writes the dataset, which counts as fresh until its inputs change. */
  stage: string | null;
}

/**
 * Puts the files of a version back in the place of the dataset. The current data is recorded as a version first, so
 * nothing is lost. The stage that writes the dataset counts as fresh until its inputs change. WorkError during a run.
 */
export async function restoreSnapshot(
  project: Project,
  config: ProjectConfig,
  store: Store,
  db: Database,
  wanted: Snapshot,
): Promise<Restored> {
  const dataset = config.datasets?.[wanted.dataset];
  if (!dataset) throw new ProjectError(`The project no longer has a dataset \`${wanted.dataset}\`.`);
  const release = holdRunLock(store);
  try {
    if (!wanted.kept || !areKept(store.folder, wanted.files))
      throw new DataError(
        `The data of ${wanted.dataset}@${wanted.id.slice(0, 8)} is no longer kept; only its record is. Set \`snapshots: { keep: N }\` on the dataset to keep more versions.`,
      );
    const fingerprints = new FileFingerprints(project.root, store);
    const context = { project, config, store, fingerprints };
    const there = fingerprints.expand(dataset.path);
    const record = { dataset: wanted.dataset, runId: null, detail: {} };
    const newest = newestSnapshot(store, wanted.dataset);
    const unrecorded = there.length > 0 && combinedHash(fingerprints.of(there)) !== newest?.hash;
    // Kept before anything is changed: it may be the only copy of manual changes.
    const found = unrecorded
      ? await versionOf(there, () =>
          makeSnapshot(context, db, {
            ...record,
            paths: there,
            quarantined: 0,
            source: 'found in place',
            state: null,
            spare: wanted.id,
          }),
        )
      : there.length > 0
        ? newest
        : null;
    const setAside = found === 'unreadable' ? putAside(store, project.root, there) : null;
    const replaced = found === 'unreadable' ? null : found;
    if (replaced && !areKept(store.folder, replaced.files))
      await makeSnapshot(context, db, {
        ...record,
        paths: there,
        quarantined: replaced.quarantined,
        source: replaced.source,
        state: replaced.state,
        spare: wanted.id,
      });
    if (replaced && !areKept(store.folder, newestSnapshot(store, wanted.dataset)?.files ?? []))
      throw new DataError(
        `The data at ${dataset.path} would be lost: \`snapshots: { keep: 0 }\` keeps no version of \`${wanted.dataset}\`. Raise \`keep\` first.`,
      );
    await placeFiles(store.folder, { root: project.root, dataset: dataset.path }, wanted.files);
    const files = wanted.files.map(({ path }) => path);
    for (const path of there) if (!files.includes(path)) rmSync(projectPath(project.root, path), { force: true });
    // Data that is restored twice keeps its first source.
    const restored = { from: wanted.id.slice(0, 8), source: wanted.detail.restored?.source ?? wanted.source };
    const version = await makeSnapshot(context, db, {
      ...record,
      detail: { ...wanted.detail, restored },
      paths: files,
      quarantined: wanted.quarantined,
      source: `restored from ${restored.from}: ${restored.source}`,
      state: wanted.state,
    });
    return {
      version,
      replaced: replaced?.id === version.id ? null : replaced,
      setAside,
      files,
      stage: settleStage(project, config, fingerprints, wanted.dataset, files),
    };
  } finally {
    release();
  }
}

/** A file that is not a table cannot become a version, and may be the very reason to restore one. */
async function versionOf(files: readonly string[], make: () => Promise<Snapshot>): Promise<Snapshot | 'unreadable'> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof DataError && files.length > 0) return 'unreadable';
    throw error;
  }
}

function putAside(store: Store, root: string, files: readonly string[]): string {
  const folder = join(store.folder, 'set-aside', new Date().toISOString().replaceAll(':', '-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(projectPath(root, file), join(folder, file), constants.COPYFILE_FICLONE);
  }
  return relativePath(root, folder);
}

/** Marks the stage as fresh; otherwise the next run would write the data again and undo the restore. */
function settleStage(
  project: Project,
  config: ProjectConfig,
  fingerprints: FileFingerprints,
  dataset: string,
  files: string[],
): string | null {
  const stage =
    [...graphOf(config, project.files).stages.values()].find(({ writes }) => writes === dataset)?.name ?? null;
  if (stage === null) return null;
  const lock = readLock(project.root);
  for (const [key, entry] of Object.entries(lock)) {
    if (key !== lockKey(stage, 'default') && !key.startsWith(`${stage}@`)) continue;
    const others = Object.keys(entry.outs).filter(
      (path) => !matches(config.datasets?.[dataset]?.path ?? '', path, fingerprints, files),
    );
    updateLock(project.root, key, { ...entry, outs: fingerprints.of([...files, ...others]) });
  }
  return stage;
}

/** Whether a recorded output is a file of the dataset. */
function matches(pattern: string, path: string, fingerprints: FileFingerprints, files: readonly string[]): boolean {
  return path === pattern || files.includes(path) || fingerprints.expand(pattern).includes(path);
}
