import { exactTime, plural, timeText } from '../protocol/words.ts';

export { exactTime, plural };
/** A recent time is relative, an older one a date; `exactTime` belongs on its hover. */
export const ago = timeText;

const whole = new Intl.NumberFormat('en');

/** `420 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function count(value: number): string {
  return whole.format(value);
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const scale = Math.min(3, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** scale).toFixed(1)} ${['B', 'KB', 'MB', 'GB'][scale] ?? 'GB'}`;
}
