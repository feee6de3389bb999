const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const whole = new Intl.NumberFormat('en');
const significant = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** `2 hr. ago`, `yesterday`, `just now`. Times are epoch milliseconds. */
export function ago(at: number, now = Date.now()): string {
  const gap = at - now;
  for (const [unit, size] of units) if (Math.abs(gap) >= size) return relative.format(Math.trunc(gap / size), unit).replace('.', '');
  return 'just now';
}

export function exactTime(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

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

export function metric(value: number): string {
  if (!Number.isFinite(value)) return 'no value';
  const size = Math.abs(value);
  return size >= 0.001 && size < 1 ? value.toFixed(3) : significant.format(value);
}

/** `1 run`, `12 runs`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const scale = Math.min(3, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** scale).toFixed(1)} ${['B', 'KB', 'MB', 'GB'][scale] ?? 'GB'}`;
}
