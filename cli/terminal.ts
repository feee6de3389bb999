import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes: people read `out`, progress and notes go to `err`, so that output can be piped. */
export interface Terminal {
  /** True when progress may be redrawn in place. */
  live: boolean;
  width: number;
  line(text?: string): void;
  note(text: string): void;
  style(style: Style, text: string): string;
  /** Redraws one line in place; on no terminal it prints nothing. */
  progress(text: string | null): void;
}

export function openTerminal(env: NodeJS.ProcessEnv = process.env, out: NodeJS.WriteStream = process.stdout, err: NodeJS.WriteStream = process.stderr): Terminal {
  const colour = (stream: NodeJS.WriteStream) => (env['NO_COLOR'] ?? '') === '' && ((env['FORCE_COLOR'] ?? '') !== '' || (stream.isTTY && env['TERM'] !== 'dumb'));
  const live = err.isTTY && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
  let drawn = false;
  const clear = () => {
    if (drawn) err.write('\r\u001b[K');
    drawn = false;
  };
  const useColour = colour(out);
  return {
    live,
    get width() { return out.columns || 100; },
    line(text = '') {
      clear();
      out.write(`${text}\n`);
    },
    note(text) {
      clear();
      err.write(`${text}\n`);
    },
    style: (style, text) => (useColour ? styleText(style, text, { validateStream: false }) : text),
    progress(text) {
      if (!live) return;
      clear();
      if (text === null) return;
      err.write(text.slice(0, (err.columns || 100) - 1));
      drawn = true;
    },
  };
}

/** `████████░░░░` for a share from 0 to 1. */
export function bar(share: number, width = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(head: string[], rows: string[][], right: readonly number[] = []): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const format = (row: string[]) => row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ').trimEnd();
  return [format(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(format)];
}

export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function number(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? '–' : value.toFixed(digits);
}
