import type { Range } from './located.ts';

/** A line of a YAML text. */
export interface YamlLine {
  start: number;
  /** Offset before the line break. */
  end: number;
  /** Offset of the next line. */
  next: number;
  /** Number of leading spaces. */
  indent: number;
  /** Text after the leading spaces, without trailing white space. */
  content: string;
  /** True when the line is blank or contains only a comment. */
  empty: boolean;
}

/** Returns the lines of a text, without their line breaks. */
export function yamlLines(text: string): YamlLine[] {
  const lines: YamlLine[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    const end = newline === -1 ? text.length : newline;
    let at = start;
    while (at < end && text[at] === ' ') at++;
    const content = text.slice(at, end).trimEnd();
    lines.push({ start, end, next, indent: at - start, content, empty: content === '' || content.startsWith('#') });
    start = next;
  }
  return lines;
}

/** Returns the index of the line that contains an offset, from 0; the last line for an offset past the end. */
export function lineAt(lines: readonly YamlLine[], offset: number): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns the range of the lines from `first` to before `next`, at least one line. `length` is that of the text. */
export function linesRange(lines: readonly YamlLine[], first: number, next: number, length: number): Range {
  return { start: lines[first]?.start ?? 0, end: lines[Math.max(first, next - 1)]?.end ?? length };
}

/** Replaces a range of the text with spaces. Offsets and line breaks stay. */
export function blankOut(text: string, { start, end }: Range): string {
  return text.slice(0, start) + text.slice(start, end).replaceAll(/[^\r\n]/g, ' ') + text.slice(end);
}
