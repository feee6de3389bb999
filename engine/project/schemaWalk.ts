import type { Entry, Located, Range } from './located.ts';
import type { KeyPath } from './schemaPath.ts';
import { membersFor, propertyOf, recordValue, type Shape } from './shape.ts';

/** A value of a file with its possible shapes. */
export interface Walked {
  path: KeyPath;
  node: Located;
  /** Shapes of the value, with unions narrowed by the content. */
  shapes: readonly Shape[];
  /** Pair that contains the value; null for list items and the root. */
  entry: Entry | null;
  /** Kind of the key: a property of the format, a name chosen by the user, or an unknown key. */
  key: 'property' | 'name' | 'unknown' | null;
  parent: Walked | null;
}

/**
 * Visits each value once, from the top down, with its shapes. Calling `shapesAt` for every value would start at the
 * root each time. Values from an alias or a merge are skipped, since they are located elsewhere. `within` is the
 * position of the root when it is part of a larger tree.
 */
export function walkShapes(
  root: Located,
  shape: Shape,
  visit: (walked: Walked) => void,
  within: Pick<Walked, 'path' | 'entry' | 'key' | 'parent'> = { path: [], entry: null, key: null, parent: null },
): void {
  const go = (walked: Walked): void => {
    visit(walked);
    const { node, path, shapes } = walked;
    if (node.kind === 'map') {
      for (const entry of node.entries)
        if (!entry.merged && inside(entry.keyRange, node.range))
          go(child(walked, [...path, entry.key], entry.value, entry, shapes));
    } else if (node.kind === 'seq') {
      node.items.forEach((item, i) => {
        if (inside(item.range, node.range))
          go({
            path: [...path, i],
            node: item,
            shapes: narrowed(shapes, (candidate) => candidate.items, item),
            entry: null,
            key: null,
            parent: walked,
          });
      });
    }
  };
  go({ ...within, node: root, shapes: membersFor(shape, root) });
}

function child(parent: Walked, path: KeyPath, node: Located, entry: Entry, shapes: readonly Shape[]): Walked {
  const declared = shapes.some((shape) => propertyOf(shape, entry.key) !== undefined);
  const key = declared ? 'property' : shapes.some((shape) => recordValue(shape) !== undefined) ? 'name' : 'unknown';
  return {
    path,
    node,
    shapes: narrowed(shapes, (shape) => propertyOf(shape, entry.key) ?? recordValue(shape), node),
    entry,
    key,
    parent,
  };
}

function narrowed(shapes: readonly Shape[], step: (shape: Shape) => Shape | undefined, node: Located): Shape[] {
  return shapes.flatMap((shape) => {
    const next = step(shape);
    return next ? membersFor(next, node) : [];
  });
}

function inside(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
