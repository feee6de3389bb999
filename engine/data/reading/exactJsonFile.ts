import { pathMark, JsonScan, type JsonPath } from './jsonScan.ts';
import { longPaths, mostDigits, type LongNumbers } from './jsonNumbers.ts';

/** Long numbers of several files. All numbers of their places are read as texts. */
export function longPathsOf(files: readonly string[]): Map<JsonPath, LongNumbers> {
  const all = new Map<JsonPath, LongNumbers>();
  for (const file of files)
    for (const [path, { whole, fraction, only }] of longPaths(file)) {
      const before = all.get(path);
      all.set(path, {
        whole: Math.max(whole, before?.whole ?? 0),
        fraction: Math.max(fraction, before?.fraction ?? 0),
        only: only && (before?.only ?? true),
      });
    }
  return all;
}

/** A walk that writes the numbers of some places as strings, so that their digits stay. */
export function quotedNumbers(paths: ReadonlySet<JsonPath>): JsonScan {
  return new JsonScan({
    value: (path, kind, text) => (kind === 'number' && paths.has(path) ? `"${text}"` : undefined),
  });
}

/** Number of digits behind the point with which the numbers of a column are kept; null when there are too many. */
export function keptDecimals({ whole, fraction, only }: LongNumbers): number | null {
  return only && whole + fraction <= mostDigits ? fraction : null;
}

/** What becomes of long numbers, for people: those that a DECIMAL holds, and those that are texts. */
export function longNumberNotes(files: readonly string[]): string[] {
  const kept: string[] = [];
  const texts: string[] = [];
  for (const [path, numbers] of longPathsOf(files)) {
    const name = path.replaceAll(`${pathMark}[]`, '[]').replaceAll(pathMark, '.');
    const isColumn = !path.includes(pathMark);
    (isColumn && keptDecimals(numbers) !== null ? kept : texts).push(name);
  }
  return [
    ...(kept.length > 0
      ? [`numbers kept with all digits, more than a floating-point number holds: ${kept.join(', ')}`]
      : []),
    ...(texts.length > 0
      ? [`numbers kept as text with all digits, more than a floating-point number holds: ${texts.join(', ')}`]
      : []),
  ];
}
