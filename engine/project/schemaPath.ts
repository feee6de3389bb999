import { nodeAt, type Located, type Range } from './located.ts';
import { membersFor, propertyOf, recordValue, type Shape } from './shape.ts';

export type KeyPath = (string | number)[];

/** Location of an offset in a parsed file. */
export interface Spot {
  /** Path of the key or value under the offset. */
  path: KeyPath;
  /** Range of the key or scalar under the offset. */
  range: Range;
  on: 'key' | 'value';
  value: Located | null;
}

/** Returns the innermost key or value under an offset; null between them. */
export function spotAt(root: Located | null, offset: number): Spot | null {
  let path: KeyPath = [];
  let node = root;
  while (node) {
    if (node.kind === 'scalar')
      return contains(node.range, offset) ? { path, range: node.range, on: 'value', value: node } : null;
    if (node.kind === 'seq') {
      const at: number = node.items.findIndex((item) => contains(item.range, offset));
      const item: Located | undefined = node.items[at];
      if (!item) return null;
      path = [...path, at];
      node = item;
      continue;
    }
    const entries: (Located & { kind: 'map' })['entries'] = node.entries;
    const key = entries.find((entry) => !entry.merged && contains(entry.keyRange, offset));
    if (key) return { path: [...path, key.key], range: key.keyRange, on: 'key', value: key.value };
    const inside = entries.find((entry) => !entry.merged && contains(entry.value.range, offset));
    if (!inside) return null;
    path = [...path, inside.key];
    node = inside.value;
  }
  return null;
}

function contains(range: Range, offset: number): boolean {
  return offset >= range.start && offset <= range.end;
}

/** Returns the possible shapes at a path, with unions narrowed by the surrounding values. */
export function shapesAt(shape: Shape, root: Located | null, path: KeyPath): Shape[] {
  let current: Shape[] = membersFor(shape, root ?? undefined);
  path.forEach((step, i) => {
    const next: Shape[] = [];
    for (const candidate of current) {
      const child =
        typeof step === 'number' ? candidate.items : (propertyOf(candidate, step) ?? recordValue(candidate));
      if (child) next.push(...membersFor(child, nodeAt(root ?? undefined, path.slice(0, i + 1))));
    }
    current = next;
  });
  return current;
}

/** Returns the shape of a property before its union is narrowed, which has the description of the property. */
export function propertyShape(shape: Shape, root: Located | null, path: KeyPath): Shape | null {
  const last = path.at(-1);
  if (last === undefined) return shape;
  for (const parent of shapesAt(shape, root, path.slice(0, -1))) {
    const found = typeof last === 'number' ? parent.items : (propertyOf(parent, last) ?? recordValue(parent));
    if (found) return found;
  }
  return null;
}
