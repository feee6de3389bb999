import { count, plural, threeDigits } from './numbers.ts';
import { threeDigitBytes } from './sizes.ts';

/** How many gates passed; of the others, how many are undecidable. */
interface GateCounts {
  passed: number;
  total: number;
  undecidable?: number | undefined;
}

/** `2 of 4 gates failed`, `1 of 4 gates failed, 1 undecidable`, `1 gate undecidable`, `4 gates passed`, `no gates`. */
export function gatesText({ passed, total, undecidable = 0 }: GateCounts): string {
  const failed = total - passed - undecidable;
  if (total === 0) return 'no gates';
  if (passed === total) return `${plural(total, 'gate')} passed`;
  const of = total === 1 ? '1 gate' : `${failed === 0 ? undecidable : failed} of ${total} gates`;
  if (failed === 0) return `${of} undecidable`;
  return `${of} failed${undecidable === 0 ? '' : `, ${undecidable} undecidable`}`;
}

/** The number of rows that would settle an undecidable gate; empty for any other. */
export function moreRowsText({ kind, moreRows }: { kind: string; moreRows?: number | null | undefined }): string {
  if (kind !== 'undecidable') return '';
  if (moreRows === null || moreRows === undefined) return 'too near to the bound for any number of rows to tell';
  return `about ${count(moreRows)} more ${moreRows === 1 ? 'row' : 'rows'} would tell`;
}

/** The same of a version. */
export function versionGatesText(version: {
  gatesPassed: number;
  gatesTotal: number;
  gatesUndecidable?: number | undefined;
}): string {
  const { gatesPassed: passed, gatesTotal: total, gatesUndecidable: undecidable } = version;
  return gatesText({ passed, total, undecidable });
}

/**
 * A metric with three significant digits and the unit in its name: `0.912`, `3.21 ms`, `1.18 MB`, `1.20e−5`.
 */
export function metricText(name: string, value: number): string {
  const base = name.replace(/[@[].*$/, '');
  if (/(^|_)bytes$/.test(base) && Number.isFinite(value)) return threeDigitBytes(value);
  const unit = !Number.isFinite(value) ? '' : /_ms$/.test(base) ? ' ms' : /_(s|seconds)$/.test(base) ? ' s' : '';
  return `${threeDigits(value)}${unit}`;
}

/** A difference of a metric with its sign: `+0.0512`, `−1.20 ms`. */
export function differenceText(name: string, value: number): string {
  return value > 0 ? `+${metricText(name, value)}` : metricText(name, value);
}

/**
 * A value compared with another, in the direction in which the metric improves: `0.009 better than v3`,
 * `1.2 ms worse than v3`, `same as v3`.
 */
export function comparisonText(
  name: string,
  value: number,
  other: number,
  direction: 'maximize' | 'minimize',
  of: string,
): string {
  const gap = value - other;
  if (gap === 0) return `same as ${of}`;
  const size = metricText(name, Math.abs(gap))
    .replace(/(\.\d*?)0+(?!\d)/, '$1')
    .replace(/\.(?!\d)/, '');
  return `${size} ${gap > 0 === (direction === 'maximize') ? 'better' : 'worse'} than ${of}`;
}
