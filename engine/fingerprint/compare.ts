import { bytes as bytesText } from '../../words/sizes.ts';
import { isDeepStrictEqual } from 'node:util';
import type { FileFingerprint, LockEntry } from './lockFile.ts';

export type Fingerprint = Pick<LockEntry, 'spec' | 'params' | 'deps'>;

/**
 * Lists why a recorded entry is stale: which param, input or file changed, and from what to what. Empty when fresh.
 */
export function differences(recorded: LockEntry, now: Fingerprint): string[] {
  return [...valueDifferences(recorded, now), ...fileChanges(recorded.deps, now.deps)];
}

/** The same without the files. */
export function valueDifferences(
  recorded: Pick<LockEntry, 'spec' | 'params'>,
  now: Pick<Fingerprint, 'spec' | 'params'>,
): string[] {
  const params = valueChanges(recorded.params, now.params, 'params.');
  const changed = new Set(params.length > 0 ? Object.values(now.params).map((value) => JSON.stringify(value)) : []);
  // An input that only repeats a changed param would report the same change twice.
  const inputs = valueChanges(recorded.spec, now.spec, '').filter((change) => !changed.has(change.to));
  return [...params, ...inputs].map(({ text }) => text);
}

function valueChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  prefix: string,
): { text: string; to: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .flatMap((key) => {
      const [old, now] = [before[key], after[key]];
      // In an input of several keys, only those that changed matter.
      if (isObject(old) && isObject(now)) return valueChanges(old, now, `${prefix}${key}.`);
      const text =
        prefix === '' && isPeriod(key) ? periodChange[key](old, now) : `${prefix}${key} ${show(old)} → ${show(now)}`;
      return [{ text, to: JSON.stringify(now) }];
    });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Describes the changes between two sets of files. A name whose accents are composed otherwise is the same name, unless
 * both are there.
 */
export function fileChanges(
  recorded: Record<string, FileFingerprint>,
  after: Record<string, FileFingerprint>,
): string[] {
  const changes: string[] = [];
  const before = asListed(recorded, after);
  let same = 0;
  for (const path of Object.keys(after)) {
    const [old, now] = [before[path], after[path]];
    if (old === undefined) changes.push(`${path} is new`);
    else {
      same++;
      if (now !== undefined && old.hash !== now.hash)
        changes.push(
          `${path} changed${old.bytes === now.bytes ? '' : ` (${bytesText(old.bytes)} → ${bytesText(now.bytes)})`}`,
        );
    }
  }
  const all = Object.keys(before);
  if (same < all.length) for (const path of all) if (!after[path]) changes.push(`${path} is gone`);
  return changes;
}

/** Files of a lock under the names that they are listed with now, where only the composition of accents differs. */
function asListed(
  before: Record<string, FileFingerprint>,
  after: Record<string, FileFingerprint>,
): Record<string, FileFingerprint> {
  const fresh = Object.keys(after).filter((path) => before[path] === undefined && /[^\0-\x7f]/.test(path));
  if (fresh.length === 0) return before;
  const gone = new Map(
    Object.keys(before).flatMap((path) => (after[path] ? [] : [[path.normalize('NFC'), path] as const])),
  );
  const files = { ...before };
  for (const path of fresh) {
    const name = path.normalize('NFC');
    const old = gone.get(name);
    const file = old === undefined ? undefined : before[old];
    if (old === undefined || !file) continue;
    gone.delete(name);
    delete files[old];
    files[path] = file;
  }
  return files;
}

/**
 * Describes which rows a run may read, then and now, as a sentence: an arrow would not show which side had a limit.
 */
const periodChange = {
  as_of: (before: unknown, after: unknown) =>
    limitChange(
      before === undefined ? null : `data before ${date(before)}`,
      after === undefined ? null : `data before ${date(after)}`,
    ),
  window_ms: (before: unknown, after: unknown) =>
    limitChange(
      before === undefined ? null : `the newest ${span(before)} of data`,
      after === undefined ? null : `the newest ${span(after)} of data`,
    ),
  regime: (before: unknown, after: unknown) =>
    after === undefined
      ? `the last run was split for a change on ${date(before)}`
      : `split for a change on ${date(after)}, the last run ${before === undefined ? 'for none' : `for one on ${date(before)}`}`,
};

function isPeriod(key: string): key is keyof typeof periodChange {
  return key in periodChange;
}

function limitChange(before: string | null, after: string | null): string {
  if (after === null) return `the last run was limited to ${before}`;
  return before === null
    ? `limited to ${after}, the last run was not`
    : `limited to ${after}, the last run to ${before}`;
}

function date(iso: unknown): string {
  const at = new Date(String(iso));
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return at.getTime() % 86_400_000 === 0 ? day : `${day}, ${at.toISOString().slice(11, 16)} UTC`;
}

function span(ms: unknown): string {
  const hours = Math.round(Number(ms) / 3_600_000);
  const [value, unit] = hours % 24 === 0 ? [hours / 24, 'day'] : [hours, 'hour'];
  return `${value} ${unit}${value === 1 ? '' : 's'}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
