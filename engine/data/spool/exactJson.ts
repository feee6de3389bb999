import { halfCharacter, halfCharacterSays } from '../reading/halfCharacter.ts';

/** A value of JSON. */
export interface ExactValue {
  value: unknown;
  /** The same with the digits of numbers that a double does not hold; absent where there are none. */
  exact?: unknown;
}

/** A number with so many digits may be one that a double does not hold. */
const longNumber = /\d{16}/;

interface RawJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { rawJSON: string };
}

const raw = JSON as unknown as RawJson;

/** Parses JSON and keeps the digits of long numbers. Throws SyntaxError, also for text that could not be stored. */
export function parseExactly(text: string): ExactValue {
  const value: unknown = JSON.parse(text);
  const half = halfCharacter(text);
  if (half !== null) throw new SyntaxError(halfCharacterSays(half));
  if (!longNumber.test(text)) return { value };
  const keepDigits = (_key: string, one: unknown, context?: { source?: string }) =>
    typeof one === 'number' && context?.source !== undefined && String(one) !== context.source
      ? raw.rawJSON(context.source)
      : one;
  const parse = JSON.parse as (text: string, reviver: typeof keepDigits) => unknown;
  return { value, exact: parse(text, keepDigits) };
}

/** The digits of a number that a double does not hold; null for any other value. */
export function digitsOf(value: unknown): string | null {
  return raw.isRawJSON(value) ? value.rawJSON : null;
}
