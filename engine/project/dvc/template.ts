import { entryOf, type Entry, type Located, type Range } from '../located.ts';
import { noteWritten, pythonText, writtenText } from './pythonText.ts';

/** Values that `${…}` of a dvc.yaml can refer to. Values of other files are located where they are used. */
export type Context = Map<string, Located>;

export type Report = (range: Range, message: string) => void;

const reference = /(?<!\\)\$\{([^}]*)\}/g;

/**
 * Replaces `${a.b[0]}` in every string like DVC: a string that is a single reference keeps the type of its value.
 * `text` is the text of the file, from which the format of numbers is taken.
 */
export function fill(node: Located, context: Context, text: string, report: Report, inCommand = false): Located {
  if (node.kind === 'seq')
    return { ...node, items: node.items.map((item) => fill(item, context, text, report, inCommand)) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: node.entries.map((entry): Entry => ({
        ...entry,
        key: fillText(entry.key, context, text, entry.keyRange, report),
        value: fill(entry.value, context, text, report, inCommand || entry.key === 'cmd'),
      })),
    };
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const whole = /^\$\{([^}]*)\}$/.exec(node.value);
  const found = whole ? select(whole[1] ?? '', context) : null;
  if (found && !(inCommand && found.kind === 'map'))
    return found.kind === 'scalar' ? noteWritten({ ...found, range: node.range }, writtenText(found, text)) : found;
  return { ...node, value: fillText(node.value, context, text, node.range, report) };
}

function fillText(template: string, context: Context, text: string, range: Range, report: Report): string {
  return template
    .replace(reference, (written, expression: string) => {
      const found = select(expression, context);
      if (found) return pythonText(found, writtenText(found, text));
      report(range, `\`${written}\` is not defined: there is no \`${expression.trim()}\` in params.yaml or \`vars\`.`);
      return '';
    })
    .replaceAll('\\${', '${');
}

/** Returns the value of `a.b[0].c`; null when it does not exist. */
export function select(expression: string, context: Context): Located | null {
  const steps = expression
    .trim()
    .split(/\.|\[|\]\.?/)
    .filter((step) => step !== '')
    .map((step) => step.replace(/^(['"])(.*)\1$/, '$2'));
  let node = context.get(steps[0] ?? '') ?? null;
  for (const step of steps.slice(1)) {
    if (node?.kind === 'map') node = entryOf(node, step)?.value ?? null;
    else if (node?.kind === 'seq' && /^\d+$/.test(step)) node = node.items[Number(step)] ?? null;
    else return null;
  }
  return node;
}

export interface Stamped {
  name: string;
  nameRange: Range;
  stage: Located;
  context: Context;
}

/**
 * Returns the stages of one entry of `stages`: itself, or one per item of its `foreach` or combination of its `matrix`.
 */
export function stampOut(entry: Entry, context: Context, text: string, report: Report): Stamped[] {
  const each = entryOf(entry.value, 'foreach')?.value;
  const body = entryOf(entry.value, 'do')?.value;
  const matrix = entryOf(entry.value, 'matrix')?.value;
  const one = (key: string, stage: Located, more: [string, Located][]): Stamped => ({
    name: `${entry.key}@${key}`,
    nameRange: entry.keyRange,
    stage,
    context: new Map([...context, ...more]),
  });
  const scalar = (value: string): Located => ({ kind: 'scalar', range: entry.keyRange, value, quoted: true });
  const plain = (node: Located) => pythonText(node, writtenText(node, text));
  if (each && body) {
    const items = fill(each, context, text, report);
    if (items.kind === 'map')
      return items.entries.map(({ key, value }) =>
        one(key, body, [
          ['item', value],
          ['key', scalar(key)],
        ]),
      );
    if (items.kind !== 'seq') {
      report(each.range, '`foreach` needs a list or a mapping.');
      return [];
    }
    const composite = items.items.some((item) => item.kind !== 'scalar');
    return items.items.map((item, i) => one(composite ? String(i) : plain(item), body, [['item', item]]));
  }
  if (matrix?.kind === 'map') {
    const axes = matrix.entries.map(({ key, value }) => ({ key, items: fill(value, context, text, report) }));
    let combinations: { key: string; node: Located; label: string }[][] = [[]];
    for (const { key, items } of axes) {
      const choices =
        items.kind === 'seq'
          ? items.items.map((node, i) => ({ key, node, label: node.kind === 'scalar' ? plain(node) : `${key}${i}` }))
          : [];
      combinations = combinations.flatMap((before) => choices.map((choice) => [...before, choice]));
    }
    const stage: Located =
      entry.value.kind === 'map'
        ? { ...entry.value, entries: entry.value.entries.filter(({ key }) => key !== 'matrix') }
        : entry.value;
    return combinations.map((parts) => {
      const label = parts.map((part) => part.label).join('-');
      const item: Located = {
        kind: 'map',
        range: matrix.range,
        entries: parts.map(({ key, node }) => ({ key, keyRange: matrix.range, value: node, merged: false })),
      };
      return one(label, stage, [
        ['item', item],
        ['key', scalar(label)],
      ]);
    });
  }
  return [{ name: entry.key, nameRange: entry.keyRange, stage: entry.value, context }];
}

/** Returns the names and values of a parsed file, or of a part of it. */
export function contextOf(
  file: { root: Located | null; text: string } | null,
  only: readonly string[] = [],
): [string, Located][] {
  if (file?.root?.kind !== 'map') return [];
  return file.root.entries
    .filter(({ key }) => only.length === 0 || only.includes(key))
    .map(({ key, value }): [string, Located] => [key, placeless(value, file.text)]);
}

/** Removes the positions of a value from another file. */
function placeless(node: Located, text: string): Located {
  const range = { start: 0, end: 0 };
  if (node.kind === 'seq') return { ...node, range, items: node.items.map((item) => placeless(item, text)) };
  if (node.kind === 'map')
    return {
      ...node,
      range,
      entries: node.entries.map((entry) => ({ ...entry, keyRange: range, value: placeless(entry.value, text) })),
    };
  return noteWritten({ ...node, range }, writtenText(node, text));
}

/**
 * Flattens a value to params: one entry `a.b` per leaf of a mapping. Anything but scalars and lists of scalars becomes
 * JSON.
 */
export function flatten(value: unknown, prefix: string): [string, unknown][] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, item]) => flatten(item, `${prefix}.${key}`));
  const plain = !Array.isArray(value) || value.every((item) => item !== null && typeof item !== 'object');
  return [[prefix, plain ? value : JSON.stringify(value)]];
}
