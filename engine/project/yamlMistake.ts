import type { Range } from './located.ts';

/** A place where a text stops being YAML, as the person who wrote it would show it. */
export interface YamlMistake {
  /** The characters that are wrong. */
  range: Range;
  message: string;
  /** The text that cannot be understood because of it. */
  lost: Range;
}

/** A key at the start of a line, up to its colon. */
export const blockKey = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:[\]{},"'&*!|>%@`-][^#]*?|-[^\s][^#]*?)\s*:(?=\s|$)/;

/** What is told of a line that should be a key with a value. */
export function keyWithoutColon(line: string): string {
  const glued = /^([\w.-]+):(\S.*)$/.exec(line.trim());
  return glued
    ? `A space is missing after the colon: \`${glued[1] ?? ''}: ${glued[2] ?? ''}\`.`
    : 'A key needs a colon after it, and a value.';
}
