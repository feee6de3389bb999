import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { FoundLog } from '../../protocol/start.ts';
import { ProjectError, checkCancelled } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { unpackStart } from '../base/unpackStart.ts';
import { LineCounter, countLines, type CountedLines } from '../data/logs/countLines.ts';
import { bytesOf, packingOf, type Packing } from '../data/logs/heldFiles.ts';
import { rotatedName } from '../data/logs/rotation.ts';
import type { FromLogs } from '../project/schema/sources/logs.ts';
import { logFormat } from './logFormat.ts';
import { exactPattern } from './newNames.ts';

/** A file whose name is one of a log. Paths are relative to the folder. */
export interface LogFile {
  path: string;
  bytes: number;
}

/** A log with the source that reads it; null when no known format was recognised. */
export interface LogLook {
  found: FoundLog;
  source: FromLogs | null;
}

const sampleBytes = 256 << 10;
/** Bytes of a log whose lines are counted one by one. */
const mostCounted = 64 << 20;
const mostUnpacked = 8 << 20;
/** Bytes of the sample of a compressed log. */
const mostSample = 16 << 20;
const mostGroups = 60;

/** True for the name of a log, of a rotated one too: `access.log.2.gz`, `app.jsonl.1`, `error_log`. */
export function isLogName(name: string): boolean {
  const { base, suffixed } = rotatedName(name);
  if (name.startsWith('.') || /change[._-]?log/i.test(name)) return false;
  return (
    /\.(log|logfmt)$|(^|[._-])log$|^(syslog|messages)$/i.test(base) ||
    (suffixed && /\.(jsonl?|ndjson|txt)$/i.test(base))
  );
}

/** Returns the logs that files are, each with its rotated files, in the order of their paths. */
export async function lookAtLogs(folder: string, files: readonly LogFile[], signal?: AbortSignal): Promise<LogLook[]> {
  const groups = new Map<string, LogFile[]>();
  for (const file of files) {
    const path = logPath(file.path);
    groups.set(path, [...(groups.get(path) ?? []), file]);
  }
  const found: LogLook[] = [];
  for (const [path, own] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, mostGroups)) {
    checkCancelled(signal);
    found.push(await lookAtLog(folder, path, own, signal));
  }
  return found;
}

/**
 * Returns the logs at paths as `lookAtFolder` names them, with the rotated files beside them. A path may also be that of
 * a rotated file. Throws ProjectError when there is no such log.
 */
export async function logsAt(folder: string, paths: readonly string[], signal?: AbortSignal): Promise<LogLook[]> {
  const wanted = new Set(paths.map(logPath));
  const files: LogFile[] = [];
  for (const path of wanted) {
    const place = dirname(path);
    for (const name of await readdir(projectPath(folder, place)).catch(() => [])) {
      const file = place === '.' ? name : `${place}/${name}`;
      const stats = logPath(file) === path ? statSync(projectPath(folder, file), { throwIfNoEntry: false }) : undefined;
      if (stats?.isFile() && stats.size > 0) files.push({ path: file, bytes: stats.size });
    }
    if (!files.some((file) => logPath(file.path) === path))
      throw new ProjectError(`There is no log \`${path}\` with a line in ${folder}.`);
  }
  return lookAtLogs(folder, files, signal);
}

/** The path of the file that grows, without what rotation adds to its name. */
export function logPath(path: string): string {
  const folder = dirname(path);
  const { base } = rotatedName(basename(path));
  return folder === '.' ? base : `${folder}/${base}`;
}

async function lookAtLog(
  folder: string,
  path: string,
  files: readonly LogFile[],
  signal: AbortSignal | undefined,
): Promise<LogLook> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const found: FoundLog = { path, files: files.length, bytes, format: null, about: '', lines: 0, exact: true };
  const unknown = (about: string): LogLook => ({ found: { ...found, about }, source: null });
  // The file that grows shows the format of today.
  const newest = files.toSorted((a, b) => Number(a.path !== path) - Number(b.path !== path));
  let sample: Sample | null = null;
  for (const file of newest) {
    sample = await sampleOf(projectPath(folder, file.path));
    if (sample?.text || sample?.why) break;
  }
  if (!sample) return unknown('it has no line yet');
  if (sample.why) return unknown(sample.why);
  const known = logFormat(sample.text);
  if (!known) {
    const [line = ''] = sample.text.split('\n').filter((one) => one.trim() !== '');
    return unknown(`its lines have no known format; the first is \`${line.trim().slice(0, 80)}\``);
  }
  const { about, format, pattern, continued } = known;
  const counted = await countAll(folder, files, sample, signal);
  const patterns = patternsOf(path, files);
  return {
    found: { ...found, format, about, ...counted },
    source: {
      logs: patterns.length === 1 ? (patterns[0] ?? path) : patterns,
      format,
      ...(pattern === undefined ? {} : { pattern }),
      ...(continued === undefined ? {} : { continued }),
      ...(sample.isUtf8 ? {} : { encoding: 'windows-1252' as const }),
    },
  };
}

/** The file itself, or globs for it and its rotated files. */
function patternsOf(path: string, files: readonly LogFile[]): string[] {
  const names = files.map((file) => rotatedName(basename(file.path)));
  const isPlain = files.length === 1 && files[0]?.path === path;
  const [, stem = path, ending = ''] = /^(.*?)(\.[A-Za-z]\w*)$/s.exec(path) ?? [];
  return [
    ...(isPlain ? [exactPattern(path)] : names.some(({ inserted }) => !inserted) ? [`${exactPattern(path)}*`] : []),
    ...(names.some(({ inserted }) => inserted) ? [`${exactPattern(stem)}[._-][0-9]*${ending}*`] : []),
  ];
}

interface Sample {
  /** Whole lines. */
  text: string;
  isUtf8: boolean;
  /** Why the file cannot be read as text; empty when it can. */
  why: string;
}

/** Reads the first lines of a file. Null when it has none. */
async function sampleOf(file: string): Promise<Sample | null> {
  const handle = await open(file).catch(() => null);
  if (!handle) return { text: '', isUtf8: true, why: 'it cannot be opened; check its permissions' };
  try {
    const packing = await packingOf(handle);
    if (packing === 'other') return { text: '', isUtf8: true, why: 'unpack it, or compress it with gzip or zstd' };
    const start = unpacked(await bytesOf(handle, 0, sampleBytes), packing);
    if (start === null) return { text: '', isUtf8: true, why: 'it is compressed, and damaged or not complete' };
    const end = start.length < sampleBytes && packing === null ? start.length : start.lastIndexOf(10) + 1;
    const lines = start.subarray(0, end === 0 ? start.length : end);
    if (lines.includes(0)) return { text: '', isUtf8: true, why: 'it is not text in UTF-8' };
    const utf8 = isUtf8(lines);
    const text = new TextDecoder(utf8 ? 'utf-8' : 'windows-1252').decode(lines);
    return text.trim() === '' ? null : { text, isUtf8: utf8, why: '' };
  } finally {
    await handle.close();
  }
}

function unpacked(bytes: Buffer, packing: Packing): Buffer | null {
  try {
    // The end may be missing.
    return packing === 'gzip' || packing === 'zstd'
      ? unpackStart(bytes, packing, { most: mostSample, isWhole: false }).bytes
      : bytes;
  } catch {
    return null;
  }
}

async function countAll(
  folder: string,
  files: readonly LogFile[],
  { text }: Sample,
  signal: AbortSignal | undefined,
): Promise<CountedLines> {
  const perLine = text.length / Math.max(1, text.trimEnd().split('\n').length);
  let left = mostCounted;
  const sum: CountedLines = { lines: 0, exact: true };
  for (const { path, bytes } of files) {
    const one = await countFile(projectPath(folder, path), { bytes, left, perLine }, signal);
    left = Math.max(1 << 20, left - bytes);
    sum.lines += one.lines;
    sum.exact &&= one.exact;
  }
  return sum.exact ? sum : { lines: Number(sum.lines.toPrecision(2)), exact: false };
}

async function countFile(
  file: string,
  { bytes, left, perLine }: { bytes: number; left: number; perLine: number },
  signal: AbortSignal | undefined,
): Promise<CountedLines> {
  const handle = await open(file).catch(() => null);
  if (!handle) return { lines: 0, exact: false };
  try {
    const packing = await packingOf(handle);
    if (packing === null)
      return await countLines(handle, { from: 0, size: bytes, mostBytes: left, isFinished: true }, signal);
    // Text of logs becomes about a tenth.
    if (packing === 'other' || bytes > mostUnpacked) return { lines: Math.round((bytes * 10) / perLine), exact: false };
    return await countPacked(file, packing, signal);
  } finally {
    await handle.close();
  }
}

async function countPacked(
  file: string,
  packing: 'gzip' | 'zstd',
  signal: AbortSignal | undefined,
): Promise<CountedLines> {
  const counter = new LineCounter();
  const count = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) counter.add(chunk);
  };
  try {
    await pipeline(
      createReadStream(file),
      packing === 'gzip' ? createGunzip() : createZstdDecompress(),
      count,
      ...(signal ? [{ signal }] : []),
    );
    return { lines: counter.allLines, exact: true };
  } catch {
    checkCancelled(signal);
    return { lines: counter.lines, exact: false };
  }
}
