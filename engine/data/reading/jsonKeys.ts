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
  const whole = /\.json(\.|$)/i.test(file) ? wholeObject(text) : null;
  const same = [...names.values()].filter((found) => found.size > 1);
  return [
    ...(whole === null ? [] : [whole]),
    ...(same.length === 0
      ? []
      : [`keys that differ only by case are columns of their own: ${some(same.map((found) => renamed([...found])))}`]),
    ...unseenNotes([...names.values()].flatMap((found) => [...found])),
    ...longNumberNotes([file]),
    ...nulNotes(text),
  ];
}

/**
 * Says that a file is one object, and so one row, when its rows are inside: under a key, as APIs and GeoJSON have them, or
 * in pandas' orient `split` or `columns`.
 */
function wholeObject(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const isObject = (one: unknown) => one !== null && typeof one === 'object' && !Array.isArray(one);
  const rows = entries.find(([, one]) => Array.isArray(one) && one.length > 1 && one.every(isObject));
  const told = (how: string) => `the file is one object, and so one row; ${how}`;
  if (rows) {
    const path = /^[A-Za-z_]\w*$/.test(rows[0]) ? `.${rows[0]}` : `.[${JSON.stringify(rows[0])}]`;
    return told(`\`jq '${path}'\` writes the rows under \`${rows[0]}\` alone`);
  }
  const keys = entries
    .map(([key]) => key)
    .toSorted()
    .join();
  if (keys === 'columns,data' || keys === 'columns,data,index')
    return told("write it with `orient='records'` of pandas");
  const areColumns = entries.length > 0 && entries.every(([, one]) => isObject(one) && '0' in (one as object));
  return areColumns ? told("write it with `orient='records'` of pandas") : null;
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
