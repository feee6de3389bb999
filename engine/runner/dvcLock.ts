import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { plainYaml } from '../base/plainYaml.ts';
import { commandText } from '../project/dvc/commandText.ts';
import { paramName } from '../project/dvc/dvcStage.ts';
import { dvcLockName, type DvcProject } from '../project/dvc/readDvcProject.ts';
import { dvcIgnore, type DvcIgnore } from '../project/dvc/dvcIgnore.ts';
import { flatten } from '../project/dvc/template.ts';
import type { LockEntry, FileFingerprint } from '../fingerprint/lockFile.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

interface DvcOutput {
  path: string;
  md5?: string;
  size?: number;
  hash?: string;
}

interface DvcEntry {
  cmd?: unknown;
  deps?: DvcOutput[];
  outs?: DvcOutput[];
  params?: Record<string, Record<string, unknown>>;
}

/**
 * Reads the entry of a stage in dvc.lock as an entry of our lock. A file that DVC left unchanged gets its current
 * fingerprint, any other file a fingerprint that no file has. Null when DVC never ran the stage. Reads the files that
 * have the recorded size.
 */
export function dvcLockEntry(
  root: string,
  dvc: DvcProject,
  stage: string,
  fingerprints: FileFingerprints,
): LockEntry | null {
  const lock = dvc.locks.get(stage);
  const entry = lock && readDvcLock(join(root, lock.folder))[lock.name];
  if (!entry) return null;
  const folder = dvc.folders.get(stage) ?? '';
  const params = Object.entries(entry.params ?? {}).flatMap(([file, values]) =>
    Object.entries(values ?? {}).flatMap(([key, value]) => flatten(value, paramName(posix.join(folder, file), key))),
  );
  const isIgnored = dvcIgnore(root);
  const known = (outputs: DvcOutput[] | undefined) =>
    Object.assign(
      {},
      ...(outputs ?? []).map((output) => fingerprintsOf(root, folder, output, { fingerprints, isIgnored })),
    ) as Record<string, FileFingerprint>;
  return {
    spec: { cmd: commandText(entry.cmd, folder) },
    params: Object.fromEntries(params),
    deps: known(entry.deps),
    outs: known(entry.outs),
    run: '',
  };
}

function readDvcLock(root: string): Record<string, DvcEntry | undefined> {
  try {
    const content = plainYaml(readRegularFile(join(root, dvcLockName), Infinity).toString('utf8')) as {
      schema?: string;
      stages?: Record<string, DvcEntry>;
    } | null;
    // Before schema 2.0 the stages were at the top level.
    const stages =
      content?.stages ?? (content && content.schema === undefined ? (content as Record<string, DvcEntry>) : {});
    return Object.assign(Object.create(null) as Record<string, DvcEntry>, stages);
  } catch {
    return {};
  }
}

function fingerprintsOf(
  root: string,
  folder: string,
  output: DvcOutput,
  { fingerprints, isIgnored }: { fingerprints: FileFingerprints; isIgnored: DvcIgnore },
): Record<string, FileFingerprint> {
  const path = posix.join(folder, output.path).replace(/\/$/, '');
  const now = fingerprints.of([path]);
  if (output.md5 !== undefined && isSame(root, path, output, isIgnored)) return now;
  const other = Object.entries(now).map(([file, { bytes }]): [string, FileFingerprint] => [
    file,
    { hash: `md5:${output.md5 ?? ''}`, bytes },
  ]);
  return Object.fromEntries(
    other.length > 0 ? other : [[path, { hash: `md5:${output.md5 ?? ''}`, bytes: output.size ?? 0 }]],
  );
}

/** Whether a file or folder has the hash that DVC recorded. */
function isSame(root: string, name: string, { md5 = '', size, hash }: DvcOutput, isIgnored: DvcIgnore): boolean {
  const path = join(root, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return false;
  if (!stats.isFile() && !stats.isDirectory()) return false;
  if (stats.isDirectory()) {
    const inside = (file: string) => isIgnored(relative(root, file).split(sep).join('/'));
    return md5.endsWith('.dir') && folderMd5(path, hash !== 'md5', inside) === md5;
  }
  if (hash === 'md5' && size !== undefined && size !== stats.size) return false;
  const bytes = readFileSync(path);
  return md5Of(bytes) === md5 || (hash !== 'md5' && md5Of(withoutCarriageReturns(bytes)) === md5);
}

/** The hash of a folder: the MD5 of the JSON of its files by path, as Python writes it, and `.dir`. */
export function folderMd5(folder: string, old = false, isIgnored: (file: string) => boolean = () => false): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        !entry.isDirectory() && statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isFile(),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isIgnored(file));
  const listed = files
    .map((file) => ({ relpath: relative(folder, file).split(sep).join('/'), bytes: readFileSync(file) }))
    .map(({ relpath, bytes }) => ({ relpath, md5: md5Of(old ? withoutCarriageReturns(bytes) : bytes) }));
  const json = listed
    .toSorted((a, b) => (a.relpath < b.relpath ? -1 : 1))
    .map(({ relpath, md5 }) => `{"md5": "${md5}", "relpath": ${pythonJson(relpath)}}`)
    .join(', ');
  return `${md5Of(Buffer.from(`[${json}]`))}.dir`;
}

/** Text as Python's json.dumps writes it, in ASCII. */
function pythonJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/**
 * Before version 3 DVC hashed texts with Unix line ends. A file without a zero byte in its first 512 bytes counts as
 * text.
 */
function withoutCarriageReturns(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 512);
  return start.includes(0) ? bytes : Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
