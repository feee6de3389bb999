import { absent, count } from './numbers.ts';

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `512 B`, `44.1 KB`, `1.2 MB`: one decimal, 1 KB is 1,024 B. */
export function bytes(value: number): string {
  return sizeText(value, (size) => size.toFixed(1));
}

/** `44.1 KB`, `1.18 MB`: three significant digits, as metrics have. */
export function threeDigitBytes(value: number): string {
  return sizeText(value, (size) => (size < 999.5 ? size.toPrecision(3) : count(size)));
}

function sizeText(value: number, text: (size: number) => string): string {
  if (!Number.isFinite(value)) return absent;
  if (value < 0) return `−${sizeText(-value, text)}`;
  let unit = 0;
  let size = value;
  // A size that rounds to 1,024 is written in the next unit: `1.0 MB`, not `1024.0 KB`.
  while (unit < units.length - 1 && Number(size.toFixed(unit === 0 ? 0 : 1)) >= 1024) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? count(size) : text(size)} ${units[unit] ?? ''}`;
}
