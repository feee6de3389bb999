const [space, plus, dash, dot, zero, nine, colon] = [32, 43, 45, 46, 48, 57, 58];
const [letterT, letterZ] = [84, 90];
const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= zero && c <= nine;
}

/** True for a whole number of up to 18 digits without leading zeros, as programs write it. */
export function isPlainInteger(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from] === dash ? from + 1 : from;
  if (to - first < 1 || to - first > 18) return false;
  for (let at = first; at < to; at++) if (!isDigit(bytes[at])) return false;
  return bytes[first] !== zero || (to - first === 1 && first === from);
}

/**
 * True for a decimal of up to 15 digits that is at least 0.001, without leading zeros or zeros at its end, but for `1.0`:
 * a number that programs write in this form only.
 */
export function isPlainDecimal(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from] === dash ? from + 1 : from;
  let point = -1;
  for (let at = first; at < to; at++) {
    if (bytes[at] === dot && point === -1) point = at;
    else if (!isDigit(bytes[at])) return false;
  }
  if (point <= first || point === to - 1 || to - first > 16) return false;
  if (bytes[to - 1] === zero && to - point > 2) return false;
  if (bytes[first] !== zero) return true;
  if (point !== first + 1) return false;
  for (let at = point + 1; at < Math.min(to, point + 4); at++) if (bytes[at] !== zero) return true;
  return false;
}

/** True for a time that exists, such as `2026-01-31T13:45:00.123Z`, with a blank for `T`, another offset or none. */
export function isPlainTime(bytes: Buffer, from: number, to: number): boolean {
  if (to - from < 19 || bytes[from] === zero || bytes[from + 4] !== dash || bytes[from + 7] !== dash) return false;
  if ((bytes[from + 10] !== letterT && bytes[from + 10] !== space) || bytes[from + 13] !== colon) return false;
  if (bytes[from + 16] !== colon) return false;
  const year = 100 * two(bytes, from) + two(bytes, from + 2);
  const month = two(bytes, from + 5);
  const day = two(bytes, from + 8);
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (month === 2 && isLeap ? 29 : (daysOf[month - 1] as number))) return false;
  if (!(two(bytes, from + 11) < 24 && two(bytes, from + 14) < 60 && two(bytes, from + 17) < 60)) return false;
  let at = from + 19;
  if (at < to && bytes[at] === dot) {
    const digits = ++at;
    while (at < to && isDigit(bytes[at])) at++;
    if (at === digits || at - digits > 6) return false;
  }
  if (at === to) return true;
  if (bytes[at] === letterZ) return at + 1 === to;
  if ((bytes[at] !== plus && bytes[at] !== dash) || to - at !== 6 || bytes[at + 3] !== colon) return false;
  return two(bytes, at + 1) < 15 && two(bytes, at + 4) < 60;
}

/** The number that two digits write; NaN for others. */
function two(bytes: Buffer, at: number): number {
  const [a, b] = [bytes[at], bytes[at + 1]];
  return isDigit(a) && isDigit(b) ? 10 * ((a as number) - zero) + (b as number) - zero : Number.NaN;
}
