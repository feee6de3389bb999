import { entryOf, type Located, type Range } from './located.ts';
import { parseText } from './parseText.ts';
import type { Parsed } from './parseYaml.ts';

/** A scalar in a file: a value, or the key of a pair. */
export interface WrittenScalar {
  range: Range;
  key: boolean;
  /** True inside `{…}` or `[…]`. */
  flow: boolean;
}

/** Returns the scalar or key around an offset; null in comments and between entries. */
export function scalarAround({ root, text }: Pick<Parsed, 'root' | 'text'>, offset: number): WrittenScalar | null {
  const around = (range: Range) => offset >= range.start && offset <= range.end;
  const go = (node: Located, flow: boolean): WrittenScalar | null => {
    if (node.kind === 'scalar')
      return around(node.range) && node.range.end > node.range.start ? { range: node.range, key: false, flow } : null;
    const inside = flow || text[node.range.start] === '{' || text[node.range.start] === '[';
    if (node.kind === 'seq') return node.items.map((item) => go(item, inside)).find((found) => found !== null) ?? null;
    for (const { keyRange, value, merged } of node.entries) {
      if (merged) continue;
      if (around(keyRange)) return { range: keyRange, key: true, flow: inside };
      const found = go(value, inside);
      if (found) return found;
    }
    return null;
  };
  return root && go(root, false);
}

/**
 * Replaces parts of a scalar by a name. Keeps its quotes, or adds double quotes where the plain text would be read as
 * another value. Null when that is impossible on one line.
 */
export function rewriteScalar(
  text: string,
  scalar: WrittenScalar,
  parts: readonly Range[],
  name: string,
): { range: Range; text: string }[] | null {
  const { start, end } = scalar.range;
  const written = text.slice(start, end);
  if (written.startsWith('"')) return parts.map((range) => ({ range, text: JSON.stringify(name).slice(1, -1) }));
  if (written.startsWith("'")) return parts.map((range) => ({ range, text: name.replaceAll("'", "''") }));
  const asPlain = parts.map((range) => ({ range, text: name }));
  if (/^[|>]/.test(written) || written.includes('\n')) return /^[\w-]+$/.test(name) ? asPlain : null;
  const whole = parts
    .toReversed()
    .reduce((made, part) => made.slice(0, part.start - start) + name + made.slice(part.end - start), written);
  return readsPlain(whole, scalar) ? asPlain : [{ range: scalar.range, text: JSON.stringify(whole) }];
}

/** Words that YAML 1.1, and tools that follow it, read as booleans. */
const booleans = /^(y|n|yes|no|on|off)$/i;

/** True when a plain scalar is read as exactly this text. */
export function readsPlain(text: string, { key, flow }: Pick<WrittenScalar, 'key' | 'flow'>): boolean {
  if (booleans.test(text) || text === '' || text === '<<') return false;
  const pair = key ? `${text}: 0` : `k: ${text}`;
  const { root, findings } = parseText(flow ? `{ ${pair} }` : pair);
  if (findings.length > 0 || root?.kind !== 'map' || root.entries.length !== 1) return false;
  const value = entryOf(root, 'k')?.value;
  if (key) return root.entries[0]?.key === text && /^\S/.test(text) && isText(text);
  return value?.kind === 'scalar' && value.value === text;
}

/** True when a key is read as text. Keys are always text here, but other tools read `1e3` and `null` as values. */
function isText(text: string): boolean {
  const { root } = parseText(`- ${text}`);
  const item = root?.kind === 'seq' ? root.items[0] : undefined;
  return item?.kind !== 'scalar' || typeof item.value === 'string';
}
