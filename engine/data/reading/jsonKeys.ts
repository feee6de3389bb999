import { unseenNotes } from './columnNames.ts';
import { longNumberNotes } from './exactJsonFile.ts';
import { some } from './some.ts';
import { fileStart } from './fileStart.ts';
import { nulWords } from './nulCharacters.ts';

const mostLines = 2000;

/**
 * Returns notes about the keys at the start of a JSON Lines file: keys that differ only by case become two columns, of
 * which the second is renamed.
 */
export function jsonNotes(file: string): string[] {
  const text = fileStart(file).bytes.toString('utf8');
  const names = new Map<string, Set<string>>();
  for (const line of text.split('\n').slice(0, mostLines)) {
    for (const key of keysOf(line)) {
      const lower = key.toLowerCase();
      names.set(lower, (names.get(lower) ?? new Set<string>()).add(key));
    }
  }
  const same = [...names.values()].filter((found) => found.size > 1);
  return [
    ...(same.length === 0
      ? []
      : [`keys that differ only by case are columns of their own: ${some(same.map((found) => renamed([...found])))}`]),
    ...unseenNotes([...names.values()].flatMap((found) => [...found])),
    ...longNumberNotes([file]),
    ...nulNotes(text),
  ];
}

/** NUL characters, which JSON writes as an escape, at the start of a file. */
function nulNotes(text: string): string[] {
  // An escaped backslash in front makes it the text `\u0000`.
  const found = [...text.matchAll(/(?<!\\)(?:\\\\)*\\u0000/g)];
  const [first] = found;
  if (!first) return [];
  const before = text.slice(0, first.index);
  const line = before.split('\n').length;
  const key = [...before.slice(before.lastIndexOf('\n') + 1).matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].at(-1)?.[1];
  return [nulWords(found.length, line, key ?? '')];
}

function renamed([first = '', ...others]: string[]): string {
  return [first, ...others.map((name, i) => `${name} → ${name}_${i + 1}`)].join(', ');
}

function keysOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''));
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
  } catch {
    return [];
  }
}
