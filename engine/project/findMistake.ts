import type { Range } from './located.ts';
import { tabIndent } from './parseText.ts';
import { FlowReader, type ClosedValue } from './flowReader.ts';
import { lineAt, linesRange, yamlLines, type YamlLine } from './yamlLines.ts';
import { blockKey, keyWithoutColon, type YamlMistake } from './yamlMistake.ts';

/** A block mapping or list that is open at a line. */
interface Level {
  indent: number;
  list: boolean;
}

/** Value of the previous entry, which decides whether the lines below can belong to it. */
type Before = 'nothing' | 'plain' | 'closed' | 'block';

/**
 * Finds the first syntax error by the layout of the text. A parser only reports where it stopped. Null when the layout
 * is valid.
 */
export function findMistake(text: string): YamlMistake | null {
  return new LayoutReader(text).read();
}

class LayoutReader {
  readonly #text: string;
  readonly #lines: YamlLine[];
  readonly #flow: FlowReader;
  readonly #levels: Level[] = [];
  #before: Before = 'nothing';
  /** Line of the entry whose value is open, and column of its key. */
  #owner = 0;
  #column = 0;
  #mistake: YamlMistake | null = null;

  constructor(text: string) {
    this.#text = text;
    this.#lines = yamlLines(text);
    this.#flow = new FlowReader(text, this.#lines);
  }

  read(): YamlMistake | null {
    for (let i = 0; i < this.#lines.length && !this.#mistake; i++) {
      const line = this.#lines[i];
      if (!line) break;
      if (this.#flow.isOpen) this.#continued(line, i);
      else if (line.content !== '' && !(line.empty && this.#before !== 'block')) this.#entry(line, i);
    }
    if (!this.#mistake && this.#flow.isOpen) this.#unclosed(this.#lines.length);
    return this.#mistake;
  }

  /** Reads a line inside quotes or brackets that an earlier line opened. */
  #continued(line: YamlLine, i: number): void {
    if (line.content === '') return;
    const closes = !this.#flow.isQuoted && /^[\]}]/.test(line.content);
    if (line.indent <= this.#column && !closes && !(!this.#flow.isQuoted && line.empty)) return this.#unclosed(i);
    this.#afterFlow(this.#flow.read(line.start + line.indent, line, i), line, i);
  }

  #entry(line: YamlLine, i: number): void {
    const { indent, content } = line;
    if (this.#before === 'block') {
      if (indent > this.#column) return;
      if (line.empty) return;
      this.#before = 'closed';
    }
    if (content.startsWith('\t')) return this.#tab(i);
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(content) || content.startsWith('%')) return;
    if (!this.#fits(line, i)) return;
    let column = indent;
    let rest = content;
    // Each dash of `- - key: value` opens a level.
    while (/^-(?:\s|$)/.test(rest)) {
      if (this.#levels.at(-1)?.indent !== column || !this.#levels.at(-1)?.list)
        this.#levels.push({ indent: column, list: true });
      const gap = /^-\s*/.exec(rest)?.[0].length ?? 1;
      this.#owner = i;
      this.#column = column;
      column += gap;
      rest = rest.slice(gap);
      if (rest === '' || rest.startsWith('#')) {
        this.#before = 'nothing';
        return;
      }
    }
    const found = blockKey.exec(rest);
    if (found) {
      if (this.#levels.at(-1)?.indent !== column || this.#levels.at(-1)?.list)
        this.#levels.push({ indent: column, list: false });
      this.#owner = i;
      this.#column = column;
      const after = /^\s*/.exec(rest.slice(found[0].length))?.[0].length ?? 0;
      return this.#value(line.start + column + found[0].length + after, line, i);
    }
    if (column > indent || (this.#levels.length === 0 && /^["'[{&*!]/.test(rest)))
      return this.#value(line.start + column, line, i);
    this.#withoutColon(line, i);
  }

  /** True when an entry can start in the column of this line. */
  #fits(line: YamlLine, i: number): boolean {
    const { indent, content } = line;
    const dash = /^-(?:\s|$)/.test(content);
    if (this.#levels.length > 0 && indent > this.#column && this.#before !== 'nothing') {
      // Text can continue below: `cmd: python train.py` with an option on the next line.
      if (this.#before === 'plain' && !blockKey.test(content)) return false;
      this.#deeper(i);
      return false;
    }
    if (this.#levels.length === 0 || indent > this.#column) return true;
    if (dash && this.#before === 'nothing' && this.#levels.at(-1)?.indent === indent) return true;
    while ((this.#levels.at(-1)?.indent ?? -1) > indent) this.#levels.pop();
    let top = this.#levels.at(-1);
    // A list can start in the column of its key, so a key there ends the list.
    if (top?.indent === indent && top.list && !dash && this.#levels.at(-2)?.indent === indent) {
      this.#levels.pop();
      top = this.#levels.at(-1);
    }
    if (top?.indent === indent && top.list === dash) return true;
    if (top?.indent === indent)
      this.#wrong(
        i,
        dash
          ? 'A list item is between keys. Indent it below the key it belongs to.'
          : blockKey.test(content)
            ? 'A key is between the items of a list. Put `- ` before it, or indent it differently.'
            : 'An item of a list begins with `- `.',
      );
    else
      this.#wrong(
        i,
        `This line is indented by ${indent} ${indent === 1 ? 'space' : 'spaces'}, and no line above has a matching indentation. Indent it like its neighbours.`,
      );
    return false;
  }

  /** Reads the start of a block value at an offset. */
  #value(from: number, line: YamlLine, i: number): void {
    let at = from;
    for (
      let named = /^[&!][^\s,[\]{}]*(?:\s+|$)/.exec(this.#text.slice(at, line.end));
      named;
      named = /^[&!][^\s,[\]{}]*(?:\s+|$)/.exec(this.#text.slice(at, line.end))
    )
      at += named[0].length;
    const rest = this.#text.slice(at, line.end).trimEnd();
    if (rest === '' || rest.startsWith('#')) this.#before = 'nothing';
    else if (/^[|>][-+\d]*(?:\s+#.*)?$/.test(rest)) this.#before = 'block';
    else if (/^["'[{]/.test(rest)) {
      this.#before = 'closed';
      this.#afterFlow(this.#flow.open(at, line, i, this.#owner), line, i);
    } else {
      this.#before = 'plain';
      this.#plain(rest, at, line);
    }
  }

  #plain(rest: string, at: number, line: YamlLine): void {
    const value = rest.replace(/(?<!\s)\s+#.*$/, '');
    const range = { start: at, end: at + value.length };
    const lost = { start: line.start, end: line.end };
    if (/^[@`%]/.test(value))
      this.#mistake = { range, lost, message: `A value that begins with \`${value.charAt(0)}\` must be in quotes.` };
    else if (/:(?=\s|$)/.test(value))
      this.#mistake = { range, lost, message: `A value with a colon in it must be in quotes: ${quoted(value)}.` };
    else if (/^[\]},]/.test(value))
      this.#mistake = {
        range: { start: at, end: at + 1 },
        lost,
        message: `This \`${value.charAt(0)}\` has no opening bracket. Remove it, or put the value in quotes.`,
      };
  }

  #afterFlow(closed: ClosedValue | null, line: YamlLine, i: number): void {
    this.#mistake = this.#flow.mistake;
    if (closed) this.#remainder(closed.end, line, i, closed.quote);
  }

  #unclosed(until: number): void {
    this.#flow.unclosed(until);
    this.#mistake = this.#flow.mistake;
  }

  /** After a closed value in block style, only a comment can follow, or a colon when it was a key. */
  #remainder(from: number, line: YamlLine, i: number, quote: { at: number } | null): void {
    const rest = this.#text.slice(from, line.end);
    const at = from + (/\S/.exec(rest)?.index ?? 0);
    const word = rest.trim();
    if (word === '' || (word.startsWith('#') && rest.startsWith(' '))) return;
    if (/^:(?:\s|$)/.test(word)) return this.#value(at + 1 + (/^\s*/.exec(word.slice(1))?.[0].length ?? 0), line, i);
    if (quote) {
      this.#flow.textAfterQuote(quote.at, from, line);
      this.#mistake = this.#flow.mistake;
      return;
    }
    const range = { start: at, end: at + word.length };
    this.#mistake = /^[}\]]/.test(word)
      ? {
          range: { start: at, end: at + 1 },
          lost: range,
          message: `This \`${word.charAt(0)}\` has no opening bracket. Remove it.`,
        }
      : {
          range,
          lost: range,
          message:
            'No text may follow the closing bracket on its line. Put it on its own line, or inside the brackets.',
        };
  }

  #withoutColon(line: YamlLine, i: number): void {
    const before = this.#lines.slice(0, i).findLast(({ empty }) => !empty);
    const range = {
      start: line.start + line.indent,
      end: line.start + line.indent + line.content.replace(/(?<!\s)\s+#.*$/, '').length,
    };
    const stray = /^[}\],]/.test(line.content);
    const head = before !== undefined && /(?:^|\s)[|>][-+\d]*$/.test(before.content);
    const message = stray
      ? `This \`${line.content.charAt(0)}\` has no opening bracket. Remove it.`
      : head
        ? `The text below ${this.#named(lineAt(this.#lines, before.start))} must be indented deeper than its key.`
        : keyWithoutColon(line.content);
    const lost = this.#below(i);
    this.#mistake = {
      range: stray ? { start: range.start, end: range.start + 1 } : range,
      message,
      lost: head && !stray ? { start: before.start, end: lost.end } : lost,
    };
  }

  #tab(i: number): void {
    const line = this.#lines[i];
    if (!line) return;
    const width = /^\s*/.exec(line.content)?.[0].length ?? 1;
    // Consecutive lines with tab indentation are reported once.
    const end = this.#lines.findIndex((one, at) => at > i && one.indent > 0 && !one.empty && !/^\t/.test(one.content));
    let last = this.#lines.findLastIndex(
      (one, at) => at >= i && (end === -1 || at < end) && one.content.startsWith('\t'),
    );
    // Lines below a key without a value belong to it.
    if (/(?::|\s[|>][-+\d]*)(?:\s+#.*)?$/.test(this.#lines[last]?.content ?? ''))
      while ((this.#lines[last + 1]?.indent ?? 0) > this.#column && !this.#lines[last + 1]?.empty) last++;
    const lost = this.#lines[last] ?? line;
    this.#mistake = {
      range: { start: line.start + line.indent, end: line.start + line.indent + width },
      message: tabIndent,
      lost: { start: line.start, end: lost.end },
    };
  }

  #wrong(i: number, message: string): void {
    const line = this.#lines[i];
    if (line)
      this.#mistake = {
        range: {
          start: line.start + line.indent,
          end: line.start + line.indent + line.content.replace(/(?<!\s)\s+#.*$/, '').length,
        },
        message,
        lost: this.#below(i),
      };
  }

  /**
   * Handles a line that is deeper than an entry with a value. Either the line is wrong, or the entry, when it is in the
   * column of a key without a value.
   */
  #deeper(i: number): void {
    const [owner, line] = [this.#lines[this.#owner], this.#lines[i]];
    if (!owner || !line) return;
    const above = this.#lines.slice(0, this.#owner).findLast(({ empty }) => !empty);
    if (above && above.indent === owner.indent && /:(?:\s+#.*)?$/.test(above.content) && !/^-\s/.test(owner.content)) {
      this.#wrong(
        this.#owner,
        `This line belongs to ${this.#named(lineAt(this.#lines, above.start))}. Indent it like the lines below it.`,
      );
      if (this.#mistake) this.#mistake.lost = this.#linesRange(this.#owner, this.#owner + 1);
      return;
    }
    this.#wrong(
      i,
      `This line is indented deeper than ${this.#named(this.#owner)}, which already has a value. Indent both the same, or remove that value.`,
    );
    const next = this.#lines.findIndex((one, at) => at > i && !one.empty && one.indent < line.indent);
    if (this.#mistake) this.#mistake.lost = this.#linesRange(i, next === -1 ? this.#lines.length : next);
  }

  /** Returns a line with the deeper lines below it. */
  #below(i: number): Range {
    const line = this.#lines[i];
    const next = this.#lines.findIndex((one, at) => at > i && !one.empty && one.indent <= (line?.indent ?? 0));
    return this.#linesRange(i, next === -1 ? this.#lines.length : next);
  }

  #linesRange(first: number, next: number): Range {
    return linesRange(this.#lines, first, next, this.#text.length);
  }

  #named(i: number): string {
    const name = /^(?:-\s+)*["']?([^\s"':{[]+)/.exec(this.#lines[i]?.content ?? '')?.[1];
    return name === undefined ? 'the line above' : `\`${name}\``;
  }
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
