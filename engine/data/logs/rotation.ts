/** The rotation that the name of a log file tells. */
export interface RotatedName {
  /** The name of the file before it was rotated: `app.log` for `app.log.2.gz` and `app-2026-01-31.log`. */
  base: string;
  /** A number, a date or a word such as `old` follows the name: `app.log.1`. */
  suffixed: boolean;
  /** A number or date is inside the name: `app-2026-01-31.log`. It can also be the name of the file that grows. */
  inserted: boolean;
  packed: boolean;
}

const packedEnd = /\.(gz|zst|bz2|xz|zip)$/i;
const suffix = /[._-](\d[\d._T:-]*|old|bak|prev|previous|backup|orig)$/i;
const insertion = /[._-]\d[\d._T-]*(?=\.[a-z]\w*$)/i;

/** Reads the name of a file, without its folder. */
export function rotatedName(name: string): RotatedName {
  const plain = name.replace(packedEnd, '');
  let base = plain;
  while (suffix.test(base)) base = base.replace(suffix, '');
  // A name of digits alone, such as 2026-01-31, is not a suffix of something.
  if (base === '') base = plain;
  const whole = base.replace(insertion, '');
  return { base: whole, suffixed: base !== plain, inserted: whole !== base, packed: plain !== name };
}
