import type { Entry, Located, Range } from '../../engine/project/located.ts';

/** The pairs written inside a mapping, without those of merges and aliases. */
export function ownEntries(node: Located): Entry[] {
  return node.kind === 'map' ? node.entries.filter((entry) => !entry.merged && within(entry.keyRange, node.range)) : [];
}

/** The items written inside a list. */
export function ownItems(node: Located): Located[] {
  return node.kind === 'seq' ? node.items.filter((item) => within(item.range, node.range)) : [];
}

export function within(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** The range of a pair from its key to the end of its value. */
export function pairRange(text: string, entry: Entry): Range {
  return trimmed(text, { start: entry.keyRange.start, end: Math.max(entry.keyRange.end, entry.value.range.end) });
}

/** The range without trailing white space: block values extend to the start of the next line. */
export function trimmed(text: string, { start, end }: Range): Range {
  let at = end;
  while (at > start && /\s/.test(text[at - 1] ?? '')) at--;
  return { start, end: at };
}

/** True for `{…}` and `[…]`. */
export function isFlow(text: string, node: Located): boolean {
  return node.kind !== 'scalar' && (text[node.range.start] === '{' || text[node.range.start] === '[');
}

/** Calls back for each value of a tree, in depth-first order. */
export function eachNode(
  node: Located,
  visit: (node: Located, entry: Entry | null) => void,
  entry: Entry | null = null,
): void {
  visit(node, entry);
  for (const own of ownEntries(node)) eachNode(own.value, visit, own);
  for (const item of ownItems(node)) eachNode(item, visit);
}
