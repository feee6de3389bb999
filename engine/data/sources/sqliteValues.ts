export type Value = null | bigint | number | string | Buffer;

/** Kinds of values found in a column. SQLite does not enforce column types. */
export interface Seen {
  integer: boolean;
  real: boolean;
  text: boolean;
  blob: boolean;
  /** An integer that a double cannot represent. */
  long: boolean;
}

/** Returns a value as text, and notes its kind. */
export function asText(value: Value, seen: Seen): string | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    seen.text = true;
    return value;
  }
  if (typeof value === 'bigint') {
    seen.integer = true;
    if (value > 9007199254740992n || value < -9007199254740992n) seen.long = true;
    return value.toString();
  }
  if (typeof value === 'number') {
    seen.real = true;
    return String(value);
  }
  seen.blob = true;
  return value.toString('base64');
}

export const nothingSeen = (): Seen => ({ integer: false, real: false, text: false, blob: false, long: false });

/** Returns the narrowest SQL type that loses no information; null for text. */
export function sqlTypeOf(seen: Seen | undefined): 'DOUBLE' | 'BIGINT' | null {
  if (!seen || seen.text || seen.blob || (seen.real && seen.long)) return null;
  return seen.real ? 'DOUBLE' : seen.integer ? 'BIGINT' : null;
}
