import { openAsBlob } from 'node:fs';
import { checkCancelled } from '../base/errors.ts';
import type { ExportCounts, ExportOptions } from './exportedRuns.ts';
import { RefusedError, type Json, type MlflowClient } from './mlflowClient.ts';
import type { SourcePoint, Tell } from './records.ts';
import type { FoundFile } from './walkFiles.ts';

/** The limits of MLflow's protocol. */
export const limits = {
  metrics: 1000,
  params: 100,
  tags: 100,
  entities: 1000,
  bytes: 500_000,
  param: 6000,
  tag: 5000,
  registryTag: 100_000,
};
/** The state of the last export, to skip requests for unchanged objects. */
export const markTag = 'loopwright.exported';

/** A run on the server. */
export interface There {
  id: string;
  mark: string;
  artifactUri: string;
  params: Set<string>;
  tags: Map<string, string>;
  deleted: boolean;
}

/**
 * False for a refusal that is reported; true for errors that end the export: an unreachable server or missing
 * permission.
 */
export function endsAll(error: unknown): boolean {
  return !(error instanceof RefusedError) || error.status === 401 || error.status === 403;
}

export function jsonNumber({ value }: Pick<SourcePoint, 'value'>): number | string {
  return Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Splits items by a maximum number and the maximum size of a request. */
export function* parts<T extends Json>(items: readonly T[], most: number): Iterable<T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (part.length > 0 && (part.length === most || bytes + size > limits.bytes)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A server with SQLite returns the largest numbers for infinities. */
export function pointKey(at: number, step: number, value: number): string {
  return `${at} ${step} ${value === Infinity ? Number.MAX_VALUE : value === -Infinity ? -Number.MAX_VALUE : value}`;
}

/** A name that the server accepts; a changed one is reported. */
export function sentName(
  names: ReadonlyMap<string, string>,
  key: string,
  what: string,
  owner: string,
  tell: Tell,
): string {
  const plain = names.get(key) ?? key;
  if (plain !== key) tell(owner, `the ${what} \`${key}\` is sent as \`${plain}\``);
  return plain;
}

/** A text that the server accepts; truncation is reported. */
export function cutTo(limit: number, key: string, value: string, owner: string, tell: Tell): string {
  if (value.length > limit)
    tell(owner, `\`${key}\` has ${value.length} characters; MLflow takes ${limit}, so the rest was cut`);
  return value.slice(0, limit);
}

/** The path of an address among the server's own artifacts, below `mlflow-artifacts:/`; null for other locations. */
export function proxiedPath(uri: string): string | null {
  return /^mlflow-artifacts:\/*(?:\/\/[^/]+\/)?(.*)$/.exec(uri)?.[1] ?? null;
}

export interface Upload {
  /** Name of the owner of the files, for messages. */
  name: string;
  /** The address of the artifacts that the server returned. */
  uri: string;
  files: readonly FoundFile[];
  /** Lists the files in a folder; null is the root. */
  list(folder: string | null): Promise<Json>;
}

/**
 * Uploads files that the server does not have in the same size. Artifacts stored elsewhere need programs with access to
 * that location.
 */
export async function sendArtifacts(
  client: MlflowClient,
  { name, uri, files, list }: Upload,
  counts: ExportCounts,
  options: ExportOptions & { tell: Tell },
): Promise<number> {
  if (files.length === 0) return 0;
  const root = proxiedPath(uri);
  if (root === null) {
    options.tell(
      name,
      `its ${files.length} artifacts were not sent: the server keeps them at ${uri || 'an unknown place'}, which is not reached through the server. Start it with --serve-artifacts for a new experiment`,
    );
    return 0;
  }
  const listed = new Map<string, Map<string, number>>();
  let sent = 0;
  for (const file of files) {
    checkCancelled(options.signal);
    const folder = file.path.split('/').slice(0, -1).join('/');
    let sizes = listed.get(folder);
    if (!sizes) {
      const { files: entries = [] } = (await list(folder === '' ? null : folder)) as {
        files?: { path: string; file_size?: number | string }[];
      };
      listed.set(folder, (sizes = new Map(entries.map((entry) => [entry.path, Number(entry.file_size ?? -1)]))));
    }
    if (sizes.get(file.path) === file.bytes) continue;
    options.onProgress?.(`${name}: ${file.path}`, null);
    await client.put(`${root}/${file.path}`, await openAsBlob(file.full));
    counts.artifacts++;
    sent++;
  }
  return sent;
}
