import { plural, threeDigits } from './numbers.ts';
import { threeDigitBytes } from './sizes.ts';

/** `2 of 4 gates failed`, `1 gate failed`, `4 gates passed`, `no gates`. */
export function gatesText({ passed, total }: { passed: number; total: number }): string {
  const failed = total - passed;
  if (total === 0) return 'no gates';
  if (failed === 0) return `${plural(total, 'gate')} passed`;
  return total === 1 ? '1 gate failed' : `${failed} of ${total} gates failed`;
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
