import { absent } from './numbers.ts';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const recentDays = 7;

/**
 * A time on the clock of the reader: `just now`, `5 minutes ago`, `3 hours ago`, `yesterday`, `4 days ago`; after a week
 * the date. `exactTime` belongs on its hover. Times are epoch milliseconds.
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

/** `28 May`, or `28 May 2024` in another year. */
export function dateText(at: number, now = Date.now()): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: yearStyle(at, now) });
}

/** `28 May, 14:03`, or `28 May 2024, 14:03` in another year. */
export function dateTimeText(at: number, now = Date.now()): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: yearStyle(at, now),
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** `28 May 2026, 14:03:22`. */
export function exactTime(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `420 ms`, `4.2 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return absent;
  if (ms < 0) return `−${duration(-ms)}`;
  if (Math.round(ms) < second) return `${Math.round(ms)} ms`;
  if (ms < 9.95 * second) return `${(ms / second).toFixed(1)} s`;
  const seconds = Math.round(ms / second);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(ms / minute);
  if (minutes < 1) return '1 min 0 s';
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % minute) / second)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function yearStyle(at: number, now: number): 'numeric' | undefined {
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
}
