import type { ParamValue } from '../../protocol/runs.ts';
import { exactTime, metricText, plural, timeText } from '../../protocol/words.ts';

export { exactTime, plural };
/** A recent time is relative, an older one a date; the exact one belongs on its hover. */
export const ago = timeText;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
/** Shown for a value that is not there. */
export const absent = '–';

export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? absent : whole.format(value);
}

/** Four significant digits, `1.2e-5` for the very small and very large, `–` for what is not a number. */
export function number(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return whole.format(value).replace('-', '−');
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−');
  return new Intl.NumberFormat('en', { maximumSignificantDigits: Math.max(digits, Math.ceil(Math.log10(size + 1))) })
    .format(value)
    .replace('-', '−');
}

/** A metric with three digits in the unit that its name carries, as everywhere: `latency_p95_ms` → `3.20 ms`. */
export function metric(name: string, value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? absent : metricText(name, value);
}

/** What a column of the data is called on the screen: the model's own output has a name that only the log knows. */
export function columnName(column: string): string {
  return column === '_score' ? 'score (model output)' : column;
}

/** A difference with its sign. */
export function difference(value: number): string {
  if (!Number.isFinite(value)) return absent;
  return value > 0 ? `+${number(value, 3)}` : number(value, 3);
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return absent;
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const step = Math.min(4, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** step).toFixed(1)} ${['B', 'KB', 'MB', 'GB', 'TB'][step] ?? 'TB'}`;
}

/** `420 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return absent;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `28 May`, with the year when it is another one than this. */
export function day(at: number, now = Date.now()): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...yearOf(at, now) });
}

export function dayTime(at: number, now = Date.now()): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...yearOf(at, now),
    hour: '2-digit',
    minute: '2-digit',
  });
}

function yearOf(at: number, now: number): { year?: 'numeric' } {
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' };
}

export function param(value: ParamValue | undefined): string {
  if (value === undefined || value === null) return absent;
  if (Array.isArray(value)) return `[${value.map((one) => param(one)).join(', ')}]`;
  return typeof value === 'number' ? number(value, 6) : String(value);
}

export function shortId(id: string): string {
  return id.slice(0, 8);
}
