/** Number of items from which a list gets an index: thousands of columns are looked up by name. */
const mostSearched = 32;
const indexes = new WeakMap<readonly { name: string }[], { size: number; byName: Map<string, { name: string }> }>();

/** Returns the first item with a name, in constant time in a long list that does not change. */
export function named<T extends { name: string }>(items: readonly T[] | undefined, name: string): T | undefined {
  if (!items) return undefined;
  if (items.length < mostSearched) return items.find((item) => item.name === name);
  const known = indexes.get(items);
  if (known?.size === items.length) return known.byName.get(name) as T | undefined;
  const byName = new Map<string, T>();
  for (const item of items) if (!byName.has(item.name)) byName.set(item.name, item);
  indexes.set(items, { size: items.length, byName });
  return byName.get(name);
}
