import type { Random } from '../../engine/statistics/random.ts';

const scraps = [
  ':',
  ' ',
  '\n',
  '\n  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '<<: ',
  '|',
  '>',
  '\t',
  '\r\n',
  '---\n',
  '${params.x}',
  'x',
  '1',
  '!!str ',
  '? ',
  '%',
  '\u00e9',
  '\ud83d\ude00',
  '\0',
  '- - ',
  ': ',
  'key: value\n',
  '  nested:\n    deep: 1\n',
  '# comment\n',
  '"open',
  '@',
  '`',
  '~',
  'null',
];

/** One change as a person, or a cat, would make it: something typed, removed, doubled, moved or indented. */
export function noisyEdit(text: string, random: Random): { start: number; end: number; newText: string } {
  const at = random.integer(text.length + 1);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) === -1 ? text.length : text.indexOf('\n', at) + 1;
  switch (random.integer(8)) {
    case 0:
      return { start: at, end: Math.min(text.length, at + 1 + random.integer(3)), newText: '' };
    case 1:
      return { start: lineStart, end: lineEnd, newText: '' };
    case 2:
      return { start: lineStart, end: lineStart, newText: text.slice(lineStart, lineEnd) };
    case 3:
      return { start: lineStart, end: lineStart, newText: ' '.repeat(1 + random.integer(4)) };
    case 4:
      return { start: lineStart, end: lineStart + (/^ */.exec(text.slice(lineStart))?.[0].length ?? 0), newText: '' };
    case 5: {
      const from = random.integer(text.length + 1);
      return { start: at, end: at, newText: text.slice(from, from + random.integer(120)) };
    }
    default:
      return { start: at, end: at, newText: scraps[random.integer(scraps.length)] ?? '' };
  }
}

export function applyEdit(
  text: string,
  { start, end, newText }: { start: number; end: number; newText: string },
): string {
  return text.slice(0, start) + newText + text.slice(end);
}
