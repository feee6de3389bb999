import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 18;
const longestLine = 1 << 20;

/**
 * The lines of a file, a part at a time, so that a file of any length is read in little memory. Bytes that are not
 * UTF-8 become U+FFFD.
 */
export function* linesOf(file: string): Iterable<string[]> {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const decoder = new TextDecoder();
    let rest = '';
    for (let n = readSync(handle, buffer); n > 0; n = readSync(handle, buffer)) {
      const lines = (rest + decoder.decode(buffer.subarray(0, n), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      // A file that is no list of lines must not fill the memory.
      if (rest.length > longestLine) rest = rest.slice(0, longestLine);
      yield lines;
    }
    rest += decoder.decode();
    if (rest !== '') yield [rest];
  } finally {
    closeSync(handle);
  }
}

/** A float as Python prints and reads it; null for other text. */
export function pythonFloat(text: string): number | null {
  if (/^[-+]?(\d+(_?\d)*\.?(\d+(_?\d)*)?|\.\d+(_?\d)*)(e[-+]?\d+)?$/i.test(text))
    return Number(text.replaceAll('_', ''));
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  if (/^[-+]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return null;
}

/** A whole number as Python prints it; null for other text or one that 64-bit floats cannot hold exactly. */
export function pythonInteger(text: string): number | null {
  const value = /^[-+]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** The first three fields of a line of metrics: `time value [step …]`. Null when they are not that. */
export function metricLine(fields: readonly string[]): { at: number; value: number; step: number } | null {
  const at = pythonInteger(fields[0] ?? '');
  const value = pythonFloat(fields[1] ?? '');
  const step = fields.length > 2 ? pythonInteger(fields[2] ?? '') : 0;
  return at === null || value === null || step === null ? null : { at, value, step };
}
