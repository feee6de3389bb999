import { paddedZero } from '../bareNumber.ts';

const padded = new RegExp(paddedZero);
const paddedKey = ' - ';

/** The key of a written text among the counts of a column: trimmed, but for a dash with blanks around it. */
export function writtenKey(written: string): string {
  const text = written.trim();
  return text === '-' && padded.test(written) ? paddedKey : text;
}

/** Counts by trimmed texts. `areZero`: each dash has blanks around it, as the zero of an accounting format. */
export function mergeDashes(counts: ReadonlyMap<string, number>): {
  counts: ReadonlyMap<string, number>;
  areZero: boolean;
} {
  const rows = counts.get(paddedKey);
  if (rows === undefined) return { counts, areZero: false };
  const merged = new Map([...counts].filter(([text]) => text !== paddedKey));
  merged.set('-', rows + (counts.get('-') ?? 0));
  return { counts: merged, areZero: !counts.has('-') };
}
