import { CancelledError, DataError, WorkError, messageOf } from '../base/errors.ts';
import { jsonFault } from './reading/jsonFault.ts';
import { openedText } from './reading/openedTexts.ts';

/**
 * Converts a DuckDB error of a statement to one for the user: CancelledError after interrupt(), WorkError when disk or memory is full,
 * DataError with file and line when a file cannot be read, otherwise WorkError with the first line of DuckDB's message.
 */
export function describeDatabaseError(error: unknown, sql = ''): Error {
  if (error instanceof WorkError || error instanceof CancelledError) return error;
  const message = messageOf(error);
  if (/^INTERRUPT|Interrupted!/.test(message)) return new CancelledError();
  return (
    describeFullError(error) ??
    describeReadError(error, pathsIn(sql)) ??
    new WorkError(`the query failed: ${essence(message)}`, { cause: error })
  );
}

/** Returns a WorkError when disk or memory is full, otherwise null. */
export function describeFullError(error: unknown): WorkError | null {
  const message = messageOf(error);
  if (/No space left on device|ENOSPC|disk.*full|max_temp_directory_size/i.test(message)) {
    return new WorkError('the disk is full: free some space and run this again; incomplete files were removed', {
      cause: error,
    });
  }
  if (/Out of Memory Error/i.test(message)) {
    return new WorkError(
      'DuckDB ran out of memory: raise the limit with the environment variable LOOPWRIGHT_MEMORY_LIMIT (such as 4GB), or use fewer rows or columns',
      { cause: error },
    );
  }
  return null;
}

/**
 * Returns a DataError with the file, the line if known, and what to do. Null when the error is not about reading a
 * file.
 */
export function describeReadError(error: unknown, files: readonly string[] = []): DataError | null {
  if (error instanceof DataError) return error;
  const message = messageOf(error);
  const fault = jsonFaultIn(message);
  if (fault !== null) return new DataError(fault.message, { cause: error, place: fault.place });
  for (const { when, say } of readErrors) {
    const match = when.exec(message);
    if (!match) continue;
    const path = fileIn(message);
    // DuckDB can have read a rewritten copy.
    const file = path === null ? (files[0] ?? null) : openedText(path).file;
    const line = Number(/(?:on Line|in line|at line)[: ]+(\d+)/i.exec(message)?.[1] ?? Number.NaN);
    const where = `${file ?? 'a data file'}${Number.isNaN(line) ? '' : `, line ${line}`}`;
    const place = { ...(file === null ? {} : { file }), ...(Number.isNaN(line) ? {} : { line }) };
    return new DataError(`${where}: ${say(match)}`, { cause: error, place });
  }
  return null;
}

/** The place of a fault in a JSON file. DuckDB counts lines from where a thread began to read. */
function jsonFaultIn(message: string): { message: string; place: { file: string; line: number } } | null {
  const path = /JSON/.test(message) ? fileIn(message) : null;
  if (path === null) return null;
  const twice = /in line (\d+):.* has duplicate key "([^"]*)"/s.exec(message);
  const fault = twice
    ? { line: Number(twice[1]), says: `the object has the key \`${twice[2]}\` twice; remove or rename one of them` }
    : jsonFault(path);
  if (fault === null) return null;
  const { file } = openedText(path);
  const todo = twice ? '' : '; expected one object per line, or one array of objects';
  return { message: `${file}, line ${fault.line}: ${fault.says}${todo}`, place: { file, line: fault.line } };
}

const readErrors: { when: RegExp; say: (match: RegExpExecArray) => string }[] = [
  {
    when: /maximum_object_size/i,
    say: () => 'an object in it has more than 64 MB, so it is no row; write one object a line, or an array of objects',
  },
  {
    when: /No files found that match|No such file/,
    say: () => 'the file does not exist; check the path of the dataset',
  },
  { when: /Permission denied/, say: () => 'the file may not be read; check its permissions' },
  {
    when: /Is a directory|as it is a directory/i,
    say: () => 'this is a folder; name the files in it, such as folder/*.csv',
  },
  {
    when: /Unsupported compression codec "(\w+)"/,
    say: (match) =>
      `its pages are compressed with ${match[1] === 'LZ4' ? 'the old LZ4 of Hadoop' : match[1]}, which cannot be read; write it again with zstd, snappy or lz4_raw`,
  },
  {
    when: /BYTE_STREAM_SPLIT|Unsupported .*encoding|encoding is only supported/i,
    say: () =>
      'its values have an encoding that cannot be read; write it again with plain or dictionary encoding, such as with pandas (to_parquet)',
  },
  {
    when: /encrypt/i,
    say: () => 'the Parquet file is encrypted; write it without encryption',
  },
  {
    when: /Variant column|Variant shredding|shredded/i,
    say: () => 'a column of the type VARIANT has a form that cannot be read; write it again as text or as a struct',
  },
  {
    when: /Invalid string encoding|is not valid UTF8/i,
    say: () => 'a text in it is not UTF-8; write it again',
  },
  {
    when: /MAP_KEY_VALUE|requires two children|Unsupported converted type|converted type can only|Node without children/i,
    say: () =>
      'the schema inside the Parquet file is not valid for its nested columns; write it again, such as with pandas (to_parquet)',
  },
  {
    when: /STRUCT\(\)/,
    say: () => 'a group in it has no fields, which cannot be read; write it again without that column',
  },
  {
    when: /Out of buffer|Data corruption detected|TProtocolException|Page size mismatch|bitpacked data exceeds|statistics in your data source/,
    say: () => 'the Parquet file is damaged: its parts contradict each other; write it again',
  },
  {
    when: /too small to be a Parquet|No magic bytes/i,
    say: () => 'not a whole Parquet file; it was cut short or is another format: write it again',
  },
  {
    when: /parquet/i,
    say: () =>
      'not a whole Parquet file: it is damaged, was cut short, or is written in a way that cannot be read; write it again',
  },
  {
    when: /GZIP|gzip/,
    say: () => 'not a complete gzip file: it is truncated or not compressed; recreate it or remove `.gz` from its name',
  },
  {
    when: /Malformed JSON[^:]*: ([^\n]*)/,
    say: (match) => `not valid JSON: ${match[1]?.trim() ?? ''}; expected one object per line, or one array of objects`,
  },
  {
    when: /Duplicate name "([^"]*)" in struct auto-detected in JSON/,
    say: (match) =>
      `objects inside its rows have keys that differ only by case, such as \`${match[1] ?? ''}\`; rename one of them`,
  },
  {
    when: /JSON transform error|Expected OBJECT|JSON/i,
    say: () => 'the JSON has another shape than expected; expected one object per line, or one array of objects',
  },
  { when: /not utf-8|Invalid unicode/i, say: () => 'the text is not UTF-8; save it as UTF-8' },
  {
    when: /Expected Number of Columns: (\d+) Found: (\d+)/,
    say: (match) =>
      `the line has ${match[2]} fields and the header has ${match[1]}; quote fields that contain the delimiter`,
  },
  {
    when: /unterminated quote|quote.*not (?:closed|terminated)/i,
    say: () => 'a quoted field is not closed; close the quote or double it',
  },
  {
    when: /Could not convert string|Conversion Error.*CSV/s,
    say: () =>
      'a value does not match the type inferred from the other rows; declare a dataset schema to check it row by row',
  },
  {
    when: /Maximum line size of (\d+) bytes/,
    say: (match) =>
      `the line size is over the maximum of ${Number(match[1]).toLocaleString('en-US')} bytes: the file is not CSV, a quote is not closed, or a text is too long for CSV; write such texts as Parquet`,
  },
  {
    when: /CSV Error[^\n]*\n(?:Original Line:[^\n]*\n)?([^\n]*)/,
    say: (match) => `cannot be read as CSV: ${match[1]?.trim() ?? ''}`,
  },
  {
    when: /when sniffing file|sniff/i,
    say: () =>
      'cannot be read as CSV; check that the first line contains the column names, that all lines have the same number of fields and that all quotes are closed',
  },
];

function fileIn(message: string): string | null {
  const match =
    /^[ \t]*file[ \t]*=[ \t]*(\S.*)$/m.exec(message) ??
    /sniffing file "([^"]+)"/.exec(message) ??
    /Failed to read file "([^"]+)"/.exec(message) ??
    /(?:file|pattern|stream:|open)\s*["']([^"']+)["']/i.exec(message) ??
    /stream: (\S+)/.exec(message);
  return match?.[1]?.trim() ?? null;
}

/** The only file that a statement reads. DuckDB does not name it in each error. */
function pathsIn(sql: string): string[] {
  const found = [...sql.matchAll(/read_(?:parquet|csv|json)\(\['((?:[^']|'')+)'([\],])/g)];
  const paths = new Set(found.map(([, path = '']) => path.replaceAll("''", "'").replaceAll(/\[([[*?])\]/g, '$1')));
  return found.every(([, , end]) => end === ']') && paths.size === 1 ? [...paths] : [];
}

function essence(message: string): string {
  const first = (message.split(/\n\s*\n/)[0] ?? message).trim();
  // DuckDB reserves AT for time travel, and `at` is a common name of a timestamp column.
  return first.startsWith('Parser Error') && /LINE \d+:.*\bat\b/i.test(message)
    ? `${first}; quote the column name: "at"`
    : first;
}
