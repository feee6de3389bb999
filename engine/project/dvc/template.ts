import { entryOf, type Entry, type Located, type Range } from '../located.ts';
import { argumentsOf, movedTo, noteInserted, pythonText, type ArgumentStyle } from './pythonText.ts';

/** Values that `${…}` of a dvc.yaml can refer to. Values of other files are located where they are used. */
export type Context = ReadonlyMap<string, Located>;

export type Report = (range: Range, message: string) => void;

/** What references are replaced with, and how. */
export interface Filling {
  context: Context;
  style: ArgumentStyle;
  report: Report;
  /** The key of the stage that is filled, such as `cmd`; null where DVC accepts lists and mappings. */
  key: string | null;
}

/** A reference has a bound, since the end of one that is not closed is looked for behind each `${`. */
const reference = /(?<!\\)\$\{(.{0,4000}?)\}/g;
const single = /^\$\{(.*?)\}$/;

/**
 * Replaces `${a.b[0]}` in every string like DVC: a string that is a single reference keeps the type of its value, and
 * `\${` is a `${` that is left to the shell.
 */
export function fill(node: Located, filling: Filling): Located {
  if (node.kind === 'seq') return { ...node, items: node.items.map((item) => fill(item, filling)) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: node.entries.map((entry): Entry => ({
        ...entry,
        key: fillText(entry.key, entry.keyRange, filling),
        value: fill(entry.value, filling),
      })),
    };
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const expression = single.exec(node.value)?.[1];
  if (expression !== undefined && node.value.match(reference)?.[0] === node.value) {
    const found = lookUp(node.value, expression, node.range, filling);
    if (!found) return node;
    if (!(filling.key === 'cmd' && found.kind === 'map')) return noteInserted(movedTo(found, node.range));
  }
  return { ...node, value: fillText(node.value, node.range, filling) };
}

/** Fills the values of a stage, each under its key. */
export function fillStage(stage: Located, filling: Omit<Filling, 'key'>): Located {
  if (stage.kind !== 'map') return stage;
  return {
    ...stage,
    entries: stage.entries.map((entry) =>
      entry.key === 'vars' ? entry : { ...entry, value: fill(entry.value, { ...filling, key: entry.key }) },
    ),
  };
}

function fillText(template: string, range: Range, filling: Filling): string {
  return template
    .replace(reference, (written, expression: string) => {
      const found = lookUp(written, expression, range, filling);
      if (!found) return '';
      if (found.kind === 'scalar') return pythonText(found);
      const options = found.kind === 'map' ? argumentsOf(found, filling.style) : null;
      if (options === null)
        filling.report(
          range,
          found.kind === 'map'
            ? `\`${written}\` cannot be written as options: it holds a list in a list.`
            : `\`${written}\` is a list, which DVC does not write into a text. Refer to one of its items, such as \`\${${expression.trim()}[0]}\`.`,
        );
      return options ?? '';
    })
    .replaceAll('\\${', '${');
}

/** Returns the value of a reference; null, with a report, for one that DVC refuses. */
function lookUp(written: string, expression: string, range: Range, { context, report, key }: Filling): Located | null {
  const found = select(expression, context);
  if (!found) {
    report(
      range,
      `\`${written}\` is not defined: there is no \`${expression.trim()}\` in params.yaml or \`vars\`. To leave it to the shell, write \`\\${written}\`.`,
    );
    return null;
  }
  if (found.kind !== 'scalar' && key !== null && !(key === 'cmd' && found.kind === 'map')) {
    report(
      range,
      `\`${written}\` is ${found.kind === 'map' ? 'a mapping' : 'a list'}, which DVC does not insert under \`${key}\`. Refer to one of its values.`,
    );
    return null;
  }
  return found;
}

/** Returns the value of `a.b[0].c`; null when it does not exist. A negative index counts from the end. */
export function select(expression: string, context: Context): Located | null {
  const steps = expression
    .replaceAll('[', '.')
    .replaceAll(']', '')
    .split('.')
    .map((step) => step.trim());
  let node = context.get(steps[0] ?? '') ?? null;
  for (const step of steps.slice(1)) {
    if (node?.kind === 'map') node = entryOf(node, step)?.value ?? null;
    else if (node?.kind === 'seq' && /^[-+]?\d+$/.test(step)) node = node.items.at(Number(step)) ?? null;
    else return null;
  }
  return node;
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
