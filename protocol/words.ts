/**
 * Words and numbers that every face says the same way: the sidebar, the views, the language server and the terminal.
 */

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const recentDays = 7;

/**
 * When something was, on the clock of the reader: `just now`, `5 minutes ago`, `3 hours ago`, `yesterday`, `4 days
 * ago`; after a week the date, as `28 May`, with its year when that is another one. Times are epoch milliseconds.
 */
export function timeText(at: number, now = Date.now()): string {
  const gap = now - at;
  const size = Math.abs(gap);
  if (size < minute) return 'just now';
  const [unit, length] =
    size < hour ? (['minute', minute] as const) : size < day ? (['hour', hour] as const) : (['day', day] as const);
  if (size < recentDays * day) return relative.format(-Math.trunc(gap / length), unit);
  return dateText(at, now);
}

/** `28 May`, or `28 May 2024` when it was in another year. */
export function dateText(at: number, now = Date.now()): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** `28 May 2026, 14:03:22`, for the hover beside a `timeText`. */
export function exactTime(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `1 run`, `12 runs`, `1,204 rows`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

/** `2 of 4 gates failed`, `1 gate failed`, `4 gates passed`, `no gates`. */
export function gatesText({ passed, total }: { passed: number; total: number }): string {
  const failed = total - passed;
  if (total === 0) return 'no gates';
  if (failed === 0) return `${plural(total, 'gate')} passed`;
  return total === 1 ? '1 gate failed' : `${failed} of ${total} gates failed`;
}

/**
 * A metric with three significant digits and the unit that its name carries: `0.912`, `3.21 ms`, `1.18 MB`, `1.2e-5`.
 */
export function metricText(name: string, value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const base = name.replace(/[@[].*$/, '');
  if (/(^|_)bytes$/.test(base)) return bytesText(value);
  return `${significantText(value)}${/_ms$/.test(base) ? ' ms' : /_(s|seconds)$/.test(base) ? ' s' : ''}`;
}

/** A difference with its sign, three significant digits. */
export function differenceText(name: string, value: number): string {
  return value > 0 ? `+${metricText(name, value)}` : metricText(name, value);
}

function significantText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−');
  const text = size < 1000 && !Number.isInteger(value) ? value.toPrecision(3) : whole.format(value);
  // Small numbers keep the zeros of their precision, so that a column of them is even; exponents are written above.
  return (text.includes('e') ? String(Number(text)) : text).replace('-', '−');
}

function bytesText(value: number): string {
  if (Math.abs(value) < 1024) return `${whole.format(value)} B`;
  const step = Math.min(4, Math.floor(Math.log2(Math.abs(value)) / 10));
  return `${(value / 1024 ** step).toPrecision(3)} ${['B', 'KB', 'MB', 'GB', 'TB'][step] ?? 'TB'}`;
}

/**
 * How a value stands to another, whichever way the metric gets better: `0.009 better than v3`, `1.2 ms worse than v3`,
 * `same as v3`.
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
