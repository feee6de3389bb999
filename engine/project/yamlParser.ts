import { duplicateKey, parseText, type Finding, type ParsedText } from './parseText.ts';
import type { Entry, Located, Range } from './located.ts';
import { splitSection, splitTop, type Part } from './yamlParts.ts';

interface Known {
  parsed: ParsedText;
  /** The tree moved to where it stood last. */
  placed: { at: number; root: Located | null } | null;
}

/**
 * Parses texts that follow each other, such as those of a file while somebody types: the entries of the file and of its sections are
 * parsed one by one, and those that were parsed before are taken over. An error in one leaves the others as they are.
 */
export class YamlParser {
  #known = new Map<string, Known>();
  #next = new Map<string, Known>();

  /** `keep` reads a passing text, such as one with a mark in it, without forgetting the parts of the last. */
  parse(text: string, { keep = false } = {}): Pick<ParsedText, 'root' | 'findings'> {
    this.#next = new Map();
    const whole = this.#inParts(text) ?? parseText(text);
    if (!keep) this.#known = this.#next;
    return { root: whole.root, findings: whole.findings.toSorted((a, b) => a.range.start - b.range.start) };
  }

  /** Null when the text has to be read whole: it is no block mapping, or uses anchors, or nests too deeply. */
  #inParts(text: string): Pick<ParsedText, 'root' | 'findings'> | null {
    const parts = splitTop(text);
    if (!parts) return null;
    const findings: Finding[] = [];
    const entries: Entry[] = [];
    for (const part of parts) {
      const section = splitSection(text, part);
      const made = section ? this.#section(text, section, findings) : this.#entries(text, part, 0, findings);
      if (!made) return null;
      entries.push(...made);
    }
    if (entries.length === 0) return null;
    tellDuplicates(entries, findings);
    return { root: mapOf(entries), findings };
  }

  /** A section such as `stages:` with its members read one by one. */
  #section(text: string, { key, members, list }: NonNullable<ReturnType<typeof splitSection>>, findings: Finding[]): Entry[] | null {
    const name = { key: text.slice(key.start, key.end), keyRange: key, merged: false };
    if (list) {
      const items: Located[] = [];
      for (const member of members) {
        const root = this.#part(text, member, 1, findings);
        if (root === undefined || root?.kind !== 'seq') return null;
        items.push(...root.items);
      }
      const [first, last] = [members[0], items.at(-1)];
      return first && last ? [{ ...name, value: { kind: 'seq', range: { start: text.indexOf('-', first.start), end: Math.max(last.range.end, ...items.map((item) => item.range.end)) }, items } }] : null;
    }
    const entries: Entry[] = [];
    for (const member of members) {
      const made = this.#entries(text, member, 1, findings);
      if (!made) return null;
      entries.push(...made);
    }
    if (entries.length === 0) return null;
    tellDuplicates(entries, findings);
    return [{ ...name, value: mapOf(entries) }];
  }

  /** The entries that a part holds: one, or none where somebody is typing a key. */
  #entries(text: string, part: Part, depth: number, findings: Finding[]): Entry[] | null {
    const root = this.#part(text, part, depth, findings);
    if (root === undefined) return null;
    if (root?.kind === 'map') return root.entries.some((entry) => entry.merged) ? null : root.entries;
    if (root?.kind !== 'scalar' || root.value === null) return null;
    findings.push({ code: 'LW100', range: root.range, message: 'A key needs a colon after it, and a value.' });
    return [];
  }

  /** The tree of a part, in offsets of the whole; undefined when the text has to be read whole. */
  #part(text: string, part: Part, depth: number, findings: Finding[]): Located | null | undefined {
    const own = text.slice(part.start, part.end);
    let known = this.#next.get(own) ?? this.#known.get(own);
    if (!known) known = { parsed: parseText(detached(own), depth), placed: null };
    this.#next.set(own, known);
    const { parsed } = known;
    if (parsed.anchored || parsed.findings.some(({ code }) => code === 'LW108')) return undefined;
    for (const { code, range, message } of parsed.findings) findings.push({ code, message, range: shiftRange(range, part.start) });
    if (known.placed?.at !== part.start) known.placed = { at: part.start, root: parsed.root && shift(parsed.root, part.start) };
    return known.placed.root;
  }
}

/** A copy of a text that does not keep the text it was cut from in memory: its values live on while the file is edited ten thousand times. */
function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

function mapOf(entries: Entry[]): Located {
  const start = entries[0]?.keyRange.start ?? 0;
  const end = entries.reduce((latest, { keyRange, value, merged }) => (merged ? latest : Math.max(latest, keyRange.end, value.range.end)), start);
  return { kind: 'map', range: { start, end }, entries };
}

/** Within one part the parser tells them itself. */
function tellDuplicates(entries: readonly Entry[], findings: Finding[]): void {
  const seen = new Set<string>();
  const told = new Set(findings.flatMap(({ code, range }) => (code === 'LW101' ? [range.start] : [])));
  for (const { key, keyRange } of entries) {
    if (seen.has(key) && !told.has(keyRange.start)) findings.push({ code: 'LW101', range: keyRange, message: duplicateKey(key) });
    seen.add(key);
  }
}

function shiftRange(range: Range, by: number): Range {
  return { start: range.start + by, end: range.end + by };
}

function shift(node: Located, by: number): Located {
  const range = shiftRange(node.range, by);
  if (node.kind === 'scalar') return { ...node, range };
  if (node.kind === 'seq') return { ...node, range, items: node.items.map((item) => shift(item, by)) };
  return { ...node, range, entries: node.entries.map((entry) => ({ ...entry, keyRange: shiftRange(entry.keyRange, by), value: shift(entry.value, by) })) };
}
