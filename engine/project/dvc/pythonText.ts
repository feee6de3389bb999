import type { Located } from '../located.ts';

/** How DVC writes a mapping into a command: `parsing` of its config. */
export interface ArgumentStyle {
  /** `--no-deep` for false, instead of nothing. */
  negates: boolean;
  /** `--x 1 --x 2` for a list, instead of `--x 1 2`. */
  repeats: boolean;
}

const texts = new WeakMap<Located, string>();
const inserted = new WeakSet<Located>();

const bool = /^(?:true|True|TRUE|false|False|FALSE)$/;
const nothing = /^(?:~|null|Null|NULL|)$/;
const int = /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|_*[0-9][0-9_]*)$/;
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * Returns a tree with its unquoted scalars as the YAML parser of DVC reads them (ruamel.yaml, YAML 1.2): `1_000` is a
 * number, `yes` is a text. `text` is the file that the ranges refer to; in JSON, `NaN` and `Infinity` are numbers too.
 */
export function asPython(node: Located, text: string, isJson = false): Located {
  if (node.kind === 'seq') return { ...node, items: node.items.map((item) => asPython(item, text, isJson)) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: node.entries.map((entry) => ({ ...entry, value: asPython(entry.value, text, isJson) })),
    };
  if (node.quoted) return node;
  const written = text.slice(node.range.start, node.range.end);
  const read = readScalar(written, isJson);
  // A number or date of another parser, such as `.5e3`, is a text for this one.
  if (read === null) return typeof node.value === 'string' ? node : { ...node, value: written };
  const made: Located = { ...node, value: read.value };
  texts.set(made, read.text);
  return made;
}

interface Scalar {
  value: string | number | boolean | null;
  /** The value as Python's `str` writes it, with booleans in lower case as DVC writes them. */
  text: string;
}

function readScalar(written: string, isJson: boolean): Scalar | null {
  if (bool.test(written)) return { value: /^t/i.test(written), text: written.toLowerCase() };
  if (nothing.test(written)) return { value: null, text: 'None' };
  if (int.test(written)) return integer(written.replaceAll('_', ''));
  if (isJson && /^-?(?:NaN|Infinity)$/.test(written)) return decimal(Number(written));
  if (!float.test(written)) return null;
  const plain = written.replaceAll('_', '').toLowerCase();
  if (plain === '.nan') return decimal(Number.NaN);
  if (plain.endsWith('.inf')) return decimal(plain.startsWith('-') ? -Infinity : Infinity);
  return decimal(Number(plain));
}

function integer(plain: string): Scalar {
  const isNegative = plain.startsWith('-');
  const digits = plain.replace(/^[-+]/, '');
  // A leading zero is not octal in YAML 1.2.
  const size = BigInt(/^0[box]/.test(digits) ? digits : digits.replace(/^0+(?=.)/, ''));
  const whole = isNegative ? -size : size;
  const value = Number(whole);
  return { value: Number.isSafeInteger(value) ? value : String(whole), text: String(whole) };
}

function decimal(value: number): Scalar {
  return { value, text: floatText(value) };
}

/** A whole number of another format, written as Python writes it. */
export function integerNode(value: bigint): Located {
  return nodeOf(integer(String(value)));
}

/** A number with a point or an exponent of another format, written as Python writes it. */
export function floatNode(value: number): Located {
  return nodeOf(decimal(value));
}

function nodeOf({ value, text }: Scalar): Located {
  const made: Located = { kind: 'scalar', range: { start: 0, end: 0 }, value, quoted: false };
  texts.set(made, text);
  return made;
}

/** Formats a float like Python's `repr`: `1.0` keeps its point, exponents have two digits. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Returns a copy of a scalar elsewhere that is still written the same. */
export function movedTo<T extends Located>(node: T, range: T['range']): T {
  const made = { ...node, range };
  const text = texts.get(node);
  if (text !== undefined) texts.set(made, text);
  return made;
}

/** Returns a scalar as DVC writes it into a string (`dvc.parsing.interpolate.to_str`). */
export function pythonText(node: Extract<Located, { kind: 'scalar' }>): string {
  const known = texts.get(node);
  if (known !== undefined) return known;
  return node.value === null ? 'None' : String(node.value);
}

/**
 * Returns a scalar as DVC writes it into the name of a stage. One that was inserted by a reference is written by Python
 * itself, with `True` and `False`.
 */
export function labelText(node: Extract<Located, { kind: 'scalar' }>): string {
  return inserted.has(node) && typeof node.value === 'boolean' ? itemText(node) : pythonText(node);
}

/** Notes that a value was inserted by a reference, with the items of a list. */
export function noteInserted<T extends Located>(node: T): T {
  inserted.add(node);
  if (node.kind === 'seq') for (const item of node.items) inserted.add(item);
  return node;
}

/**
 * Converts a mapping in a command to options: `--lr 0.1 --deep`, with nested names joined by dots. Null for a list in a
 * list, which DVC refuses.
 */
export function argumentsOf(map: Located, style: ArgumentStyle, prefix = ''): string | null {
  const made: string[] = [];
  for (const { key, value } of map.kind === 'map' ? map.entries : []) {
    const name = `${prefix}${key}`;
    if (value.kind === 'map') {
      const inside = argumentsOf(value, style, `${name}.`);
      if (inside === null) return null;
      if (inside !== '') made.push(inside);
    } else if (value.kind === 'seq') {
      const items = value.items.map((item) => (item.kind === 'scalar' ? itemText(item) : null));
      if (items.includes(null)) return null;
      if (items.length > 0)
        made.push(style.repeats ? items.map((item) => `--${name} ${item}`).join(' ') : `--${name} ${items.join(' ')}`);
    } else if (value.value === true) made.push(`--${name}`);
    else if (value.value === false) {
      if (style.negates) made.push(`--no-${name}`);
    } else made.push(`--${name} ${itemText(value)}`);
  }
  return made.join(' ');
}

/** An item of a list is written by Python itself, so its booleans are `True` and `False`. */
function itemText(node: Extract<Located, { kind: 'scalar' }>): string {
  if (typeof node.value === 'boolean') return node.value ? 'True' : 'False';
  return typeof node.value === 'string' && !texts.has(node) ? quoted(node.value) : pythonText(node);
}

/** Quotes a text like Python's shlex.quote. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
