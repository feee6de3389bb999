import { linearRegExp } from '../../base/linearRegExp.ts';

/** What a directive of strptime matches; a text of another directive never fits. */
const directives: Record<string, string> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '(0?[1-9]|1[0-2])',
  d: '(0?[1-9]|[12]\\d|3[01])',
  '-m': '(0?[1-9]|1[0-2])',
  '-d': '(0?[1-9]|[12]\\d|3[01])',
  j: '\\d{1,3}',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]{3,9}',
  a: '[A-Za-z]{3}',
  A: '[A-Za-z]{6,9}',
  H: '\\d{1,2}',
  I: '\\d{1,2}',
  '-H': '\\d{1,2}',
  '-I': '\\d{1,2}',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  f: '\\d{1,6}',
  g: '\\d{1,3}',
  n: '\\d{1,9}',
  p: '[AaPp][Mm]',
  z: '(Z|[+-]\\d{2}(:?\\d{2})?)',
  Z: '[A-Za-z/_+-]+',
  '%': '%',
};
const known = new Map<string, RegExp>();

/** Whether a text can be a time in a form of strptime. DuckDB decides: 31 February fits too. */
export function fitsFormat(text: string, format: string): boolean {
  const before = known.get(format);
  const source = `^${expressionOf(format)}$`;
  const form = before ?? linearRegExp(source) ?? new RegExp(source);
  if (!before) known.set(format, form);
  return form.test(text);
}

/** The year of two digits in a text of a form with `%y`; null when the text does not fit. */
export function shortYearOf(text: string, format: string): number | null {
  const [before = '', after = ''] = format.split(/%-?y/);
  const form = new RegExp(`^${expressionOf(before)}(?<year>\\d{2})${expressionOf(after)}$`);
  const year = form.exec(text)?.groups?.['year'];
  return year === undefined ? null : Number(year);
}

/** The type of the values of a form of strptime. */
export function typeOfFormat(format: string): 'date' | 'datetime' | 'time' {
  const hasTime = /%-?[HI]/.test(format);
  return hasTime ? (/%-?[Yydj]/.test(format) ? 'datetime' : 'time') : 'date';
}

function expressionOf(format: string): string {
  return format.replace(/%(-?.)|[^%]+|%$/gs, (part, directive: string | undefined) =>
    directive === undefined
      ? part.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
      : (directives[directive] ?? '(?!)'),
  );
}
