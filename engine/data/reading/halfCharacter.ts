const mayBeHalf = /\\ud[89a-f]/i;
/** An escape with the escapes before it, so that `\\ud83d` is a backslash and letters. */
const escape = /\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|u(d[89a-f][0-9a-f]{2})|.)/gis;

/**
 * Returns the first half of a character in a JSON text, such as `\ud83d` without the half that belongs to it; null when
 * there is none. JavaScript and Python write and accept it, but it is no text that UTF-8, DuckDB or Parquet can hold.
 */
export function halfCharacter(json: string): string | null {
  if (!mayBeHalf.test(json)) return null;
  for (const [found, , , half] of json.matchAll(escape)) if (half !== undefined) return found;
  return null;
}

/** The fault in words. */
export function halfCharacterSays(half: string): string {
  return `\`${half}\` is half of a character`;
}
