import { toValue, type Located } from '../located.ts';

const writtenTexts = new WeakMap<Located, string>();

/** Records the source text of a number: `1.0` and `1` are equal numbers with different texts. */
export function noteWritten<T extends Located>(node: T, written: string): T {
  writtenTexts.set(node, written);
  return node;
}

/** Returns the source text of a value. `text` is the file of values without a recorded text. */
export function writtenText(node: Located, text: string): string {
  return writtenTexts.get(node) ?? text.slice(node.range.start, node.range.end);
}

/**
 * Returns a value as DVC writes it into a string (`dvc.parsing.interpolate.to_str`). `written` is the source text of a
 * number.
 */
export function pythonText(node: Located, written: string): string {
  if (node.kind === 'map') return argumentsOf(node, '');
  if (node.kind === 'seq') return JSON.stringify(toValue(node));
  if (node.value === null) return 'None';
  if (typeof node.value === 'number') return numberText(node.value, written);
  return String(node.value);
}

/**
 * Formats a float like Python: `1.0` keeps its point. Exponents have two digits and are used from 1e16 on and below
 * 1e-4.
 */
export function numberText(value: number, written: string): string {
  if (Number.isInteger(value) && !/[.eE]/.test(written)) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Converts a mapping in a command to options: `--lr 0.1 --deep`, with nested names joined by dots. */
function argumentsOf(map: Extract<Located, { kind: 'map' }>, prefix: string): string {
  return map.entries
    .flatMap(({ key, value }) => {
      const name = `${prefix}${key}`;
      if (value.kind === 'map') return [argumentsOf(value, `${name}.`)];
      if (value.kind === 'seq') return [`--${name} ${value.items.map((item) => quoted(item)).join(' ')}`];
      if (value.value === true) return [`--${name}`];
      return value.value === false ? [] : [`--${name} ${quoted(value)}`];
    })
    .filter((text) => text !== '')
    .join(' ');
}

/** Quotes a text like Python's shlex.quote. */
function quoted(node: Located): string {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return pythonText(node, '');
  return /^[\w@%+=:,./-]+$/.test(node.value) ? node.value : `'${node.value.replaceAll("'", `'"'"'`)}'`;
}
