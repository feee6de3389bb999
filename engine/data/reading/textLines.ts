import { DataError } from '../../base/errors.ts';

/** Characters; a line of JSON with a table in it is shorter. */
const longestLine = 64 << 20;

/**
 * The lines of a text in UTF-8, without their ends (`\n`, `\r\n` or `\r`). Throws DataError for a line without an end: a
 * packed file of a megabyte can hold one of gigabytes, which no text can.
 */
export async function* textLines(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let parts: string[] = [];
  let length = 0;
  const taken = (): string[] => {
    const line = parts.join('');
    [parts, length] = [[], 0];
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
    return whole.includes('\r') ? whole.split('\r') : [whole];
  };
  for await (const chunk of chunks) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    length += first.length;
    if (length > longestLine)
      throw new DataError(
        `${file}: a line has more than ${longestLine >> 20} million characters, so it is no row; check what wrote it`,
        { place: { file } },
      );
    for (const text of more) {
      yield* taken();
      parts.push(text);
      length = text.length;
    }
  }
  parts.push(decoder.decode());
  if (parts.some((part) => part !== '')) yield* taken();
}
