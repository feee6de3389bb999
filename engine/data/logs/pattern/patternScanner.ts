import type { DatasetSchema } from '../../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../project/schema/sources/logs.ts';
import { FieldValues } from '../fieldValues.ts';
import type { LineScanner } from '../lineScanner.ts';
import { readPattern } from '../linePattern.ts';
import { parsePattern } from './parsePattern.ts';
import { PatternMatcher } from './patternMatcher.ts';
import { patternProgram } from './patternProgram.ts';

/**
 * Scans lines with a pattern of named groups. A group that took no part, or matched nothing, is missing. Null for
 * patterns that only RE2 reads.
 */
export function patternScanner({ pattern, timezone }: FromLogs, schema: DatasetSchema | null): LineScanner | null {
  const read = readPattern(pattern ?? '');
  if ('message' in read) return null;
  const parsed = parsePattern(read.expression);
  const program = parsed && patternProgram(parsed);
  if (!program) return null;
  const named = read.groups.flatMap((name, i) => (name === null ? [] : [{ name, slot: 2 * (i + 1) }]));
  const names = schema
    ? schema.fields.map(({ name }) => name).filter((name) => named.some((group) => group.name === name))
    : named.map(({ name }) => name);
  const values = new FieldValues(schema, names, timezone);
  const slots = names.map((name) => named.find((group) => group.name === name)?.slot ?? 0);
  const matcher = new PatternMatcher(program);
  const scan = (bytes: Buffer, from: number, end: number): boolean => {
    if (!matcher.match(bytes, from, end)) return false;
    values.start(end - from);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const [start, stop] = [matcher.bounds[slot] as number, matcher.bounds[slot + 1] as number];
      if (start !== stop && !values.put(bytes, i, start, stop)) return false;
    }
    return true;
  };
  return values.scanner(scan);
}
