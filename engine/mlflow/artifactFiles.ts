import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { readRegularFile } from '../base/readRegularFile.ts';
import { linkOnWay } from '../base/linkOnWay.ts';
import { pathMixedUp, whyNoFileName } from '../base/fileName.ts';
import type { Store } from '../store/store.ts';
import { invalid, missing } from './mlflowError.ts';
import { artifactUriOf, runOf } from './runInfo.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/**
 * Rejects paths that could lead out of the folder of the artifacts, and names that this system cannot store without
 * loss.
 */
export function artifactParts(path: string, platform: NodeJS.Platform = process.platform): string[] {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw invalid('Invalid path');
  }
  const parts = decoded.split('/').filter((part) => part !== '');
  if (
    path.includes('\0') ||
    decoded.includes('\0') ||
    decoded.includes('\\') ||
    parts.some((part) => part === '..' || part === '.') ||
    (platform === 'win32' ? /^[a-z]:/i : /^[a-z]:\//i).test(decoded) ||
    decoded.startsWith('//')
  )
    throw invalid('Invalid path');
  for (const part of parts) {
    const why = whyNoFileName(part, platform);
    if (why !== null) throw invalid(`The artifact name \`${part}\` ${why}. Log it under another name.`);
  }
  return parts;
}

/**
 * The file of a path below `mlflow-artifacts:/`: `<experiment>/<run>/artifacts/…` is stored with the run,
 * `<experiment>/models/<id>/artifacts/…` with the logged models, other paths in a folder of their own.
 */
export function artifactFile(store: Store, path: string): string {
  const file = placeOf(store, path);
  // A link in the store could lead to any file of this user.
  if (linkOnWay(store.folder, file) !== null) throw missing('The artifact does not exist.');
  return file;
}

function placeOf(store: Store, path: string): string {
  const parts = artifactParts(path);
  const [, owner = '', third = '', fourth = ''] = parts;
  const root = join(store.folder, 'artifacts');
  if (third === 'artifacts' && /^[a-zA-Z0-9][\w-]*$/.test(owner)) return ownFile(join(root, owner), parts.slice(3));
  if (owner === 'models' && fourth === 'artifacts' && /^[\w-]+$/.test(third))
    return ownFile(join(store.folder, 'models', third), parts.slice(4));
  return ownFile(join(root, 'shared'), parts);
}

/** The file of a path below a folder. Two artifacts whose names the system does not tell apart are never one file. */
function ownFile(folder: string, parts: readonly string[]): string {
  const mixed = pathMixedUp(folder, parts);
  if (mixed)
    throw invalid(
      `The artifact name \`${mixed.name}\` differs from \`${mixed.other}\` only by case or accents, which this system does not tell apart. Log it under another name.`,
    );
  return join(folder, ...parts);
}

export interface ArtifactInfo {
  path: string;
  is_dir: boolean;
  file_size?: number;
}

/** The contents of a folder of artifacts by name. `prefix` is prepended to each path. */
export function listFolder(folder: string, prefix: string): ArtifactInfo[] {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => ({
      path: prefix === '' ? entry.name : `${prefix}/${entry.name}`,
      is_dir: entry.isDirectory(),
      file_size: entry.isFile() ? statSync(join(folder, entry.name)).size : undefined,
    }));
}

/** The artifacts of a run in the form of `artifacts/list`. */
export function listRunArtifacts(store: Store, runId: string, path: string): Record<string, unknown> {
  const row = runOf(store, runId);
  const uri = artifactUriOf(store, row);
  if (decodeURIComponent(path).startsWith('/')) throw invalid('Invalid path');
  const inside = artifactParts(path).join('/');
  if (!uri.startsWith('mlflow-artifacts:')) return { root_uri: uri, files: [] };
  const folder = artifactFile(store, `${uri.slice('mlflow-artifacts:/'.length)}/${encodePath(inside)}`);
  return { root_uri: uri, files: listFolder(folder, inside) };
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Receives a file: written to a temporary file and renamed, so that no reader sees half of it. */
export async function receive(source: Readable, target: string): Promise<void> {
  if (existsSync(target) && statSync(target).isDirectory())
    throw invalid(`There is a folder \`${basename(target)}\` already.`);
  mkdirSync(dirname(target), { recursive: true });
  const part = join(dirname(target), `${randomUUID().slice(0, 8)}.part`);
  try {
    await pipeline(source, createWriteStream(part));
    replaceFileSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export function remove(target: string): void {
  if (!existsSync(target)) throw missing('The artifact does not exist.');
  rmSync(target, { recursive: true, force: true });
}

interface Upload {
  target: string;
  parts: number;
}

function uploadFolder(store: Store, id: string): string {
  if (!/^[0-9a-f]{32}$/.test(id)) throw invalid(`Invalid upload id: ${id}`);
  const folder = join(store.folder, 'tmp', `upload-${id}`);
  if (linkOnWay(store.folder, folder) !== null) throw missing(`There is no upload ${id}.`);
  return folder;
}

/** Begins a multipart upload; returns its id. */
export function beginUpload(store: Store, target: string, parts: number): string {
  if (!Number.isInteger(parts) || parts < 1 || parts > 10_000) throw invalid('num_parts must be between 1 and 10000.');
  const id = randomUUID().replaceAll('-', '');
  const folder = uploadFolder(store, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'upload.json'), JSON.stringify({ target, parts } satisfies Upload));
  return id;
}

/** Receives one part; returns its ETag. */
export async function receivePart(store: Store, id: string, part: number, source: Readable): Promise<string> {
  const folder = uploadFolder(store, id);
  if (!existsSync(folder)) throw missing(`There is no upload ${id}.`);
  if (!Number.isInteger(part) || part < 1) throw invalid('A part has a number from 1 on.');
  const path = join(folder, String(part));
  await receive(source, path);
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Joins the parts into the file. */
export async function finishUpload(
  store: Store,
  id: string,
  target: string,
  parts: { part_number: number; etag: string }[],
): Promise<void> {
  const folder = uploadFolder(store, id);
  if (!existsSync(folder)) throw missing(`There is no upload ${id}.`);
  const upload = JSON.parse(readRegularFile(join(folder, 'upload.json')).toString()) as Upload;
  if (upload.target !== target) throw invalid('This upload is for another path.');
  const paths = parts
    .toSorted((a, b) => a.part_number - b.part_number)
    .map(({ part_number: number }) => join(folder, String(number)));
  if (paths.length === 0) throw invalid('An upload is completed with its parts.');
  for (const path of paths) if (!existsSync(path)) throw invalid(`Part ${basename(path)} was not uploaded.`);
  async function* joined() {
    for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
  }
  await receive(Readable.from(joined()), target);
  rmSync(folder, { recursive: true, force: true });
}

export function dropUpload(store: Store, id: string): void {
  rmSync(uploadFolder(store, id), { recursive: true, force: true });
}
