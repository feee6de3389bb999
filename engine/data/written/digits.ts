/**
 * True when a number, written as digits with an optional decimal point, has digits that a double does not keep. The
 * print of a double in any usual form (shortest, 17 digits, a fixed number of decimals) loses nothing. `whole`: all
 * numbers of the column are whole.
 */
export function isLossy(text: string, whole: boolean): boolean {
  if (text.length <= 15) return false;
  const digits = text.replace(/[^0-9.]/g, '');
  if (digits.replace('.', '').replace(/^0+/, '').length <= 15) return false;
  // A column of whole numbers is read as 64 bits.
  if (whole) return digits.replace(/^0+/, '').length > 18;
  const value = Number(digits);
  const [, fraction = ''] = digits.split('.');
  const plain = trimmed(digits);
  return ![
    String(value),
    value.toPrecision(17),
    value.toPrecision(16),
    value.toFixed(Math.min(100, fraction.length)),
  ].some((print) => trimmed(print) === plain);
}

function trimmed(digits: string): string {
  const short = digits.replace(/^0+(?=[0-9])/, '');
  return short.includes('.') ? short.replace(/0+$/, '').replace(/\.$/, '') : short;
}
