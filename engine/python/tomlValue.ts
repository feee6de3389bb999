export type TomlValue = string | boolean | string[];

/**
 * Returns a string, a truth value or an array of strings from a TOML file: `tomlValue(text, 'tool.poetry', 'name')`.
 * Undefined for a key that is missing or has another type. A reader for the few settings that tools of Python keep
 * there, not a parser: multi-line strings and inline tables are not read.
 */
export function tomlValue(text: string, table: string, key: string): TomlValue | undefined {
  const wanted = `${table}.${key}`;
  let prefix = '';
  const lines = text.split(/\r?\n/);
  for (const [l, line] of lines.entries()) {
    const header = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line)?.[1];
    if (header !== undefined || /^\s*\[\[/.test(line)) prefix = header === undefined ? '[]' : nameOf(header);
    const [, name, rest] = /^\s*([\w."' -]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined || [prefix, nameOf(name)].filter(Boolean).join('.') !== wanted)
      continue;
    return valueOf(rest.startsWith('[') ? [rest, ...lines.slice(l + 1)].join('\n') : rest);
  }
  return undefined;
}

/** True when a TOML file has this table, or a table inside it. */
export function hasTomlTable(text: string, table: string): boolean {
  return [...text.matchAll(/^\s*\[{1,2}\s*([^[\]]+?)\s*\]{1,2}/gm)].some(([, name = '']) =>
    `${nameOf(name)}.`.startsWith(`${table}.`),
  );
}

/** `tool . "poetry"` → `tool.poetry` */
const nameOf = (text: string) => text.replaceAll(/["'\s]/g, '');

const string = /"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'/;

function valueOf(text: string): TomlValue | undefined {
  if (text.startsWith('[')) return stringsOf(text);
  const truth = /^(true|false)\b/.exec(text)?.[1];
  if (truth !== undefined) return truth === 'true';
  const found = new RegExp(`^(?:${string.source})`).exec(text);
  return found ? unescaped(found) : undefined;
}

function stringsOf(text: string): string[] {
  const found: string[] = [];
  // Strings are matched before comments, so that a `#` inside one starts none.
  for (const match of text.slice(1).matchAll(new RegExp(`${string.source}|#[^\\n]*|(\\])`, 'g'))) {
    if (match[3] === ']') break;
    if (!match[0].startsWith('#')) found.push(unescaped(match));
  }
  return found;
}

function unescaped([, basic, literal]: RegExpExecArray | RegExpMatchArray): string {
  if (basic === undefined) return literal ?? '';
  try {
    return JSON.parse(`"${basic}"`) as string;
  } catch {
    return basic;
  }
}
