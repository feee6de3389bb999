import { isDeepStrictEqual } from 'node:util';
import type { FileMark, LockEntry } from './lockFile.ts';

export type Fingerprint = Pick<LockEntry, 'spec' | 'params' | 'deps'>;

/** Why what is recorded no longer holds, in words: which param, input or file, from what to what. Empty when it holds. */
export function differences(recorded: LockEntry, now: Fingerprint): string[] {
  const params = valueChanges(recorded.params, now.params, 'params.');
  const changed = new Set(params.length > 0 ? Object.values(now.params).map((value) => JSON.stringify(value)) : []);
  // An input that only repeats a param that changed would be the same news twice.
  const inputs = valueChanges(recorded.spec, now.spec, '').filter((change) => !changed.has(change.to));
  return [...params, ...inputs].map(({ text }) => text).concat(fileChanges(recorded.deps, now.deps));
}

function valueChanges(before: Record<string, unknown>, after: Record<string, unknown>, prefix: string): { text: string; to: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => ({ text: prefix === '' && key in periodWords ? `${periodWords[key]} ${period(key, before[key])} → ${period(key, after[key])}` : `${prefix}${key} ${show(before[key])} → ${show(after[key])}`, to: JSON.stringify(after[key]) }));
}

/** What changed between two sets of files. */
export function fileChanges(before: Record<string, FileMark>, after: Record<string, FileMark>): string[] {
  const changes: string[] = [];
  for (const [path, mark] of Object.entries(after)) {
    const old = before[path];
    if (!old) changes.push(`${path} is new`);
    else if (old.hash !== mark.hash) changes.push(`${path} changed${old.bytes === mark.bytes ? '' : ` (${size(old.bytes)} → ${size(mark.bytes)})`}`);
  }
  for (const path of Object.keys(before)) if (!after[path]) changes.push(`${path} is gone`);
  return changes;
}

const periodWords: Record<string, string> = { as_of: 'data as of', window_ms: 'data of' };

function period(key: string, value: unknown): string {
  if (value === undefined) return key === 'as_of' ? 'now' : 'all time';
  return key === 'as_of' ? String(value).slice(0, 10) : `the last ${Math.round(Number(value) / 86_400_000)} d`;
}

function show(value: unknown): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
