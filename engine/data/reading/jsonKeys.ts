import { some } from './columnNames.ts';
import { fileStart } from './fileStart.ts';

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
  return same.length === 0
    ? []
    : [`keys that differ only by case are columns of their own: ${some(same.map((found) => renamed([...found])))}`];
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
