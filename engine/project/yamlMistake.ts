import type { Range } from './located.ts';

/** A syntax error, at the place where the author would look for it. */
export interface YamlMistake {
  /** The invalid characters. */
  range: Range;
  message: string;
  /** The text that the error makes unreadable. */
  lost: Range;
}

/** Matches a key at the start of a line, up to its colon. */
export const blockKey =
  /^(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*|[^\s#:[\]{},"'&*!|>%@`-][^#]*?|-[^\s][^#]*?):(?=\s|$)/;

/** Returns the message for a line that should be a key with a value. */
export function keyWithoutColon(line: string): string {
  const glued = /^([\w.-]+):(\S.*)$/.exec(line.trim());
  return glued
    ? `A space is missing after the colon: \`${glued[1] ?? ''}: ${glued[2] ?? ''}\`.`
    : 'A key needs a colon after it, and a value.';
}
