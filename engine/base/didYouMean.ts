import { unseenDifference } from './invisible.ts';

/**
 * Returns the candidate nearest to the written text, or null when none is close enough. Close means an optimal string
 * alignment distance of at most a third of the length.
 */
export function didYouMean(written: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 0.5;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) > bestDistance) continue;
    const distance = alignmentDistance(written.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Returns ` Did you mean x?`, or an empty string. Names that look the same are told apart. */
export function suggestion(written: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  for (const name of known) {
    const difference = unseenDifference(written, name);
    if (difference !== null) return ` Did you mean \`${name}\`? They differ by what is not seen: ${difference}.`;
  }
  const near = didYouMean(written, known);
  return near === null ? '' : ` Did you mean \`${near}\`?`;
}

function alignmentDistance(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min((row[j - 1] ?? 0) + 1, (old[j] ?? 0) + 1, (old[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, (older[j - 2] ?? 0) + 1);
      row.push(value);
    }
    [older, old] = [old, row];
  }
  return old[b.length] ?? 0;
}
