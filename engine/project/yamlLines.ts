import type { Range } from './located.ts';

/** A line of a text of YAML. */
export interface YamlLine {
  start: number;
  /** Before the line break. */
  end: number;
  /** Where the next line starts. */
  next: number;
  /** Spaces at the start. */
  indent: number;
  /** The text after the spaces, without white space at its end. */
  content: string;
  /** It holds nothing, or a comment alone. */
  empty: boolean;
}

/** The lines of a text, without their line breaks. */
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

/** The number of the line that holds an offset, from 0; the last line for what lies behind it. */
export function lineAt(lines: readonly YamlLine[], offset: number): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The range of the lines from `first` up to `next`, at least one line; `length` is that of the text. */
export function linesRange(lines: readonly YamlLine[], first: number, next: number, length: number): Range {
  return { start: lines[first]?.start ?? 0, end: lines[Math.max(first, next - 1)]?.end ?? length };
}

/** The text with a range made blank; offsets and line breaks stay. */
export function blankOut(text: string, { start, end }: Range): string {
  return text.slice(0, start) + text.slice(start, end).replaceAll(/[^\r\n]/g, ' ') + text.slice(end);
}
