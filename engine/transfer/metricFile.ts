import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 18;
const longestLine = 1 << 20;

/** The lines of a file in parts, so that a file of any length needs little memory. Invalid UTF-8 becomes U+FFFD. */
export function* linesOf(file: string): Iterable<string[]> {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const decoder = new TextDecoder();
    let rest = '';
    for (let n = readSync(handle, buffer); n > 0; n = readSync(handle, buffer)) {
      const lines = (rest + decoder.decode(buffer.subarray(0, n), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      // A file without line breaks must not fill the memory.
      if (rest.length > longestLine) rest = rest.slice(0, longestLine);
      yield lines;
    }
    rest += decoder.decode();
    if (rest !== '') yield [rest];
  } finally {
    closeSync(handle);
  }
}

/** A float in Python's notation; null for other text. */
export function pythonFloat(text: string): number | null {
  if (/^[-+]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)(e[-+]?\d+)?$/i.test(text))
    return Number(text.replaceAll('_', ''));
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  if (/^[-+]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return null;
}

/** An integer in Python's notation; null for other text or one that a 64-bit float cannot represent exactly. */
export function pythonInteger(text: string): number | null {
  const value = /^[-+]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** The first three fields of a line of metrics: `time value [step …]`. Null for other lines. */
export function metricLine(fields: readonly string[]): { at: number; value: number; step: number } | null {
  const at = pythonInteger(fields[0] ?? '');
  const value = pythonFloat(fields[1] ?? '');
  const step = fields.length > 2 ? pythonInteger(fields[2] ?? '') : 0;
  return at === null || value === null || step === null ? null : { at, value, step };
}
