import type { Range } from './located.ts';
import { tabIndent } from './parseText.ts';
import { lineAt, yamlLines, type YamlLine } from './yamlLines.ts';

/** A place where a text stops being YAML, as the person who wrote it would show it. */
export interface YamlMistake {
  /** The characters that are wrong. */
  range: Range;
  message: string;
  /** The text that cannot be understood because of it. */
  lost: Range;
}

interface Bracket {
  char: '{' | '[';
  at: number;
  /** The entry that is being read has its colon. */
  hasColon: boolean;
}

/** A mapping or list in block style that is open at a line. */
interface Level {
  indent: number;
  list: boolean;
}

/** The value of the entry before: whether lines below may belong to it. */
type Before = 'nothing' | 'plain' | 'closed' | 'block';

const closerOf = { '{': '}', '[': ']' } as const;
const key = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:[\]{},"'&*!|>%@`-][^#]*?|-[^\s][^#]*?)\s*:(?=\s|$)/;

/**
 * Finds the first mistake by the layout that people write: a parser only says where it could not go on. Null when the
 * layout looks right.
 */
export function findMistake(text: string): YamlMistake | null {
  return new LayoutReader(text).read();
}

class LayoutReader {
  readonly #text: string;
  readonly #lines: YamlLine[];
  readonly #levels: Level[] = [];
  #before: Before = 'nothing';
  /** The line of the entry whose value is open, and the column of its key. */
  #owner = 0;
  #column = 0;
  #brackets: Bracket[] = [];
  #quote: { char: string; at: number } | null = null;
  #mistake: YamlMistake | null = null;
  #suspect: YamlMistake | null = null;

  constructor(text: string) {
    this.#text = text;
    this.#lines = yamlLines(text);
  }

  read(): YamlMistake | null {
    for (let i = 0; i < this.#lines.length && !this.#mistake; i++) {
      const line = this.#lines[i];
      if (!line) break;
      if (this.#quote || this.#brackets.length > 0) this.#continued(line, i);
      else if (line.content !== '' && !(line.empty && this.#before !== 'block')) this.#entry(line, i);
    }
    if (!this.#mistake && (this.#quote || this.#brackets.length > 0)) this.#unclosed(this.#lines.length);
    return this.#mistake;
  }

  /** A line inside quotes or brackets that an earlier line opened. */
  #continued(line: YamlLine, i: number): void {
    if (line.content === '') return;
    const closes = this.#quote === null && /^[\]}]/.test(line.content);
    if (line.indent <= this.#column && !closes && !(this.#quote === null && line.empty)) return this.#unclosed(i);
    this.#values(line.start + line.indent, line, i);
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
    // `- - key: value` opens a level at each dash.
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
    const found = key.exec(rest);
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

  /** Whether a line stands in a column where an entry may begin here. */
  #fits(line: YamlLine, i: number): boolean {
    const { indent, content } = line;
    const dash = /^-(?:\s|$)/.test(content);
    if (this.#levels.length > 0 && indent > this.#column && this.#before !== 'nothing') {
      // Text may go on below: `cmd: python train.py` and an option on the next line.
      if (this.#before === 'plain' && !key.test(content)) return false;
      this.#deeper(i);
      return false;
    }
    if (this.#levels.length === 0 || indent > this.#column) return true;
    if (dash && this.#before === 'nothing' && this.#levels.at(-1)?.indent === indent) return true;
    while ((this.#levels.at(-1)?.indent ?? -1) > indent) this.#levels.pop();
    let top = this.#levels.at(-1);
    // A list may stand in the column of its key, so a key there ends it.
    if (top?.indent === indent && top.list && !dash && this.#levels.at(-2)?.indent === indent) {
      this.#levels.pop();
      top = this.#levels.at(-1);
    }
    if (top?.indent === indent && top.list === dash) return true;
    if (top?.indent === indent)
      this.#wrong(
        i,
        dash
          ? 'A list item stands among keys. Indent it below the key it belongs to.'
          : key.test(content)
            ? 'A key stands among the items of a list. Put `- ` before it, or indent it differently.'
            : 'An item of a list begins with `- `.',
      );
    else
      this.#wrong(
        i,
        `This line is indented by ${indent} ${indent === 1 ? 'space' : 'spaces'}, and no line above that it could belong to is. Indent it like its neighbours.`,
      );
    return false;
  }

  /** The value that begins at an offset, in block style. */
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
      this.#values(at, line, i);
    } else {
      this.#before = 'plain';
      this.#plain(rest, at, line);
    }
  }

  #plain(rest: string, at: number, line: YamlLine): void {
    const value = rest.replace(/\s+#.*$/, '');
    const range = { start: at, end: at + value.length };
    const lost = { start: line.start, end: line.end };
    if (/^[@`%]/.test(value))
      this.#mistake = { range, lost, message: `A value that begins with \`${value.charAt(0)}\` must stand in quotes.` };
    else if (/:(?=\s|$)/.test(value))
      this.#mistake = { range, lost, message: `A value with a colon in it must stand in quotes: ${quoted(value)}.` };
    else if (/^[\]},]/.test(value))
      this.#mistake = {
        range: { start: at, end: at + 1 },
        lost,
        message: `This \`${value.charAt(0)}\` closes nothing. Remove it, or put the value in quotes.`,
      };
  }

  /** Quotes and brackets from an offset to the end of the line. */
  #values(from: number, line: YamlLine, i: number): void {
    const text = this.#text;
    const flow = () => this.#brackets.length > 0;
    let start = !this.#quote;
    for (let at = from; at < line.end; at++) {
      const c = text[at] ?? '';
      if (this.#quote) {
        if (this.#quote.char === '"' && c === '\\') at++;
        else if (c === this.#quote.char) {
          if (c === "'" && text[at + 1] === "'") {
            at++;
            continue;
          }
          const opened = this.#quote;
          this.#quote = null;
          start = false;
          if (!flow()) return this.#remainder(at + 1, line, i, opened);
          const next = text.slice(at + 1, line.end).trimStart();
          if (next !== '' && !/^[,:\]}#]/.test(next)) return this.#textAfterQuote(opened.at, at + 1, line);
        }
        continue;
      }
      if (/\s/.test(c)) continue;
      if (c === '#' && /\s/.test(text[at - 1] ?? ' ')) return;
      if ((c === '"' || c === "'") && start) this.#quote = { char: c, at };
      else if (c === '{' && text[at - 1] === '$' && flow()) {
        const end = text.indexOf('}', at);
        const word = text.slice(at - 1, end === -1 || end >= line.end ? line.end : end + 1);
        this.#mistake = {
          range: { start: at - 1, end: at - 1 + word.length },
          lost: this.#from(this.#owner, i + 1),
          message: `Inside \`{ }\` and \`[ ]\`, \`${word}\` must stand in quotes: "${word}".`,
        };
        return;
      } else if (c === '{' || c === '[') {
        this.#brackets.push({ char: c, at, hasColon: false });
        start = true;
      } else if (c === '}' || c === ']') {
        const open = this.#brackets.at(-1);
        if (open && closerOf[open.char] !== c) return this.#mismatch(open, c, at, i);
        this.#brackets.pop();
        if (this.#suspect && open && open.at < this.#suspect.range.start)
          this.#mistake = { ...this.#suspect, lost: this.#from(this.#owner, i + 1) };
        if (this.#mistake) return;
        start = false;
        if (!flow()) return this.#remainder(at + 1, line, i, null);
      } else {
        const colon = c === ':' && /[\s"'[{]/.test(text[at + 1] ?? ' ');
        const entry = this.#brackets.at(-1);
        if (colon && entry?.hasColon) {
          this.#withoutComma(at, i);
          if (this.#mistake) return;
        }
        if (entry && (colon || c === ',')) entry.hasColon = colon;
        start = colon || c === ',';
      }
    }
  }

  /** After a closed value in block style only a comment may follow, or a colon when it was a key. */
  #remainder(from: number, line: YamlLine, i: number, quote: { at: number } | null): void {
    const rest = this.#text.slice(from, line.end);
    const at = from + (/\S/.exec(rest)?.index ?? 0);
    const word = rest.trim();
    if (word === '' || (word.startsWith('#') && rest.startsWith(' '))) return;
    if (/^:(?:\s|$)/.test(word)) return this.#value(at + 1 + (/^\s*/.exec(word.slice(1))?.[0].length ?? 0), line, i);
    if (quote) return this.#textAfterQuote(quote.at, from, line);
    const range = { start: at, end: at + word.length };
    this.#mistake = /^[}\]]/.test(word)
      ? {
          range: { start: at, end: at + 1 },
          lost: range,
          message: `This \`${word.charAt(0)}\` closes nothing. Remove it.`,
        }
      : {
          range,
          lost: range,
          message:
            'Nothing may follow the closing bracket on its line. Put this on a line of its own, or inside the brackets.',
        };
  }

  #textAfterQuote(opened: number, at: number, line: YamlLine): void {
    const mark = this.#text[opened] ?? '"';
    this.#mistake = {
      range: { start: opened, end: at },
      lost: this.#from(this.#owner, lineAt(this.#lines, line.start) + 1),
      message: `Text follows the closing quote. Put the whole value between two \`${mark}\`, and write ${mark === '"' ? '`\\"`' : "`''`"} for one inside.`,
    };
  }

  #mismatch(open: Bracket, closer: string, at: number, i: number): void {
    const lost = this.#from(this.#owner, i + 1);
    const outer = this.#brackets.some(({ char }) => closerOf[char] === closer);
    const line = this.#lines[i];
    this.#mistake = outer
      ? {
          range: { start: open.at, end: open.at + 1 },
          lost,
          message: `This \`${open.char}\` is not closed. Add \`${closerOf[open.char]}\` before the \`${closer}\`.`,
        }
      : this.#text.slice(at + 1, line?.end).includes(closerOf[open.char])
        ? {
            range: { start: at, end: at + 1 },
            lost: { start: at, end: at + 1 },
            message: `This \`${closer}\` closes nothing. Remove it.`,
          }
        : {
            range: { start: at, end: at + 1 },
            lost,
            message: `This \`${closer}\` does not close the \`${open.char}\` before it. Write \`${closerOf[open.char]}\`.`,
          };
  }

  /** A second colon in one entry between brackets: the entry before it was not ended. */
  #withoutComma(colon: number, i: number): void {
    if (this.#suspect) return;
    const from = Math.max(this.#brackets.at(-1)?.at ?? 0, this.#lines[i]?.start ?? 0);
    const word = /(?:"[^"]*"|'[^']*'|[^\s,[\]{}"']+)\s*$/.exec(this.#text.slice(from, colon));
    const start = colon - (word?.[0].length ?? 0);
    const mistake = {
      range: { start, end: Math.max(colon, start + 1) },
      lost: this.#from(this.#owner, i + 1),
      message: `A comma is missing before \`${word?.[0].trim() ?? ''}\`.`,
    };
    // On a line below, the bracket may be what is wrong: that shows where it closes, or does not.
    if (this.#text.lastIndexOf('\n', start) > (this.#brackets.at(-1)?.at ?? 0)) this.#suspect ??= mistake;
    else this.#mistake = mistake;
  }

  /** Quotes or a bracket are open where a line begins that cannot be inside them. */
  #unclosed(until: number): void {
    const { at } = this.#quote ?? this.#brackets.at(-1) ?? { at: 0 };
    const c = this.#text[at] ?? '';
    const line = lineAt(this.#lines, at);
    const message = this.#quote
      ? `This ${c === '"' ? 'double' : 'single'} quote is not closed. Add a ${c} where the text ends.`
      : `This \`${c}\` is not closed. Add \`${c === '{' ? '}' : ']'}\` where it ends.`;
    const below = this.#lines.slice(line + 1, until).find(({ empty }) => !empty);
    const own = this.#lines[line];
    // Lines in block style below a bracket were there before it: without it they are read as they are.
    const stray =
      own !== undefined &&
      below !== undefined &&
      (key.test(below.content) || /^-\s/.test(below.content)) &&
      !/,$/.test(below.content) &&
      !this.#quote;
    this.#mistake = {
      range: { start: at, end: at + 1 },
      message,
      lost: stray
        ? { start: at, end: own.end }
        : this.#quote
          ? this.#quotedLines(line, until)
          : this.#from(Math.min(line, this.#owner), until),
    };
  }

  /** A quote that is not closed runs over lines that were not meant: those that look like entries are kept. */
  #quotedLines(line: number, until: number): Range {
    const next = this.#lines.findIndex(
      (one, i) => i > line && i < until && (key.test(one.content) || /^-\s/.test(one.content)),
    );
    return this.#from(Math.min(line, this.#owner), next === -1 ? until : next);
  }

  #withoutColon(line: YamlLine, i: number): void {
    const before = this.#lines.slice(0, i).findLast(({ empty }) => !empty);
    const range = {
      start: line.start + line.indent,
      end: line.start + line.indent + line.content.replace(/\s+#.*$/, '').length,
    };
    const stray = /^[}\],]/.test(line.content);
    const head = before !== undefined && /(?:^|\s)[|>][-+\d]*$/.test(before.content);
    const message = stray
      ? `This \`${line.content.charAt(0)}\` closes nothing. Remove it.`
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
    // Lines indented by tabs in a row are one habit, not a mistake each.
    const end = this.#lines.findIndex((one, at) => at > i && one.indent > 0 && !one.empty && !/^\t/.test(one.content));
    let last = this.#lines.findLastIndex(
      (one, at) => at >= i && (end === -1 || at < end) && one.content.startsWith('\t'),
    );
    // Lines below a key without a value on its line belong to it.
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
          end: line.start + line.indent + line.content.replace(/\s+#.*$/, '').length,
        },
        message,
        lost: this.#below(i),
      };
  }

  /**
   * A line is deeper than an entry that has a value: it is wrong, or that entry, when it stands in the column of a key
   * without one.
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
      if (this.#mistake) this.#mistake.lost = this.#from(this.#owner, this.#owner + 1);
      return;
    }
    this.#wrong(
      i,
      `This line is indented deeper than ${this.#named(this.#owner)}, which has a value already. Indent both the same, or remove that value.`,
    );
    const next = this.#lines.findIndex((one, at) => at > i && !one.empty && one.indent < line.indent);
    if (this.#mistake) this.#mistake.lost = this.#from(i, next === -1 ? this.#lines.length : next);
  }

  /** A line with those below that are indented deeper. */
  #below(i: number): Range {
    const line = this.#lines[i];
    const next = this.#lines.findIndex((one, at) => at > i && !one.empty && one.indent <= (line?.indent ?? 0));
    return this.#from(i, next === -1 ? this.#lines.length : next);
  }

  #from(first: number, next: number): Range {
    return {
      start: this.#lines[first]?.start ?? 0,
      end: this.#lines[Math.max(first, next - 1)]?.end ?? this.#text.length,
    };
  }

  #named(i: number): string {
    const name = /^(?:-\s+)*["']?([^\s"':{[]+)/.exec(this.#lines[i]?.content ?? '')?.[1];
    return name === undefined ? 'the line above' : `\`${name}\``;
  }
}

/** What is told of a line that should be a key with a value. */
export function keyWithoutColon(line: string): string {
  const glued = /^([\w.-]+):(\S.*)$/.exec(line.trim());
  return glued
    ? `A space is missing after the colon: \`${glued[1] ?? ''}: ${glued[2] ?? ''}\`.`
    : 'A key needs a colon after it, and a value.';
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
