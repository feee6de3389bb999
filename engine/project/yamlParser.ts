import { duplicateKey, parseText, type Finding, type ParsedText } from './parseText.ts';
import type { Entry, Located, Range } from './located.ts';
import { recoverText } from './recoverText.ts';
import { keyWithoutColon } from './yamlMistake.ts';
import { splitSection, splitTop, type Part } from './yamlParts.ts';

interface Known {
  /** Parse result of the text as written. */
  typed: ParsedText;
  /** Parse result without the text that errors make unreadable; null until it is needed. */
  sound: ParsedText | null;
  /** Tree moved to its last position. */
  placed: { at: number; of: ParsedText; root: Located | null } | null;
}

type Read = Pick<ParsedText, 'root' | 'findings'> & { lost: Range[] };

/**
 * Parses successive versions of a text, such as a file during typing. Top-level entries and members of sections are
 * parsed separately, and unchanged ones are reused. An error in one does not affect the others; the text it makes
 * unreadable is left out.
 */
export class YamlParser {
  #known = new Map<string, Known>();
  #next = new Map<string, Known>();
  #lost: Range[] = [];
  #recovers = true;

  /**
   * Parses a text. `keep` parses a temporary text, such as one with a marker in it, as written, and keeps the cached
   * parts of the last text.
   */
  parse(text: string, { keep = false } = {}): Read {
    this.#next = new Map();
    this.#lost = [];
    this.#recovers = !keep;
    const whole = this.#inParts(text) ?? this.#whole(text);
    if (!keep) this.#known = this.#next;
    return {
      root: whole.root,
      findings: whole.findings.toSorted((a, b) => a.range.start - b.range.start),
      lost: this.#lost,
    };
  }

  #whole(text: string): Pick<ParsedText, 'root' | 'findings'> {
    const typed = parseText(text);
    const { root, findings, lost } = this.#recovers ? recoverText(text, 0, typed) : typed;
    this.#lost = lost ?? [];
    return { root, findings };
  }

  /** Returns null when the text must be parsed whole: it is not a block mapping, uses anchors, or nests too deeply. */
  #inParts(text: string): Pick<ParsedText, 'root' | 'findings'> | null {
    const parts = splitTop(text);
    if (!parts) return null;
    const findings: Finding[] = [];
    const entries: Entry[] = [];
    for (const part of parts) {
      const made = this.#top(text, part, findings);
      if (!made) return null;
      entries.push(...made);
    }
    if (entries.length === 0) return null;
    tellDuplicates(entries, findings);
    return { root: mapOf(entries), findings };
  }

  /**
   * Parses a top-level entry, with its members separately. Parses it as one where a member may belong to the previous
   * one.
   */
  #top(text: string, part: Part, findings: Finding[]): Entry[] | null {
    const section = splitSection(text, part);
    const [told, lost] = [findings.length, this.#lost.length];
    const made = section && this.#section(text, section, findings);
    if (section && (!made || !this.#lost.slice(lost).some(({ start }) => mayBelongAbove(text, section.members, start))))
      return made;
    findings.length = told;
    this.#lost.length = lost;
    return this.#entries(text, part, 0, findings);
  }

  /** Parses a section such as `stages:` with its members separately. */
  #section(
    text: string,
    { key, members, list }: NonNullable<ReturnType<typeof splitSection>>,
    findings: Finding[],
  ): Entry[] | null {
    const name = { key: text.slice(key.start, key.end), keyRange: key, merged: false };
    if (list) {
      const items: Located[] = [];
      for (const member of members) {
        const root = this.#part(text, member, 1, findings);
        if (root === undefined || root?.kind !== 'seq') return null;
        items.push(...root.items);
      }
      const [first, last] = [members[0], items.at(-1)];
      return first && last
        ? [
            {
              ...name,
              value: {
                kind: 'seq',
                range: {
                  start: text.indexOf('-', first.start),
                  end: Math.max(last.range.end, ...items.map((item) => item.range.end)),
                },
                items,
              },
            },
          ]
        : null;
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

  /** Returns the entries of a part: one, or none when it only contains an error or a key being typed. */
  #entries(text: string, part: Part, depth: number, findings: Finding[]): Entry[] | null {
    const root = this.#part(text, part, depth, findings);
    if (root === undefined) return null;
    if (root?.kind === 'map') return root.entries.some((entry) => entry.merged) ? null : root.entries;
    if (
      this.#lost.at(-1) &&
      (this.#lost.at(-1)?.start ?? 0) >= part.start &&
      (root === null || (root.kind === 'scalar' && root.value === null))
    )
      return [];
    if (root?.kind !== 'scalar' || root.value === null) return null;
    findings.push({
      code: 'LW100',
      range: root.range,
      message: keyWithoutColon(text.slice(root.range.start, root.range.end)),
    });
    this.#lost.push(root.range);
    return [];
  }

  /** Returns the tree of a part, in offsets of the whole text; undefined when the text must be parsed whole. */
  #part(text: string, part: Part, depth: number, findings: Finding[]): Located | null | undefined {
    const own = text.slice(part.start, part.end);
    let known = this.#next.get(own) ?? this.#known.get(own);
    if (!known) known = { typed: parseText(detached(own), depth), sound: null, placed: null };
    this.#next.set(own, known);
    if (known.typed.anchored || known.typed.findings.some(({ code }) => code === 'LW108')) return undefined;
    if (this.#recovers) known.sound ??= recoverText(detached(own), depth, known.typed);
    const parsed = this.#recovers && known.sound ? known.sound : known.typed;
    for (const { code, range, message } of parsed.findings)
      findings.push({ code, message, range: shiftRange(range, part.start) });
    for (const range of parsed.lost ?? []) this.#lost.push(shiftRange(range, part.start));
    if (known.placed?.at !== part.start || known.placed.of !== parsed)
      known.placed = { at: part.start, of: parsed, root: parsed.root && shift(parsed.root, part.start) };
    return known.placed.root;
  }
}

/** True when the member before an error ends in a key without a value, or in the header of a block text. */
function mayBelongAbove(text: string, members: readonly Part[], at: number): boolean {
  const index = members.findLastIndex(({ start }) => start <= at);
  const before = members[index - 1];
  return before !== undefined && /(?::|\s[|>][-+\d]*)(?:\s+#[^\n]*)?\s*$/.test(text.slice(before.start, before.end));
}

/**
 * Returns a copy of a text that does not keep the original string in memory. Its values stay cached while the file is
 * edited ten thousand times.
 */
function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

function mapOf(entries: Entry[]): Located {
  const start = entries[0]?.keyRange.start ?? 0;
  const end = entries.reduce(
    (latest, { keyRange, value, merged }) => (merged ? latest : Math.max(latest, keyRange.end, value.range.end)),
    start,
  );
  return { kind: 'map', range: { start, end }, entries };
}

/** Reports duplicate keys across parts. Within one part, the parser reports them. */
function tellDuplicates(entries: readonly Entry[], findings: Finding[]): void {
  const seen = new Set<string>();
  const told = new Set(findings.flatMap(({ code, range }) => (code === 'LW101' ? [range.start] : [])));
  for (const { key, keyRange } of entries) {
    if (seen.has(key) && !told.has(keyRange.start))
      findings.push({ code: 'LW101', range: keyRange, message: duplicateKey(key) });
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
  return {
    ...node,
    range,
    entries: node.entries.map((entry) => ({
      ...entry,
      keyRange: shiftRange(entry.keyRange, by),
      value: shift(entry.value, by),
    })),
  };
}
