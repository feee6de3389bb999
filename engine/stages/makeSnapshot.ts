import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { profileTable } from '../data/profileTable.ts';
import { sourceSql } from '../data/readSource.ts';
import { keepFiles, sweepKept } from '../data/snapshotFiles.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { combinedHash, type FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { runsOfVersions } from '../registry/modelVersions.ts';
import {
  forgetOldData,
  newestSnapshot,
  recordSnapshot,
  type NewSnapshot,
  type Snapshot,
} from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';
import { readRegularFile } from '../base/readRegularFile.ts';
import { projectPath } from '../base/projectPath.ts';

/** How many versions of a dataset keep their data unless the project sets it. */
export const keptByDefault = 10;

/** The parts of a StageContext that making a version needs. */
export interface SnapshotContext {
  project: { root: string };
  config: ProjectConfig;
  store: Store;
  fingerprints: FileFingerprints;
  signal?: AbortSignal;
  progress?: (text: string, share?: number) => void;
}

/** The written data and its origin. */
export interface WrittenData extends Pick<
  NewSnapshot,
  'dataset' | 'quarantined' | 'runId' | 'source' | 'detail' | 'state'
> {
  /** The files that hold the version now: paths or globs relative to the project. */
  paths: readonly string[];
  /** A version whose data is still needed, though it may be the oldest. */
  spare?: string;
}

/**
 * Makes a version of a dataset, and is the only function that does: it hashes and profiles the written data, keeps a
 * copy of it, and records both it and the position in its source in one write. Unchanged data makes no new version.
 */
export async function makeSnapshot(context: SnapshotContext, db: Database, written: WrittenData): Promise<Snapshot> {
  const {
    project: { root },
    store,
    fingerprints,
    signal,
    progress,
  } = context;
  const { paths, spare, ...record } = written;
  const marks = await fingerprints.afterHashing(paths, { signal, progress }, () => fingerprints.of(paths));
  const files = Object.entries(marks).map(([path, fingerprint]) => ({ path, ...fingerprint }));
  const hash = combinedHash(marks);
  const keep = context.config.datasets?.[written.dataset]?.snapshots?.keep ?? keptByDefault;
  const source = sourceSql(
    files.map(({ path }) => projectPath(root, path)),
    { withFile: false },
  );
  const newest = newestSnapshot(store, written.dataset);
  const same = newest !== null && newest.hash === hash && newest.quarantined === written.quarantined;
  context.progress?.(same ? `nothing of ${written.dataset} changed` : `describing and keeping ${written.dataset}`);
  const described = same ? { rows: newest.rows, columns: newest.columns } : await describe(db, source);
  if (keep > 0) await keepFiles(store.folder, root, files);
  const snapshot = recordSnapshot(store, {
    ...record,
    ...described,
    hash,
    files,
    kept: keep > 0,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    schemaText: schemaText(context, written.dataset),
  });
  const needed = store.sql.write(() =>
    forgetOldData(store, written.dataset, { keep, spare, runs: runsOfVersions(store) }),
  );
  await sweepKept(store.folder, needed);
  return snapshot;
}

async function describe(db: Database, source: string): Promise<Pick<NewSnapshot, 'rows' | 'columns' | 'profile'>> {
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
  return { rows, columns: await columnsOf(db, source), profile: await profileTable(db, source, { countKeys: false }) };
}

function schemaText({ config, project }: SnapshotContext, dataset: string): string | null {
  const path = config.datasets?.[dataset]?.schema;
  if (path === undefined) return null;
  try {
    return readRegularFile(projectPath(project.root, path)).toString('utf8');
  } catch {
    return null;
  }
}
