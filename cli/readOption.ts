import { ProjectError } from '../engine/base/errors.ts';
import { parseTime } from '../engine/project/parseTime.ts';

/**
 * The time of an option such as `--now`, as epoch milliseconds, UTC where no zone is given; null when the option was
 * not.
 */
export function readTime(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const at = parseTime(text);
  if (at === null)
    throw new ProjectError(`\`--${option} ${text}\` is not a time; write it like 2026-05-20 or 2026-05-20T00:00:00Z.`);
  return at;
}

/** A count given as an option. */
export function readCount(text: string, option: string): number {
  if (!/^\d+$/.test(text)) throw new ProjectError(`\`--${option} ${text}\` is not a number.`);
  return Number(text);
}

/** The number of a version, written as `3` or `v3`. */
export function readVersion(text: string): number {
  if (!/^v?\d+$/.test(text)) throw new ProjectError(`\`${text}\` is not a version; write a number such as 3.`);
  return Number(text.replace('v', ''));
}
