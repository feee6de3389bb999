import { count, difference, number, percent, plural } from './numbers.ts';

/** The parts of a robustness that its texts need. */
interface Tried {
  rows: number;
  of: number;
  seed: number;
  confidence: number;
}

interface Change {
  before: number;
  after: number;
  change: number;
  low: number | null;
  high: number | null;
}

interface Refused {
  rows: number;
  of: number;
  message: string;
}

interface Share {
  n: number;
  rows: number;
  share: number;
  low: number;
  high: number;
}

/** `category swap` of `category_swap`. */
export function perturbationText(perturbation: string): string {
  return perturbation.replaceAll('_', ' ');
}

/** How many rows were tried, in a sentence. */
export function triedText({ rows, of, seed, confidence }: Tried): string {
  const drawn =
    rows < of ? `${plural(rows, 'row')} drawn from ${count(of)} test rows` : `all ${plural(rows, 'test row')}`;
  return `One column was changed at a time in ${drawn} (seed ${seed}); intervals are at ${percent(confidence)} confidence, on the same rows before and after.`;
}

/** `0.912 → 0.874, −0.038 (−0.051 to −0.026)`. */
export function changeText({ before, after, change, low, high }: Change): string {
  const interval = low === null || high === null ? '' : ` (${difference(low)} to ${difference(high)})`;
  return `${number(before, 3)} → ${number(after, 3)}, ${difference(change)}${interval}`;
}

/** `refuses 12 of 50 rows: Input contains NaN`. */
export function refusedText({ rows, of, message }: Refused): string {
  return `refuses ${count(rows)} of ${plural(of, 'row')}: ${message}`;
}

/** `12 of 1,000 rows (0.6 % to 2.1 %)`. */
export function rowShareText({ n, rows, low, high }: Share): string {
  return n === 0
    ? 'no row was answered'
    : `${count(rows)} of ${plural(n, 'row')} (${percent(low)} to ${percent(high)})`;
}

/** `from M to F, 0.41 → 0.55`. */
export function exampleText(example: {
  from: string;
  to: string;
  before: number | string;
  after: number | string;
}): string {
  const shown = (answer: number | string) => (typeof answer === 'number' ? number(answer, 4) : answer);
  return `${example.from} → ${example.to}: ${shown(example.before)} → ${shown(example.after)}`;
}

/** A test that was not made, as a sentence without its full stop. */
export function untriedText({ test, column, why }: { test: string; column: string; why: string }): string {
  return `${perturbationText(test)} of ${column}: ${why}`;
}
