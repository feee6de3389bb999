import { messageOf } from '../base/errors.ts';

/** The body of a request is not JSON. `statusCode` is the HTTP status of the answer. */
export class BodyError extends Error {
  readonly statusCode = 400;
}

/** Words that programs write where JSON has no value. */
const strangers = /^(-?Infinity|NaN|nan|None|undefined|True|False)\b/;

/** Explains why a text is not JSON: a number that JSON cannot write is named with its field and its row. */
export function bodyError(text: string, error: unknown): BodyError {
  if (text.trim() === '') return new BodyError('The body is empty. Send JSON like {"instances": [{…}]}.');
  const found = findStranger(text);
  if (!found) return new BodyError(`The body is not valid JSON: ${messageOf(error).slice(0, 200)}`);
  const { word, position, key, row } = found;
  const where = [key === null ? '' : ` of \`${key.slice(0, 100)}\``, row === null ? '' : ` in row ${row}`].join('');
  const remedy = /^(True|False)$/.test(word)
    ? `Write \`${word.toLowerCase()}\`.`
    : 'Send null where there is no value.';
  return new BodyError(
    `The body is not valid JSON: \`${word}\` at position ${position}, the value${where}, is not a value of JSON. ${remedy}`,
  );
}

interface Stranger {
  word: string;
  position: number;
  /** The property whose value it is; null outside an object. */
  key: string | null;
  /** The position of its row in `instances`; null outside a row. */
  row: number | null;
}

/** Finds the first word that is no JSON, outside of strings. */
function findStranger(text: string): Stranger | null {
  let depth = 0;
  let row = 0;
  let key: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') {
      const start = at + 1;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      if (/^\s*:/.test(text.slice(at + 1, at + 20))) key = text.slice(start, Math.min(at, start + 100));
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    // {"instances": [row, row]}: a comma at depth 2 ends a row.
    else if (char === ',' && depth === 2) row++;
    else if (/[A-Za-z-]/.test(char)) {
      const word = strangers.exec(text.slice(at, at + 12))?.[0];
      if (word !== undefined) return { word, position: at, key: depth > 0 ? key : null, row: depth > 2 ? row : null };
      while (/[A-Za-z0-9]/.test(text[at + 1] ?? '')) at++;
    }
  }
  return null;
}
