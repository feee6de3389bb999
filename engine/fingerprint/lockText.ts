import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import type { FileFingerprint, Lock, LockEntry } from './lock.ts';
import { isPlainPath } from './lockedPath.ts';

const options = { lineWidth: 0, aliasDuplicateObjects: false };
/** Sections with fewer files are left to the library. */
const many = 100;
const hash = /^(?=.*[abcdf])[0-9a-f]{64}$/;

/**
 * The text of a lock file: what the YAML library writes, byte for byte. Long sections of files are written line by line: a
 * hundred thousand files take the library ten seconds.
 */
export function lockText(stages: Lock): string {
  const sections = new Map<string, string>();
  const shortened = Object.fromEntries(
    Object.entries(stages).map(([stage, entry]) => [stage, withMarks(entry, sections)]),
  );
  const text = stringify({ version: 1, stages: shortened }, options);
  const filled =
    sections.size === 0
      ? text
      : text.replaceAll(/ (loopwright-files-[0-9a-f-]{36})$/gm, (line, mark: string) => sections.get(mark) ?? line);
  return `# Written by loopwright: what each stage was made from. Commit it.\n${filled}`;
}

/** The entry with a mark in the place of each long section, whose text is put into `sections`. */
function withMarks(entry: LockEntry, sections: Map<string, string>): unknown {
  const marked = Object.entries(entry).map(([key, value]: [string, unknown]) => {
    const text = key === 'deps' || key === 'outs' ? filesText(value as LockEntry['deps']) : null;
    if (text === null) return [key, value];
    const mark = `loopwright-files-${randomUUID()}`;
    sections.set(mark, text);
    return [key, mark];
  });
  return Object.fromEntries(marked) as unknown;
}

function filesText(files: Record<string, FileFingerprint>): string | null {
  const paths = Object.keys(files);
  if (paths.length < many) return null;
  let text = '';
  for (const path of paths) {
    const mark = files[path];
    if (mark && isPlainPath(path) && isUsual(mark))
      text += `\n      ${path}:\n        hash: ${mark.hash}\n        bytes: ${mark.bytes}`;
    else text += byLibrary(path, mark);
  }
  return text;
}

/** A file as the library writes it at its depth. */
function byLibrary(path: string, mark: unknown): string {
  return stringify({ stages: { stage: { deps: { [path]: mark } } } }, options)
    .replace('stages:\n  stage:\n    deps:', '')
    .trimEnd();
}

/** True for a hash that is no number, and a size without an exponent, in this order. */
function isUsual(mark: FileFingerprint): boolean {
  const { hash: content, bytes } = mark;
  const [first, , third] = Object.keys(mark);
  return first === 'hash' && third === undefined && hash.test(content) && Number.isSafeInteger(bytes) && bytes >= 0;
}
