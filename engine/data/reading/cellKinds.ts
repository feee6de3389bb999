import { currency } from '../bareNumber.ts';

const sign = `(?:${currency}|%|‰)`;
const numeric = new RegExp(
  `^\\s*[-+−(]?\\s*${sign}?\\s*[-+−]?(\\d{1,3}([.,'’ \u00a0\u202f]\\d{2,3})*[.,'’ \u00a0\u202f]\\d{3}|\\d+)?([.,]\\d*)?([eE][-+]?\\d+)?\\s*[)−-]?\\s*${sign}?[)]?\\s*$`,
);
const moment = /^\s*\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?\s*$/;
const clock = /^\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*$/;
const word = /^\s*(true|false|nan|inf(inity)?|-inf(inity)?|na|n\/a|null|none|\?)\s*$/i;

/** True for a number in any convention, with a currency or percent sign. */
export function isNumber(cell: string): boolean {
  return /\d/.test(cell) && numeric.test(cell);
}

/** True for a number, a date or a time. */
export function isNumberOrTime(cell: string): boolean {
  return isNumber(cell) || moment.test(cell) || clock.test(cell);
}

/** True for a number, a date, a time, a truth value or a word for a missing value. */
export function isValue(cell: string): boolean {
  return isNumberOrTime(cell) || word.test(cell);
}

/** True for a year, which also names columns. */
export function isYear(cell: string): boolean {
  return /^\s*(19|20)\d\d\s*$/.test(cell);
}
