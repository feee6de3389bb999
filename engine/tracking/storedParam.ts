import type { ParamValue } from '../../protocol/runs.ts';

/**
 * A param as the table `params` holds it: its text with `json` 0, or with `json` 1 a JSON number, boolean, null or list
 * of such. A param that another tool logged is always text.
 */
type StoredParam = string | number | boolean | null | StoredParam[];

/** Reads a param as it was logged. */
export function readParam({ value, json }: { value: string; json: number }): ParamValue {
  return json === 1 ? (JSON.parse(value) as StoredParam) : value;
}

/** The cells of a param: its text, whether that is JSON, and its number. */
export function paramCells(value: ParamValue): [text: string, json: number, number: number | null] {
  const stored: StoredParam = value;
  if (typeof stored !== 'string') return [JSON.stringify(stored), 1, typeof stored === 'number' ? stored : null];
  return [stored, 0, numberIn(stored)];
}

/** A finite number written in decimal notation, as training code logs it; null for other text. */
export function numberIn(text: string): number | null {
  if (text.length > 40 || !/^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
