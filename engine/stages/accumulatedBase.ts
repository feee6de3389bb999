import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { hashFile } from '../data/hashFile.ts';
import { areKept, placeFiles } from '../data/snapshotFiles.ts';
import type { CollectSource } from '../project/schema/collectStage.ts';
import { combinedHash } from '../fingerprint/fileFingerprints.ts';
import { newestSnapshot } from '../tracking/snapshots.ts';
import type { StageContext } from './stageContext.ts';
import { projectPath } from '../base/projectPath.ts';

/**
 * True for sources that give each row once and cannot give it again: what they gave before stays in the dataset, also
 * when their settings or the schema change, with `--force`, and as of a past time.
 */
export function accumulates(from: CollectSource): boolean {
  return 'events' in from || 'mqtt' in from || 'logs' in from;
}

/** The rows that a dataset has collected until now. */
export interface AccumulatedBase {
  /** Absolute paths of the files with its rows, in their places; null when there are none. */
  files: string[] | null;
  /** The position of the source that belongs to these rows. */
  position: unknown;
}

/**
 * Finds the rows that new ones are added to. The file in place can be newer than the newest version: its writer ended
 * between the two, or somebody edited it. In the first case the note of `noteWrite` says which rows it has.
 */
export async function accumulatedBase(
  context: StageContext,
  { dataset, target }: { dataset: string; target: string },
): Promise<AccumulatedBase> {
  const { root } = context.project;
  const snapshot = newestSnapshot(context.store, dataset);
  const position = snapshot?.state?.position ?? null;
  const files = snapshot?.files ?? [];
  const paths = files.map(({ path }) => path);
  const inPlace = projectPath(root, target);
  if (snapshot && files.length > 0 && combinedHash(context.fingerprints.of(paths)) === snapshot.hash)
    return { files: paths.map((path) => projectPath(root, path)), position };
  if (existsSync(inPlace)) {
    const notes = readNotes(context, dataset);
    const hash = notes.length === 0 ? null : (await hashFile(inPlace)).hash;
    const noted = notes.find((note) => note.hash === hash);
    if (noted) return { files: [inPlace], position: noted.position };
  }
  if (files.length > 0 && areKept(context.store.folder, files)) {
    if (existsSync(inPlace))
      context.log(`warning: ${target} was changed by another program; its newest version takes its place`);
    await placeFiles(context.store.folder, { root, dataset: target }, files);
    return { files: paths.map((path) => projectPath(root, path)), position };
  }
  if (existsSync(inPlace)) {
    context.log(`warning: ${target} was not written by this stage; the new rows are added to it as it is`);
    return { files: [inPlace], position };
  }
  if (snapshot) context.log(`warning: ${target} was removed, and no version of \`${dataset}\` keeps its rows`);
  return { files: null, position };
}

/** The position of the source whose rows a file has. */
interface WriteNote {
  /** SHA-256 of the file. */
  hash: string;
  position: unknown;
}

/**
 * Notes, before a file gets its place, the position of the source that it has read; beside it that of the file in place,
 * which no version may have yet either.
 */
export async function noteWrite(
  context: StageContext,
  { dataset, target, accumulated }: { dataset: string; target: string; accumulated: AccumulatedBase },
  file: string,
  position: unknown,
): Promise<void> {
  const inPlace = projectPath(context.project.root, target);
  const notes: WriteNote[] = [{ hash: (await hashFile(file)).hash, position }];
  if (accumulated.files !== null && existsSync(inPlace))
    notes.push({ hash: (await hashFile(inPlace)).hash, position: accumulated.position });
  writeAtomic(notePath(context, dataset), JSON.stringify(notes));
}

/** Removes the note once the version has the position. */
export function forgetNote(context: StageContext, { dataset }: { dataset: string }): void {
  rmSync(notePath(context, dataset), { force: true });
}

function readNotes(context: StageContext, dataset: string): WriteNote[] {
  try {
    return JSON.parse(readRegularFile(notePath(context, dataset)).toString()) as WriteNote[];
  } catch {
    return [];
  }
}

function notePath(context: StageContext, dataset: string): string {
  return join(context.store.folder, 'collecting', `${encodeURIComponent(dataset)}.json`);
}
