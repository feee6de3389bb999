import { currency } from '../bareNumber.ts';

const sign = `(?:${currency}|%|‰)`;
const numeric = new RegExp(
  `^[-+−(]?\\s*${sign}?\\s*[-+−]?(\\d{1,3}([.,'’ \u00a0\u202f]\\d{2,3})*[.,'’ \u00a0\u202f]\\d{3}|\\d+)?([.,]\\d*)?([eE][-+]?\\d+)?\\s*[)−-]?\\s*${sign}?[)]?$`,
);
const moment = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?$/;
const clock = /^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$/;
const year = /^(19|20)\d\d$/;
const word = /^(true|false|nan|inf(inity)?|-inf(inity)?|na|n\/a|null|none|\?)$/i;

/** Tests a cell without the blanks around it. Many blanks in a row, over which an expression would backtrack, are two. */
function fits(cell: string, ...forms: readonly RegExp[]): boolean {
  const text = cell.trim().replaceAll(/\s{3,}/g, '  ');
  return forms.some((form) => form.test(text));
}

/** True for a number in any convention, with a currency or percent sign. */
export function isNumber(cell: string): boolean {
  return /\d/.test(cell) && fits(cell, numeric);
}

/** True for a number, a date or a time. */
export function isNumberOrTime(cell: string): boolean {
  return isNumber(cell) || fits(cell, moment, clock);
}

/** True for a number, a date, a time, a truth value or a word for a missing value. */
export function isValue(cell: string): boolean {
  return isNumberOrTime(cell) || fits(cell, word);
}

/** True for a year, which also names columns. */
export function isYear(cell: string): boolean {
  return fits(cell, year);
}
