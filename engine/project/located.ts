/** Offsets in UTF-16 code units: `start` inclusive, `end` exclusive. */
export interface Range {
  start: number;
  end: number;
}

export interface Entry {
  key: string;
  keyRange: Range;
  value: Located;
  /** True when the entry comes from a `<<` merge, so its range is elsewhere. */
  merged: boolean;
}

/** A YAML value with its range. Aliases are resolved and have the range of the alias. */
export type Located =
  | { kind: 'map'; range: Range; entries: Entry[] }
  | { kind: 'seq'; range: Range; items: Located[] }
  | { kind: 'scalar'; range: Range; value: string | number | boolean | null; quoted: boolean };

/** Returns the plain JavaScript value. */
export function toValue(node: Located | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.items.map(toValue);
  const result: Record<string, unknown> = {};
  for (const { key, value } of node.entries)
    Object.defineProperty(result, key, { value: toValue(value), enumerable: true, writable: true, configurable: true });
  return result;
}

export function entryOf(node: Located | undefined, key: string): Entry | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.length < mostSearched
    ? node.entries.find((entry) => entry.key === key)
    : indexOf(node.entries).get(key);
}

/** Number of entries above which a mapping gets an index: thousands of stages are looked up by name. */
const mostSearched = 32;
const indexes = new WeakMap<readonly Entry[], { size: number; byKey: Map<string, Entry> }>();

function indexOf(entries: readonly Entry[]): Map<string, Entry> {
  const known = indexes.get(entries);
  if (known?.size === entries.length) return known.byKey;
  const byKey = new Map<string, Entry>();
  // For a duplicate key, the first entry counts.
  for (const entry of entries) if (!byKey.has(entry.key)) byKey.set(entry.key, entry);
  indexes.set(entries, { size: entries.length, byKey });
  return byKey;
}

/** Returns the node at a path of keys and indexes, or undefined. */
export function nodeAt(node: Located | undefined, path: readonly (string | number)[]): Located | undefined {
  let current = node;
  for (const step of path) {
    if (current?.kind === 'map') current = entryOf(current, String(step))?.value;
    else if (current?.kind === 'seq' && typeof step === 'number') current = current.items[step];
    else return undefined;
  }
  return current;
}

/** Returns a display name for the kind of a value: `a list`, `text`, `nothing`. */
export function kindName(node: Located): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'seq') return 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `the text ${JSON.stringify(clip(node.value))}`;
  return `${typeof node.value === 'number' ? 'the number' : 'the boolean'} ${String(node.value)}`;
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 37)}…` : text);
