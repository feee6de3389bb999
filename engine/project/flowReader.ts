import type { Range } from './located.ts';
import { lineAt, linesRange, type YamlLine } from './yamlLines.ts';
import { blockKey, type YamlMistake } from './yamlMistake.ts';

interface Bracket {
  char: '{' | '[';
  at: number;
  /** True when the current entry has its colon. */
  hasColon: boolean;
}

/** End of a value in quotes or brackets, and the quote that ended it. */
export interface ClosedValue {
  end: number;
  quote: { at: number } | null;
}

const closerOf = { '{': '}', '[': ']' } as const;

/** Tracks quotes and brackets over the lines of a value, and finds the first syntax error in them. */
export class FlowReader {
  mistake: YamlMistake | null = null;
  readonly #text: string;
  readonly #lines: readonly YamlLine[];
  /** Line of the entry whose value is read. */
  #owner = 0;
  #brackets: Bracket[] = [];
  #quote: { char: string; at: number } | null = null;
  #suspect: YamlMistake | null = null;

  constructor(text: string, lines: readonly YamlLine[]) {
    this.#text = text;
    this.#lines = lines;
  }

  /** True while a quote or bracket is open. */
  get isOpen(): boolean {
    return this.isQuoted || this.#brackets.length > 0;
  }

  /** True while a quote is open. */
  get isQuoted(): boolean {
    return this.#quote !== null;
  }

  /** Reads the first line of the value of an entry, whose key is in line `owner`. */
  open(from: number, line: YamlLine, i: number, owner: number): ClosedValue | null {
    this.#owner = owner;
    return this.read(from, line, i);
  }

  /** Reads from an offset to the end of line `i`. Returns where the outermost value is closed, or null. */
  read(from: number, line: YamlLine, i: number): ClosedValue | null {
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
          if (!flow()) return { end: at + 1, quote: opened };
          const next = text.slice(at + 1, line.end).trimStart();
          if (next !== '' && !/^[,:\]}#]/.test(next)) {
            this.textAfterQuote(opened.at, at + 1, line);
            return null;
          }
        }
        continue;
      }
      if (/\s/.test(c)) continue;
      if (c === '#' && /\s/.test(text[at - 1] ?? ' ')) return null;
      if ((c === '"' || c === "'") && start) this.#quote = { char: c, at };
      else if (c === '{' && text[at - 1] === '$' && flow()) {
        const end = text.indexOf('}', at);
        const word = text.slice(at - 1, end === -1 || end >= line.end ? line.end : end + 1);
        this.mistake = {
          range: { start: at - 1, end: at - 1 + word.length },
          lost: this.#linesRange(this.#owner, i + 1),
          message: `Inside \`{ }\` and \`[ ]\`, \`${word}\` must be in quotes: "${word}".`,
        };
        return null;
      } else if (c === '{' || c === '[') {
        this.#brackets.push({ char: c, at, hasColon: false });
        start = true;
      } else if (c === '}' || c === ']') {
        const open = this.#brackets.at(-1);
        if (open && closerOf[open.char] !== c) {
          this.#mismatch(open, c, at, i);
          return null;
        }
        this.#brackets.pop();
        if (this.#suspect && open && open.at < this.#suspect.range.start)
          this.mistake = { ...this.#suspect, lost: this.#linesRange(this.#owner, i + 1) };
        if (this.mistake) return null;
        start = false;
        if (!flow()) return { end: at + 1, quote: null };
      } else {
        const colon = c === ':' && /[\s"'[{]/.test(text[at + 1] ?? ' ');
        const entry = this.#brackets.at(-1);
        if (colon && entry?.hasColon) {
          this.#withoutComma(at, i);
          if (this.mistake) return null;
        }
        if (entry && (colon || c === ',')) entry.hasColon = colon;
        start = colon || c === ',';
      }
    }
    return null;
  }

  /** Reports text after a closing quote that was opened at `opened`. */
  textAfterQuote(opened: number, at: number, line: YamlLine): void {
    const mark = this.#text[opened] ?? '"';
    this.mistake = {
      range: { start: opened, end: at },
      lost: this.#linesRange(this.#owner, lineAt(this.#lines, line.start) + 1),
      message: `Text follows the closing quote. Put the whole value between two \`${mark}\`, and write ${mark === '"' ? '`\\"`' : "`''`"} for one inside.`,
    };
  }

  /** Reports a closing bracket that does not match the last open bracket. */
  #mismatch(open: Bracket, closer: string, at: number, i: number): void {
    const lost = this.#linesRange(this.#owner, i + 1);
    const outer = this.#brackets.some(({ char }) => closerOf[char] === closer);
    const line = this.#lines[i];
    this.mistake = outer
      ? {
          range: { start: open.at, end: open.at + 1 },
          lost,
          message: `This \`${open.char}\` is not closed. Add \`${closerOf[open.char]}\` before the \`${closer}\`.`,
        }
      : this.#text.slice(at + 1, line?.end).includes(closerOf[open.char])
        ? {
            range: { start: at, end: at + 1 },
            lost: { start: at, end: at + 1 },
            message: `This \`${closer}\` has no opening bracket. Remove it.`,
          }
        : {
            range: { start: at, end: at + 1 },
            lost,
            message: `This \`${closer}\` does not close the \`${open.char}\` before it. Write \`${closerOf[open.char]}\`.`,
          };
  }

  /** Reports a second colon in one entry between brackets: a comma is missing before it. */
  #withoutComma(colon: number, i: number): void {
    if (this.#suspect) return;
    const from = Math.max(this.#brackets.at(-1)?.at ?? 0, this.#lines[i]?.start ?? 0);
    // Only the last word counts; the expression takes the square of what it looks at.
    const word = /(?:"[^"]*"|'[^']*'|[^\s,[\]{}"']+)\s*$/.exec(this.#text.slice(Math.max(from, colon - 300), colon));
    const start = colon - (word?.[0].length ?? 0);
    const mistake = {
      range: { start, end: Math.max(colon, start + 1) },
      lost: this.#linesRange(this.#owner, i + 1),
      message: `A comma is missing before \`${word?.[0].trim() ?? ''}\`.`,
    };
    // On a line below, the bracket itself can be wrong. Its closing bracket, or a missing one, decides.
    if (this.#text.lastIndexOf('\n', start) > (this.#brackets.at(-1)?.at ?? 0)) this.#suspect ??= mistake;
    else this.mistake = mistake;
  }

  /** Reports quotes or a bracket that are open at line `until`, which cannot be inside them. */
  unclosed(until: number): void {
    const { at } = this.#quote ?? this.#brackets.at(-1) ?? { at: 0 };
    const c = this.#text[at] ?? '';
    const line = lineAt(this.#lines, at);
    const message = this.#quote
      ? `This ${c === '"' ? 'double' : 'single'} quote is not closed. Add a ${c} where the text ends.`
      : `This \`${c}\` is not closed. Add \`${c === '{' ? '}' : ']'}\` where it ends.`;
    const below = this.#lines.slice(line + 1, until).find(({ empty }) => !empty);
    const own = this.#lines[line];
    // Block-style lines below a bracket are valid without it.
    const stray =
      own !== undefined &&
      below !== undefined &&
      (blockKey.test(below.content) || /^-\s/.test(below.content)) &&
      !/,$/.test(below.content) &&
      !this.#quote;
    this.mistake = {
      range: { start: at, end: at + 1 },
      message,
      lost: stray
        ? { start: at, end: own.end }
        : this.#quote
          ? this.#quotedLines(line, until)
          : this.#linesRange(Math.min(line, this.#owner), until),
    };
  }

  /** Returns the lines that an unclosed quote makes unreadable, except those that look like entries. */
  #quotedLines(line: number, until: number): Range {
    const next = this.#lines.findIndex(
      (one, i) => i > line && i < until && (blockKey.test(one.content) || /^-\s/.test(one.content)),
    );
    return this.#linesRange(Math.min(line, this.#owner), next === -1 ? until : next);
  }

  #linesRange(first: number, next: number): Range {
    return linesRange(this.#lines, first, next, this.#text.length);
  }
}
