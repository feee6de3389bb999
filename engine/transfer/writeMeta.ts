/** Fields of a `meta.yaml`. */
export interface MetaFields {
  [name: string]: string | number | null | [] | Record<string, string>;
}

/** A `meta.yaml` that every YAML parser reads alike: text in double quotes, non-ASCII characters escaped. */
export function metaText(fields: MetaFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${valueText(value)}\n`)
    .join('');
}

function valueText(value: MetaFields[string]): string {
  if (value === null || typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return '[]';
  const entries = Object.entries(value);
  return entries.length === 0 ? '{}' : entries.map(([key, item]) => `\n  ${quoted(key)}: ${quoted(item)}`).join('');
}

function quoted(text: string): string {
  let result = '"';
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (sign === '"' || sign === '\\') result += `\\${sign}`;
    else if (code >= 0x20 && code < 0x7f) result += sign;
    else if (code <= 0xff) result += `\\x${code.toString(16).padStart(2, '0')}`;
    else
      result +=
        code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${result}"`;
}
