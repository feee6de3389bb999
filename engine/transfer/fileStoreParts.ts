import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plainKeys } from './exportedRuns.ts';
import { readMeta } from './metaYaml.ts';
import { linesOf } from './metricFile.ts';
import type { Tell } from './records.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/** Writes a file and its folders: to a temporary file that is renamed, so that no reader sees half of it. */
export function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, text, { flag: 'wx' });
  replaceFileSync(part, file);
}

/** Writes a missing file or, with `replace`, one with other content. Sets `change.any` when it wrote. */
export function putter(change: { any: boolean }): (file: string, text: string, replace: boolean) => void {
  return (file, text, replace) => {
    if (existsSync(file) && (!replace || readFileSync(file, 'utf8') === text)) return;
    writeText(file, text);
    change.any = true;
  };
}

/** Pairs with keys that MLflow accepts; changed keys are reported. */
export function named(pairs: readonly [string, string][], owner: string, tell: Tell): [string, string][] {
  const names = plainKeys(pairs.map(([key]) => key));
  return pairs.map(([key, value]) => {
    const name = names.get(key) ?? key;
    if (name !== key) tell(owner, `\`${key}\` is written as \`${name}\``);
    return [name, value];
  });
}

/** The file of a key in a folder: slashes become subfolders. */
export function fileOf(folder: string, key: string): string {
  return join(folder, ...key.split('/'));
}

/** Appends the missing lines; returns their number. */
export function appendLines(file: string, parts: Iterable<string[]>): number {
  const there = new Set<string>();
  let endsWell = true;
  if (existsSync(file)) {
    for (const lines of linesOf(file)) for (const line of lines) if (line !== '') there.add(line.trim());
    endsWell = readFileSync(file).at(-1) === 10;
  }
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, 'a');
  let added = 0;
  try {
    for (const part of parts) {
      const lines = part.filter((line) => !there.has(line));
      if (lines.length > 0) writeSync(handle, `${endsWell ? '' : '\n'}${lines.join('\n')}\n`);
      if (lines.length > 0) endsWell = true;
      added += lines.length;
    }
  } finally {
    closeSync(handle);
  }
  return added;
}

/** A float in Python's notation with all digits. */
export function pythonText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** True for the folder of a run or logged model that was deleted in the file store. */
export function isDeleted(place: string): boolean {
  return readMeta(join(place, 'meta.yaml')).text('lifecycle_stage') === 'deleted';
}
