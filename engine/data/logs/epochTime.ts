const [dot, zero, nine, colon, letterT, letterZ] = [46, 48, 57, 58, 84, 90];
const secondsOfDay = 86_400;

/** Bytes of `2026-01-31T13:45:00.123456Z`. */
export const epochLength = 27;

/** The day of the last time that was written: consecutive lines mostly have the same. */
let lastDay = Number.NaN;
let lastDate = '';

/**
 * Writes `bytes[from, to)`, seconds with up to six decimals, milliseconds or microseconds since 1970, as a time in UTC to
 * `out`, as the SQL of `isoTime` does. Returns its end, or `at` for other texts: nanoseconds are left to SQL.
 */
export function writeEpoch(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  let end = from;
  while (end < to && isDigit(bytes[end])) end++;
  const digits = end - from;
  const decimals = to - end - 1;
  if (digits < 9 || digits > 17) return at;
  if (decimals >= 0 && (bytes[end] !== dot || digits > 10 || decimals < 1 || decimals > 6)) return at;
  const behind = digits <= 11 ? 0 : digits <= 14 ? 3 : 6;
  let [seconds, fraction] = [0, 0];
  for (let p = from; p < end - behind; p++) seconds = 10 * seconds + (bytes[p] as number) - zero;
  for (let p = end - behind; p < end; p++) fraction = 10 * fraction + (bytes[p] as number) - zero;
  for (let p = end + 1; p < to; p++) {
    if (!isDigit(bytes[p])) return at;
    fraction = 10 * fraction + (bytes[p] as number) - zero;
  }
  // JSON rounds such decimals.
  if (decimals === 6 && seconds >= 8e9) return at;
  for (let missing = 6 - behind - Math.max(0, decimals); missing > 0; missing--) fraction *= 10;
  const day = Math.floor(seconds / secondsOfDay);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * secondsOfDay * 1000).toISOString().slice(0, 10);
  }
  for (let i = 0; i < 10; i++) out[at + i] = lastDate.charCodeAt(i);
  const inDay = seconds - day * secondsOfDay;
  out[at + 10] = letterT;
  putTwo(out, at + 11, Math.floor(inDay / 3600));
  out[at + 13] = colon;
  putTwo(out, at + 14, Math.floor(inDay / 60) % 60);
  out[at + 16] = colon;
  putTwo(out, at + 17, inDay % 60);
  out[at + 19] = dot;
  putTwo(out, at + 20, Math.floor(fraction / 10_000));
  putTwo(out, at + 22, Math.floor(fraction / 100) % 100);
  putTwo(out, at + 24, fraction % 100);
  out[at + 26] = letterZ;
  return at + epochLength;
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= zero && c <= nine;
}

function putTwo(out: Buffer, at: number, value: number): void {
  out[at] = zero + Math.floor(value / 10);
  out[at + 1] = zero + (value % 10);
}
