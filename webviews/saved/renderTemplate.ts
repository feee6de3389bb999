import { escapeHtml } from '../../words/html.ts';

/** Markup written by the program; it is not escaped. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

interface Template {
  strings: readonly string[];
  values: readonly unknown[];
}

/** The position in the markup after a part of a template. */
interface Place {
  isInTag: boolean;
  quote: string;
}

/**
 * Writes a lit template as HTML, without a browser: values become text or attributes, each escaped. Listeners and
 * properties are left out, since a saved page runs no script. The only directives that it supports set styles.
 */
export function renderTemplate(value: unknown): string {
  return tidyTags(renderValue(value));
}

function renderValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'symbol' || value === false) return '';
  if (value instanceof Markup) return value.html;
  if (Array.isArray(value)) return value.map(renderValue).join('');
  if (isTemplate(value)) return renderParts(value);
  if (typeof value === 'object' && !(Symbol.iterator in value))
    throw new Error('A saved page cannot draw this part of a view.');
  return typeof value === 'object'
    ? [...(value as Iterable<unknown>)].map(renderValue).join('')
    : escapeHtml(String(value));
}

/** Removes line breaks inside the tags of a template: `<a\n  href="…"\n  >` becomes `<a href="…">`. */
function tidyTags(html: string): string {
  return html.replaceAll(/<\/?[a-z](?:"[^"]*"|[^">])*>/gi, (tag) =>
    tag.replaceAll(/("[^"]*")|\s+/g, (_part, quoted: string | undefined) => quoted ?? ' ').replace(/ (?=\/?>$)/, ''),
  );
}

function renderParts({ strings, values }: Template): string {
  const place: Place = { isInTag: false, quote: '' };
  let out = '';
  for (const [index, text] of strings.entries()) {
    out += text;
    walk(place, text);
    if (index >= values.length) break;
    const value = values[index];
    if (!place.isInTag) out += renderValue(value);
    else if (place.quote !== '') out += isEmpty(value) ? '' : escapeHtml(String(value));
    else out = withAttribute(out, value);
  }
  return out;
}

function walk(place: Place, text: string): void {
  for (const sign of text) {
    if (place.quote !== '') place.quote = sign === place.quote ? '' : place.quote;
    else if (place.isInTag && (sign === '"' || sign === "'")) place.quote = sign;
    else if (sign === '<') place.isInTag = true;
    else if (sign === '>') place.isInTag = false;
  }
}

/** `out` ends with `name=`, or with the space before a directive of the whole element. */
function withAttribute(out: string, value: unknown): string {
  const found = /\s([.?@]?)([\w:-]+)=$/.exec(out);
  if (!found) return out + styleOf(value);
  const [whole, kind, name] = found;
  const before = out.slice(0, -whole.length);
  if (kind === '@' || kind === '.') return before;
  if (kind === '?') return isEmpty(value) || value === false ? before : `${before} ${name}`;
  return isEmpty(value) ? before : `${before} ${name}="${escapeHtml(String(value))}"`;
}

function styleOf(value: unknown): string {
  const [properties] =
    typeof value === 'object' && value !== null && 'values' in value && Array.isArray(value.values)
      ? (value.values as unknown[])
      : [];
  if (typeof properties !== 'object' || properties === null) return '';
  return `style="${escapeHtml(
    Object.entries(properties)
      .map(([name, one]) => `${name}:${String(one)}`)
      .join(';'),
  )}"`;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'symbol';
}

function isTemplate(value: unknown): value is Template {
  return typeof value === 'object' && value !== null && '_$litType$' in value;
}
