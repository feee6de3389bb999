import { isAlias, isMap, isScalar, isSeq, parseDocument, type Alias, type Document, type Node } from 'yaml';
import type { Problem } from '../../protocol/problem.ts';
import { decodeText } from './decodeText.ts';
import { LineIndex } from './lineIndex.ts';
import type { Entry, Located, Range } from './located.ts';

/** A parsed file. `root` is null when the file is empty, cannot be read as YAML or is refused for its size or depth. */
export interface Parsed {
  file: string;
  text: string;
  root: Located | null;
  lines: LineIndex;
  problems: Problem[];
}

const maxDepth = 64;
const maxAliasedValues = 10_000;

/** Parses YAML 1.2 with positions. Never throws: whatever is wrong becomes a problem at its place. */
export function parseYaml(file: string, source: string | Uint8Array): Parsed {
  let text = '';
  if (typeof source === 'string') text = source.startsWith('\ufeff') ? source.slice(1) : source;
  else {
    const decoded = decodeText(source);
    if ('error' in decoded) {
      const lines = new LineIndex(new TextDecoder('utf-8').decode(source.subarray(0, 1 << 20)));
      const place = lines.place(file, { start: decoded.offset, end: decoded.offset + 1 });
      return { file, text: '', root: null, lines: new LineIndex(''), problems: [{ ...place, code: 'LW108', severity: 'error', message: decoded.error }] };
    }
    text = decoded.text;
  }
  const lines = new LineIndex(text);
  const problems: Problem[] = [];
  const report = (code: string, range: Range, message: string) => problems.push({ ...lines.place(file, range), code, severity: 'error', message });

  let document: Document.Parsed;
  try {
    document = parseDocument(text, { prettyErrors: false, merge: true, logLevel: 'error', uniqueKeys: true });
  } catch (error) {
    // The parser recurses, so thousands of nested brackets exhaust the stack before our own limit is reached.
    report('LW108', { start: 0, end: 1 }, error instanceof RangeError ? 'The file nests too deeply to be read.' : `The file cannot be read as YAML: ${String(error)}`);
    return { file, text, root: null, lines, problems };
  }
  const tooDeep = document.errors.find((error) => error.message.includes('call stack'));
  if (tooDeep) {
    report('LW108', { start: tooDeep.pos[0], end: tooDeep.pos[0] + 1 }, 'The file nests too deeply to be read.');
    return { file, text, root: null, lines, problems };
  }
  for (const error of document.errors) {
    const code = error.code === 'DUPLICATE_KEY' ? 'LW101' : 'LW100';
    report(code, { start: error.pos[0], end: Math.max(error.pos[1], error.pos[0] + 1) }, syntaxMessage(error.code, error.message, text, error.pos[0]));
  }
  const converter = new Converter(report);
  const root = document.contents ? converter.convert(document.contents, 0) : null;
  // Half a tree would only be told as missing keys.
  return { file, text, root: converter.refused ? null : root, lines, problems };
}

class Converter {
  readonly #report: (code: string, range: Range, message: string) => void;
  /** The newest node of each anchor, and what each alias named when it was first met: the parser's own lookup reads the whole file each time. */
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node | undefined>();
  #aliased = 0;
  #insideAlias = 0;
  refused = false;

  constructor(report: (code: string, range: Range, message: string) => void) {
    this.#report = report;
  }

  convert(node: Node, depth: number): Located {
    const range = { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 };
    const nothing: Located = { kind: 'scalar', range, value: null, quoted: false };
    if (depth > maxDepth) {
      this.#refuse(range, `Values nest deeper than ${maxDepth} levels.`);
      return nothing;
    }
    if (this.#insideAlias > 0 && ++this.#aliased > maxAliasedValues) {
      this.#refuse(range, `The aliases of this file expand to more than ${maxAliasedValues.toLocaleString('en')} values. Write them out, or use fewer.`);
      return nothing;
    }
    if (this.refused) return nothing;
    if (isAlias(node)) {
      if (!this.#targets.has(node)) this.#targets.set(node, this.#anchors.get(node.source));
      const target = this.#targets.get(node);
      if (!target) {
        if (this.#insideAlias === 0) this.#report('LW100', range, `There is no anchor \`&${node.source}\` before this alias.`);
        return nothing;
      }
      this.#insideAlias++;
      const value = this.convert(target, depth + 1);
      this.#insideAlias--;
      return { ...value, range };
    }
    if ('anchor' in node && node.anchor !== undefined && this.#insideAlias === 0) this.#anchors.set(node.anchor, node);
    if (isMap(node)) {
      const entries: Entry[] = [];
      for (const pair of node.items) this.#pair(pair.key as Node, pair.value as Node | null, entries, depth);
      return { kind: 'map', range, entries };
    }
    if (isSeq(node)) return { kind: 'seq', range, items: node.items.map((item) => this.convert(item as Node, depth + 1)) };
    if (isScalar(node)) return this.#scalar(node.value, range, node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
    return nothing;
  }

  #pair(key: Node, value: Node | null, entries: Entry[], depth: number): void {
    const keyRange = { start: key.range?.[0] ?? 0, end: key.range?.[1] ?? 0 };
    if (!isScalar(key)) {
      this.#report('LW100', keyRange, 'A key must be a text, not a list or a mapping. Put it in quotes.');
      return;
    }
    const merge = typeof key.value === 'symbol';
    const name = merge ? '<<' : String(key.value);
    const located: Located = value ? this.convert(value, depth + 1) : { kind: 'scalar', range: { start: keyRange.end, end: keyRange.end }, value: null, quoted: false };
    if (merge) {
      const sources = located.kind === 'seq' ? located.items : [located];
      for (const source of sources) {
        if (source.kind !== 'map') continue;
        for (const entry of source.entries) if (!entries.some((known) => known.key === entry.key)) entries.push({ ...entry, merged: true });
      }
      return;
    }
    const merged = entries.findIndex((entry) => entry.merged && entry.key === name);
    if (merged !== -1) entries.splice(merged, 1);
    entries.push({ key: name, keyRange, value: located, merged: false });
  }

  #scalar(value: unknown, range: Range, quoted: boolean): Located {
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : value === null || value === undefined ? null : String(value);
    return { kind: 'scalar', range, value: plain, quoted };
  }

  #refuse(range: Range, message: string): void {
    if (this.refused) return;
    this.refused = true;
    this.#report('LW108', range, message);
  }
}

function syntaxMessage(code: string, message: string, text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, text.indexOf('\n', at) === -1 ? undefined : text.indexOf('\n', at));
  if (code === 'TAB_AS_INDENT' || /^\s*\t/.test(line)) return 'YAML does not allow tabs for indentation. Indent with spaces.';
  if (code === 'DUPLICATE_KEY') return `The key ${JSON.stringify(/^\s*-?\s*\{?\s*["']?([^"':]+)/.exec(text.slice(at))?.[1]?.trim() ?? '')} stands here twice. Keep one of the two.`;
  if (code === 'MULTIPLE_DOCS') return 'The file holds more than one YAML document (`---`). Keep one.';
  return message;
}
