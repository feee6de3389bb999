import { entryOf, type Entry, type Located, type Range } from '../located.ts';
import { labelText } from './pythonText.ts';
import { fill, type Context, type Filling } from './template.ts';

export interface Stamped {
  name: string;
  nameRange: Range;
  stage: Located;
  context: Context;
}

/**
 * Returns the stages of one entry of `stages`: itself, or one per item of its `foreach` or combination of its `matrix`.
 * Items of the same name are one stage, the last of them.
 */
export function stampOut(entry: Entry, filling: Omit<Filling, 'key'>): Stamped[] {
  const each = entryOf(entry.value, 'foreach')?.value;
  const body = entryOf(entry.value, 'do')?.value;
  const matrix = entryOf(entry.value, 'matrix')?.value;
  if (each && body) return foreach(entry, each, body, filling);
  if (matrix?.kind === 'map') return combine(entry, matrix, filling);
  return [{ name: entry.key, nameRange: entry.keyRange, stage: entry.value, context: filling.context }];
}

function foreach(entry: Entry, each: Located, body: Located, filling: Omit<Filling, 'key'>): Stamped[] {
  const items = fill(each, { ...filling, key: null });
  const made = new Map<string, Stamped>();
  const add = (key: string, more: [string, Located][]) =>
    made.set(key, stamped(entry, key, body, filling.context, more));
  if (items.kind === 'map') {
    for (const { key, value } of items.entries)
      add(key, [
        ['item', value],
        ['key', { kind: 'scalar', range: entry.keyRange, value: key, quoted: true }],
      ]);
  } else if (items.kind === 'seq') {
    const isComposite = items.items.some((item) => item.kind !== 'scalar');
    for (const [i, item] of items.items.entries())
      add(isComposite || item.kind !== 'scalar' ? String(i) : labelText(item), [['item', item]]);
  } else filling.report(each.range, '`foreach` needs a list or a mapping.');
  return [...made.values()];
}

function combine(entry: Entry, matrix: Extract<Located, { kind: 'map' }>, filling: Omit<Filling, 'key'>): Stamped[] {
  const stage: Located =
    entry.value.kind === 'map'
      ? { ...entry.value, entries: entry.value.entries.filter(({ key }) => key !== 'matrix') }
      : entry.value;
  let combinations: { key: string; node: Located; label: string }[][] = [[]];
  for (const { key, value } of matrix.entries) {
    const items = fill(value, { ...filling, key: null });
    if (items.kind !== 'seq') filling.report(value.range, `\`${key}\` of \`matrix\` needs a list.`);
    const choices = (items.kind === 'seq' ? items.items : []).map((node, i) => ({
      key,
      node,
      label: node.kind === 'scalar' ? labelText(node) : `${key}${i}`,
    }));
    combinations = combinations.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  const made = new Map<string, Stamped>();
  for (const parts of combinations) {
    const label = parts.map((part) => part.label).join('-');
    const item: Located = {
      kind: 'map',
      range: matrix.range,
      entries: parts.map(({ key, node }) => ({ key, keyRange: matrix.range, value: node, merged: false })),
    };
    const key: Located = { kind: 'scalar', range: entry.keyRange, value: label, quoted: true };
    made.set(
      label,
      stamped(entry, label, stage, filling.context, [
        ['item', item],
        ['key', key],
      ]),
    );
  }
  return [...made.values()];
}

function stamped(entry: Entry, key: string, stage: Located, context: Context, more: [string, Located][]): Stamped {
  return {
    name: `${entry.key}@${key}`,
    nameRange: entry.keyRange,
    stage,
    context: new Map([...context, ...more]),
  };
}
