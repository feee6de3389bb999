import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { CancelledError, DataError, messageOf } from '../../base/errors.ts';
import { firstRecord, guessDelimiter } from '../csvStart.ts';

/** Dialect of a CSV file that differs from UTF-8 with a header in the first line. */
export interface CsvDialect {
  /** A label of the WHATWG Encoding Standard. Default utf-8. */
  encoding?: string | undefined;
  /** Default: the delimiter that occurs most often in the header. */
  delimiter?: string | undefined;
  /** Default true. */
  header?: boolean | undefined;
  /** Number of lines before the header. Default 0. */
  skip?: number | undefined;
  /** Column names that replace the header. */
  columns?: readonly string[] | undefined;
}

/** True when a file must be rewritten to be read as UTF-8 with a header in its first line. */
export function isOtherDialect({ encoding, delimiter, header, skip, columns }: CsvDialect): boolean {
  return (
    (encoding ?? 'utf-8') !== 'utf-8' ||
    delimiter !== undefined ||
    header === false ||
    (skip ?? 0) > 0 ||
    columns !== undefined
  );
}

const mostHeader = 1 << 20;

/**
 * Rewrites a CSV file as UTF-8 with a header of distinct names; the rows are unchanged. With `mostBytes`, it writes
 * only whole lines of the start. Returns whether the whole file was written, and the number of characters read. Throws
 * DataError when the file cannot be read or has fewer columns than the given names.
 */
export async function rewriteCsv(
  file: string,
  target: string,
  dialect: CsvDialect,
  options: { signal?: AbortSignal | undefined; mostBytes?: number } = {},
): Promise<{ whole: boolean; length: number }> {
  mkdirSync(dirname(target), { recursive: true });
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  const source = /\.gz$/i.test(file) ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  const out = createWriteStream(target);
  const failed = new Promise<never>((_, reject) => out.once('error', reject));
  failed.catch(() => {});
  const write = (text: string) =>
    out.write(text)
      ? Promise.resolve()
      : Promise.race([new Promise<void>((resolve) => out.once('drain', resolve)), failed]);
  try {
    const decoder = new TextDecoder(dialect.encoding ?? 'utf-8');
    let start: string | null = '';
    let written = 0;
    let whole = true;
    let rest = '';
    let held = '';
    // Line breaks are unified: DuckDB does not read a file with two kinds.
    const plain = (piece: string, last = false): string => {
      const text = held + piece;
      held = !last && text.endsWith('\r') ? '\r' : '';
      return text.slice(0, text.length - held.length).replaceAll(/\r\n?/g, '\n');
    };
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (options.signal?.aborted) throw new CancelledError();
      const text: string = plain(decoder.decode(chunk, { stream: true }));
      if (start !== null) {
        start += text;
        if (start.length < Math.min(mostHeader, options.mostBytes ?? mostHeader)) continue;
        rest = withHeader(file, start, dialect);
        start = null;
      } else rest += text;
      if (options.mostBytes !== undefined && written + rest.length > options.mostBytes) {
        const end = rest.lastIndexOf('\n', options.mostBytes - written);
        const last = rest.slice(0, end === -1 ? options.mostBytes - written : end + 1);
        await write(last);
        written += last.length;
        whole = false;
        break;
      }
      written += rest.length;
      await write(rest);
      rest = '';
    }
    if (start !== null) await write(withHeader(file, start + plain(decoder.decode(), true), dialect));
    else if (whole) await write(plain(decoder.decode(), true));
    await Promise.race([new Promise<void>((resolve) => out.end(resolve)), failed]);
    return { whole, length: written };
  } catch (error) {
    if (error instanceof DataError || error instanceof CancelledError) throw error;
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is complete`, {
      cause: error,
      place: { file },
    });
  } finally {
    raw.destroy();
    out.destroy();
  }
}

/** Returns the start of a file with a plain header. */
function withHeader(file: string, text: string, dialect: CsvDialect): string {
  const body = afterLines(text.replace(/^\uFEFF/, ''), dialect.skip ?? 0);
  const delimiter = dialect.delimiter ?? guessDelimiter(body);
  const first = firstRecord(body, delimiter);
  const header = dialect.header ?? true;
  const names = dialect.columns ?? (header ? distinctNames(first) : first.map((_, i) => `column${i}`));
  if (names.length !== first.length)
    throw new DataError(
      `${file}: ${names.length} names are listed under \`columns\`, but the first line has ${first.length} fields`,
      { place: { file, line: (dialect.skip ?? 0) + 1 } },
    );
  const line = `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(delimiter)}\n`;
  return line + (header ? body.slice(endOfRecord(body)) : body.replace(/^\n+/, ''));
}

function afterLines(text: string, lines: number): string {
  let from = 0;
  for (let i = 0; i < lines; i++) {
    from = text.indexOf('\n', from) + 1;
    if (from === 0) return '';
  }
  return text.slice(from);
}

/** Returns the end of the first record that is not blank, including its line break. */
function endOfRecord(text: string): number {
  let quoted = false;
  let seen = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') quoted = !quoted;
    if (quoted || c !== '\n') seen = true;
    else if (seen) return i + 1;
  }
  return text.length;
}

/** Returns names that are distinct ignoring case, not blank, and not reserved by Loopwright. */
export function distinctNames(given: readonly string[]): string[] {
  const taken = new Set<string>();
  return given.map((name, i) => {
    const plain = name.replaceAll(/\s+/g, ' ').trim();
    const base = plain === '' ? `column${i}` : /^_(file|row|reasons|split)$/i.test(plain) ? plain.slice(1) : plain;
    let free = base;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${base}_${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
