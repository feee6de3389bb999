import { randomBytes } from 'node:crypto';
import { styleText } from 'node:util';
import { safeLine, safeProgramText, safeText, withoutCommands } from './safeText.ts';

type Style = Parameters<typeof styleText>[0];

/**
 * The output of a command: results go to `out`, progress and notes to `err`, so that output can be piped. Only the codes
 * of `style` and `program` reach the terminal: names and values come from files and programs of others.
 */
export interface Terminal {
  /** True when progress may be redrawn in place. */
  live: boolean;
  width: number;
  line(text?: string): void;
  note(text: string): void;
  style(style: Style, text: string): string;
  /** The text of a program with its colours. */
  program(text: string): string;
  /** Prints a line that a runner of CI is meant to obey. */
  command(text: string): void;
  /** Redraws one line in place; prints nothing without a terminal. */
  progress(text: string | null): void;
  /**
   * Lines that are incomplete or may still change, drawn in place below the printed lines. Without a terminal,
   * a line that only grows is printed as it grows.
   */
  open(rows: readonly string[]): void;
}

export function openTerminal(
  env: NodeJS.ProcessEnv = process.env,
  out: NodeJS.WriteStream = process.stdout,
  err: NodeJS.WriteStream = process.stderr,
): Terminal {
  const colour = (stream: NodeJS.WriteStream) =>
    (env['NO_COLOR'] ?? '') === '' && ((env['FORCE_COLOR'] ?? '') !== '' || (stream.isTTY && env['TERM'] !== 'dumb'));
  const live = err.isTTY && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
  let drawn = 0;
  let begun = '';
  // Marks the codes of this terminal, so that no other text has any.
  const mark = `\u0001${randomBytes(8).toString('hex')}\u0001`;
  const marked = (code: string) => code.replaceAll('\u001b', mark);
  const safe = (text: string, clean = (part: string) => withoutCommands(safeText(part))) =>
    text.split(mark).map(clean).join('\u001b');
  const clear = () => {
    if (drawn > 0) err.write(`\r\u001b[K${'\u001b[1A\u001b[K'.repeat(drawn - 1)}`);
    drawn = 0;
  };
  const draw = (rows: readonly string[]) => {
    clear();
    const shown = rows.map((row) => safe(row, safeLine)).slice(-Math.max(1, (err.rows || 24) - 1));
    if (shown.length > 0) err.write(shown.map((row) => cut(row, (err.columns || 100) - 1)).join('\n'));
    drawn = shown.length;
  };
  /** Ends a line that was printed in part; returns the rest of the text to print. */
  const rest = (text: string): string => {
    if (begun === '') return text;
    const isSame = text.startsWith(begun);
    const left = isSame ? text.slice(begun.length) : `\n${text}`;
    begun = '';
    return left;
  };
  const useColour = colour(out);
  return {
    live,
    get width() {
      return out.columns || 100;
    },
    line(text = '') {
      clear();
      out.write(`${rest(safe(text))}\n`);
    },
    note(text) {
      clear();
      if (begun !== '') out.write(rest(''));
      err.write(`${safe(text)}\n`);
    },
    style: (style, text) =>
      useColour ? marked(styleText(style, safe(text, safeText), { validateStream: false })) : text,
    program: (text) => safeProgramText(text, marked),
    command(text) {
      clear();
      out.write(`${rest(safeText(text))}\n`);
    },
    progress(text) {
      if (live) draw(text === null ? [] : [text]);
    },
    open(rows) {
      if (live) return draw(rows);
      const row = rows[0] === undefined ? undefined : safe(rows[0], safeLine);
      if (rows.length !== 1 || row === undefined || !row.startsWith(begun)) return;
      out.write(row.slice(begun.length));
      begun = row;
    },
  };
}

/** The text cut to the width, with its colours ended. Wide characters take two columns. */
function cut(text: string, columns: number): string {
  let width = 0;
  let shown = '';
  // oxlint-disable-next-line no-control-regex -- terminals are told colours and moves by control characters
  for (const part of text.split(/(\u001b\[[\d;:]*m)/)) {
    if (part.startsWith('\u001b[')) {
      shown += part;
      continue;
    }
    for (const char of part) {
      width += wide.test(char) ? 2 : 1;
      if (width > columns) return shown.includes('\u001b[') ? `${shown}\u001b[0m` : shown;
      shown += char;
    }
  }
  return shown;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** `████████░░░░` for a share from 0 to 1. */
export function bar(share: number, width = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

const onOneLine = (cell: string): string => cell.replaceAll(/[\n\t]/g, (char) => (char === '\n' ? '\u240a' : ' '));

/** Columns padded to their widest cell; numbers are right-aligned. */
export function table(head: string[], rows: string[][], right: readonly number[] = []): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const format = (row: string[]) =>
    row
      .map(onOneLine)
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(format)];
}
