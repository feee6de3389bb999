import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** The output of a command: results go to `out`, progress and notes to `err`, so that output can be piped. */
export interface Terminal {
  /** True when progress may be redrawn in place. */
  live: boolean;
  width: number;
  line(text?: string): void;
  note(text: string): void;
  style(style: Style, text: string): string;
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
  const clear = () => {
    if (drawn > 0) err.write(`\r\u001b[K${'\u001b[1A\u001b[K'.repeat(drawn - 1)}`);
    drawn = 0;
  };
  const draw = (rows: readonly string[]) => {
    clear();
    const shown = rows.slice(-Math.max(1, (err.rows || 24) - 1));
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
      out.write(`${rest(text)}\n`);
    },
    note(text) {
      clear();
      if (begun !== '') out.write(rest(''));
      err.write(`${text}\n`);
    },
    style: (style, text) => (useColour ? styleText(style, text, { validateStream: false }) : text),
    progress(text) {
      if (live) draw(text === null ? [] : [text]);
    },
    open(rows) {
      if (live) return draw(rows);
      const [row] = rows;
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

/** Columns padded to their widest cell; numbers are right-aligned. */
export function table(head: string[], rows: string[][], right: readonly number[] = []): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const format = (row: string[]) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(format)];
}
