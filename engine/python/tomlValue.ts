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
    const text = line.trim();
    if (text.startsWith('[')) {
      const header = headerOf(text);
      if (header !== null || text.startsWith('[[')) prefix = header === null ? '[]' : nameOf(header);
    }
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(0, equals)).trim();
    if (!/^[\w."' -]+$/.test(name) || [prefix, nameOf(name)].filter(Boolean).join('.') !== wanted) continue;
    const rest = text.slice(equals + 1).trimStart();
    return valueOf(rest.startsWith('[') ? [rest, ...lines.slice(l + 1)].join('\n') : rest);
  }
  return undefined;
}

/** True when a TOML file has this table, or a table inside it. */
export function hasTomlTable(text: string, table: string): boolean {
  return text.split(/\r?\n/).some((line) => {
    const [, inner = ''] = /^\[{1,2}([^[\]]+)\]/.exec(line.trim()) ?? [];
    return inner.trim() !== '' && `${nameOf(inner)}.`.startsWith(`${table}.`);
  });
}

/** The name in `[name]`, which a comment may follow; null for another line. */
function headerOf(text: string): string | null {
  const [all = '', name = ''] = /^\[([^[\]]+)\]/.exec(text) ?? [];
  const rest = text.slice(all.length).trimStart();
  return name.trim() !== '' && (rest === '' || rest.startsWith('#')) ? name.trim() : null;
}

/** `tool . "poetry"` → `tool.poetry` */
const nameOf = (text: string) => text.replaceAll(/["'\s]/g, '');

function valueOf(text: string): TomlValue | undefined {
  if (text.startsWith('[')) return stringsOf(text);
  const truth = /^(true|false)\b/.exec(text)?.[1];
  return truth === undefined ? stringAt(text, 0)?.value : truth === 'true';
}

function stringsOf(text: string): string[] {
  const found: string[] = [];
  for (let at = 1; at < text.length && text[at] !== ']'; at++) {
    if (text[at] === '#') {
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      at = end;
    } else if (text[at] === '"' || text[at] === "'") {
      const string = stringAt(text, at);
      if (!string) break;
      found.push(string.value);
      at = string.end;
    }
  }
  return found;
}

/** The string that begins at an offset, and the offset of its last quote; null where none is closed on its line. */
function stringAt(text: string, start: number): { value: string; end: number } | null {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return null;
  for (let end = start + 1; end < text.length && text[end] !== '\n'; end++) {
    if (quote === '"' && text[end] === '\\') end++;
    else if (text[end] === quote) {
      const inner = text.slice(start + 1, end);
      return { value: quote === '"' ? unescaped(inner) : inner, end };
    }
  }
  return null;
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
