import { invisibleIn, withoutInvisible } from '../../base/invisible.ts';
import { some } from './some.ts';

export interface ColumnNames {
  /** Distinct names, ignoring case, one for each column. */
  names: string[];
  /** Names that occur more than once, ignoring case. */
  repeated: string[];
  /** Indices of the columns without a name. */
  blank: number[];
  /** Renamed columns, in words. */
  notes: string[];
}

/**
 * Returns names for the cells of a header. Spaces around a name and invisible characters are removed; a line break or special space becomes a plain one.
 * A blank name becomes `column<i>`, from 0; a name that occurs again, ignoring case, gets `_2`.
 */
export function columnNames(cells: readonly string[]): ColumnNames {
  const plain = cells.map((cell) => plainName(cell));
  const taken = new Set<string>();
  /** The number to try next, by name: a header may have one name 100,000 times. */
  const next = new Map<string, number>();
  const given = new Set(plain.map((name) => name.toLowerCase()));
  const repeated: { name: string; free: string }[] = [];
  const names = plain.map((name, i) => {
    const base = name === '' ? `column${i}` : name;
    let free = base;
    const key = base.toLowerCase();
    let n = next.get(key) ?? 2;
    for (; taken.has(free.toLowerCase()) || (free !== name && given.has(free.toLowerCase())); n++)
      free = `${base}_${n}`;
    next.set(key, n);
    if (name !== '' && free !== name) repeated.push({ name, free });
    taken.add(free.toLowerCase());
    return free;
  });
  const broken = cells.flatMap((cell, i) => (/[\r\n\t]/.test(cell.trim()) ? [plain[i] ?? ''] : []));
  const unseen = cells.flatMap((cell, i) => {
    const found = invisibleIn(cell);
    return found.length === 0 || plain[i] === '' ? [] : [`${plain[i] ?? ''} (${found.join(', ')})`];
  });
  const blank = plain.flatMap((name, i) => (name === '' ? [i] : []));
  return {
    names,
    repeated: repeated.map(({ name }) => name),
    blank,
    notes: [
      ...(repeated.length > 0
        ? [`names that occur twice: ${some(repeated.map(({ name, free }) => `${name} → ${free}`))}`]
        : []),
      ...(broken.length > 0 ? [`line breaks are spaces in the names ${some(broken)}`] : []),
      ...(unseen.length > 0 ? [`characters that are not seen are removed from the names ${some(unseen)}`] : []),
    ],
  };
}

/** Line breaks, zero-width characters and special spaces are easily overlooked in a name. */
function plainName(cell: string): string {
  return withoutInvisible(cell)
    .replaceAll(/(?<!\s)\s*[\r\n\t]\s*/g, ' ')
    .trim();
}

/** A note about names with characters that are not seen, which stay: Parquet and JSON files are read by their names. */
export function unseenNotes(names: readonly string[]): string[] {
  const unseen = names.flatMap((name) => {
    const found = invisibleIn(name);
    return found.length === 0 ? [] : [`${withoutInvisible(name)} (${found.join(', ')})`];
  });
  return unseen.length === 0 ? [] : [`names with characters that are not seen: ${some(unseen)}`];
}
