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
  const given = new Set(plain.map((name) => name.toLowerCase()));
  const repeated: { name: string; free: string }[] = [];
  const names = plain.map((name, i) => {
    const base = name === '' ? `column${i}` : name;
    let free = base;
    for (let n = 2; taken.has(free.toLowerCase()) || (free !== name && given.has(free.toLowerCase())); n++)
      free = `${base}_${n}`;
    if (name !== '' && free !== name) repeated.push({ name, free });
    taken.add(free.toLowerCase());
    return free;
  });
  const cleaned = cells.flatMap((cell, i) => (cell.trim() === plain[i] || plain[i] === '' ? [] : [plain[i] ?? '']));
  const blank = plain.flatMap((name, i) => (name === '' ? [i] : []));
  return {
    names,
    repeated: repeated.map(({ name }) => name),
    blank,
    notes: [
      ...(repeated.length > 0
        ? [`names that occur twice: ${some(repeated.map(({ name, free }) => `${name} → ${free}`))}`]
        : []),
      ...(cleaned.length > 0 ? [`line breaks or special spaces changed in the names ${some(cleaned)}`] : []),
    ],
  };
}

/** Control characters, zero-width characters and special spaces are easily overlooked in a name. */
function plainName(cell: string): string {
  return cell
    .replaceAll(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, '')
    .replaceAll(/[\u00a0\u2007\u202f]|\s*[\r\n\t]+\s*/g, ' ')
    .trim();
}

/** Lists some words, and how many there are more. */
export function some(words: readonly string[], most = 5): string {
  const more = words.length - most;
  return more <= 1 ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${more.toLocaleString('en-US')} more`;
}
