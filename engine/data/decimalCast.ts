/** Digits that DuckDB keeps in 64 bits. */
const fastDigits = 18;

/**
 * Returns the SQL that converts a text to DECIMAL. DuckDB takes about 45 times as long for more than 18 digits, so a
 * value with fewer is converted as such and widened; both are exact.
 */
export function decimalCast(text: string, digits: number, scale: number): string {
  const whole = `CAST(${text} AS DECIMAL(${digits}, ${scale}))`;
  return digits <= fastDigits || scale >= fastDigits
    ? whole
    : `coalesce(CAST(TRY_CAST(${text} AS DECIMAL(${fastDigits}, ${scale})) AS DECIMAL(${digits}, ${scale})), ${whole})`;
}
