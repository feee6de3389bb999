/** The text for a value that is missing or is not a number. */
export const absent = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,204`: a whole number with separators. */
export function count(value: number | null | undefined): string {
  return isPresent(value) ? signed(whole.format(value)) : absent;
}

/** `1 run`, `12 runs`, `1,204 rows`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Four significant digits, an exponent (`1.20e−5`) for the very small and the very large. */
export function number(value: number | null | undefined, digits = 4): string {
  if (!isPresent(value)) return absent;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return count(value);
  if (size < 1e-4 || size >= 1e9) return exponential(value);
  const significant = Math.max(digits, Math.ceil(Math.log10(size + 1)));
  return signed(new Intl.NumberFormat('en', { maximumSignificantDigits: significant }).format(value));
}

/** A fixed number of decimals, for a column of numbers: `0.912`. */
export function fixed(value: number | null | undefined, decimals = 3): string {
  return isPresent(value) ? signed(value.toFixed(decimals)) : absent;
}

/** Three significant digits. Trailing zeros stay, so that the numbers of a column line up. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return exponential(value);
  const text = size < 1000 && !Number.isInteger(value) ? value.toPrecision(3) : whole.format(value);
  // `toPrecision` writes 999.96 as `1.00e+3`.
  return signed(text.includes('e') ? String(Number(text)) : text);
}

/** A difference with its sign: `+0.051`, `−1.2`, `0`. */
export function difference(value: number): string {
  return value > 0 && Number.isFinite(value) ? `+${number(value, 3)}` : number(value, 3);
}

/** `4.2 %`, `42 %` of a share from 0 to 1. */
export function percent(share: number | null | undefined): string {
  if (!isPresent(share)) return absent;
  const value = share * 100;
  return `${signed(value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0))} %`;
}

function isPresent(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function exponential(value: number): string {
  return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−');
}

/** A minus sign instead of a hyphen; zero has no sign. */
function signed(text: string): string {
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace('-', '−');
}
