import type { QuoteStyle } from '../../project/schema/readSettings.ts';
import { endOfCopy, endsInEscape, escapeAt } from './escapes.ts';

/** One record of a text, which spans several lines when a quoted field contains line breaks. */
export interface TextRecord {
  /** Number of its first line, from 1. */
  line: number;
  /** Number of its lines. */
  lines: number;
  fields: string[];
  /** Number of fields in quotes that close before a delimiter or the end. */
  quoted: number;
  /** True when a quote is not closed, or closes before other text. */
  malformed: boolean;
  /** True when a quote is not closed. */
  unclosed: boolean;
}

export interface Dialect {
  delimiter: string;
  quotes: QuoteStyle;
}

/** Longest record in lines; a quote that stays open longer is taken for a plain character. */
const mostLines = 500;

/** Splits a text at all kinds of line ends. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Returns the records from a line on, at most `most`. A blank line is a record with one empty field. */
export function recordsOf(lines: readonly string[], dialect: Dialect, from = 0, most = Infinity): TextRecord[] {
  const records: TextRecord[] = [];
  const mark = dialect.quotes === 'single' ? "'" : '"';
  for (let at = from; at < lines.length && records.length < most;) {
    const line = lines[at] ?? '';
    const isEscaped = dialect.quotes === 'escapes';
    const plain =
      (dialect.quotes === 'none' || isEscaped || !line.includes(mark)) &&
      !((dialect.quotes === 'backslash' || isEscaped) && line.includes('\\'));
    const record = plain
      ? {
          line: at + 1,
          lines: 1,
          fields: splitPlain(line, dialect.delimiter),
          quoted: 0,
          malformed: false,
          unclosed: false,
        }
      : isEscaped
        ? splitEscaped(lines, at, dialect.delimiter)
        : splitQuoted(lines, at, dialect, mark);
    records.push(record);
    at += record.lines;
  }
  return records;
}

/** Returns the fields of one line without line breaks in quotes. */
export function fieldsOf(line: string, dialect: Dialect): string[] {
  return recordsOf([line], dialect)[0]?.fields ?? [''];
}

/** True for a line without text, or a record of blank fields only. */
export function isBlank(record: TextRecord): boolean {
  return record.fields.every((field) => field.trim() === '');
}

function splitPlain(line: string, delimiter: string): string[] {
  return delimiter === 'spaces' ? line.trim().split(/[ \t]+/) : line.split(delimiter);
}

/** Splits a record with escapes in place of quotes. A backslash at the end of a line keeps the line break. */
function splitEscaped(lines: readonly string[], start: number, delimiter: string): TextRecord {
  const fields: string[] = [];
  let [field, lineAt] = ['', start];
  for (; lineAt < lines.length && lineAt - start < mostLines; lineAt++) {
    const line = lines[lineAt] ?? '';
    if (lineAt === start && line === endOfCopy) break;
    const isOpen = endsInEscape(line) && lineAt + 1 < lines.length;
    const end = isOpen ? line.length - 1 : line.length;
    for (let i = 0; i < end; i++) {
      if (line.charAt(i) === '\\' && i + 1 < end) {
        const { text, length } = escapeAt(line, i + 1, delimiter);
        field += text;
        i += length;
      } else if (line.startsWith(delimiter, i)) {
        fields.push(field);
        field = '';
        i += delimiter.length - 1;
      } else field += line.charAt(i);
    }
    if (!isOpen) break;
    field += '\n';
  }
  fields.push(field);
  const count = Math.min(lineAt, lines.length - 1) - start + 1;
  return { line: start + 1, lines: count, fields, quoted: 0, malformed: false, unclosed: false };
}

function splitQuoted(
  lines: readonly string[],
  start: number,
  { delimiter, quotes }: Dialect,
  mark: string,
): TextRecord {
  const isRun = delimiter === 'spaces';
  const fields: string[] = [];
  let [field, quoted, malformed] = ['', 0, false];
  let state: 'start' | 'plain' | 'open' | 'closed' = 'start';
  const push = () => {
    fields.push(field);
    if (state === 'closed') quoted++;
    field = '';
    state = 'start';
  };
  for (let at = start; at < lines.length && at - start < mostLines; at++) {
    const line = isRun && at === start ? (lines[at] ?? '').trim() : (lines[at] ?? '');
    for (let i = 0; i < line.length; i++) {
      const c = line.charAt(i);
      if (quotes === 'backslash' && c === '\\' && i + 1 < line.length) {
        const next = line.charAt(++i);
        field += next === mark || next === '\\' || delimiter.includes(next) ? next : c + next;
        if (state === 'start') state = 'plain';
      } else if (state === 'open') {
        if (c !== mark) field += c;
        else if (line.charAt(i + 1) === mark) field += line.charAt(++i);
        else state = 'closed';
      } else if (isRun ? c === ' ' || c === '\t' : line.startsWith(delimiter, i)) {
        push();
        if (!isRun) i += delimiter.length - 1;
        else while (i + 1 < line.length && /[ \t]/.test(line.charAt(i + 1))) i++;
      } else if (c === mark && state === 'start' && field.trim() === '') {
        [field, state] = ['', 'open'];
      } else if (state === 'closed') {
        if (c !== ' ') malformed = true;
      } else {
        field += c;
        if (c !== ' ') state = 'plain';
      }
    }
    const escapedEnd = quotes === 'backslash' && /(^|[^\\])(\\\\)*\\$/.test(line);
    if (state !== 'open' && !escapedEnd) {
      push();
      return { line: start + 1, lines: at - start + 1, fields, quoted, malformed, unclosed: false };
    }
    field = escapedEnd ? `${field.replace(/\\$/, '')}\n` : `${field}\n`;
  }
  return {
    line: start + 1,
    lines: 1,
    fields: splitPlain(lines[start] ?? '', delimiter),
    quoted: 0,
    malformed: true,
    unclosed: true,
  };
}
