import { DataError } from '../../base/errors.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../quote.ts';
import { keptDecimals, longPathsOf } from './exactJsonFile.ts';
import { pathMark } from './jsonScan.ts';
import { haveManyKeys, refuseBareObjects } from './jsonStart.ts';
import { fileStart, packingOf } from './fileStart.ts';
import { detectEncoding } from './detectEncoding.ts';
import { refuseForeignContent } from './foreignContent.ts';
import { isOddGzip } from './oddGzip.ts';
import { noteOpened } from './openedTexts.ts';
import type { TextReading } from './readText.ts';
import { rewrittenFile } from './rewrittenFiles.ts';

/**
 * Returns a FROM expression that reads JSON files, of one object a line or an array of objects, with columns matched by
 * name. A file in UTF-16, or an array behind a byte order mark, is rewritten
 * once. Throws DataError for a file that is not JSON text.
 */
export function jsonSql(files: readonly string[], withFile: boolean): string {
  const long = longPathsOf(files);
  const paths = files.map((file) => pathOf(file, [...long.keys()]));
  refuseBareObjects(paths);
  return objectsSql(paths, { files, withFile, long });
}

/** Returns a FROM expression of JSON files, or of copies of them, in the names of the files. */
export function objectsSql(
  paths: readonly string[],
  { files, withFile, long }: { files: readonly string[]; withFile: boolean; long: ReturnType<typeof longPathsOf> },
): string {
  const shared = `union_by_name = true${withFile ? ", filename = '_file'" : ''}`;
  const read = `read_json([${paths.map(quotePath).join(', ')}], ${shared}, format = 'auto', maximum_object_size = 67108864, sample_size = -1${haveManyKeys(paths) ? ', map_inference_threshold = -1' : ''})`;
  const list = (texts: readonly string[]) => `[${texts.map(quoteLiteral).join(', ')}]`;
  const isOther = withFile && paths.some((path, i) => path !== files[i]);
  const replaced = [...exactColumns(long), ...(isOther ? [`map(${list(paths)}, ${list(files)})[_file] AS _file`] : [])];
  return replaced.length === 0 ? read : `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${read})`;
}

/** Columns whose numbers were read as texts, as numbers with all their digits. */
function exactColumns(long: ReturnType<typeof longPathsOf>): string[] {
  return [...long].flatMap(([path, numbers]) => {
    const decimals = keptDecimals(numbers);
    if (decimals === null || path.includes(pathMark)) return [];
    const column = quoteIdentifier(path);
    return [`CAST(${column} AS DECIMAL(38, ${decimals})) AS ${column}`];
  });
}

const markedArray = /^\xef\xbb\xbf\s*\[/;

function pathOf(file: string, exact: readonly string[]): string {
  const start = fileStart(file);
  refuseForeignContent(file, start.bytes, { isPacked: packingOf(file) !== null });
  const { encoding } = detectEncoding(file, start.bytes, start.whole);
  // DuckDB takes an array behind a byte order mark for one value.
  const isPlain = exact.length === 0 && !isOddGzip(file) && !markedArray.test(start.bytes.toString('latin1', 0, 100));
  if (encoding === 'utf-8' && isPlain) return file;
  if (encoding !== 'utf-8' && !encoding.startsWith('utf-16'))
    throw new DataError(`${file}: JSON is UTF-8, and this file is not; save it as UTF-8`, { place: { file } });
  const path = rewrittenFile(asText(file, encoding), exact);
  noteOpened(path, { file, before: 0 });
  return path;
}

/** Only the encoding of a JSON file is changed. */
function asText(file: string, encoding: string): TextReading {
  return {
    file,
    readAs: { encoding, delimiter: ',', quotes: 'none', header: false, headerLines: 1, skip: 0, comment: null },
    names: [],
    leftOut: [],
    repeated: [],
    blank: [],
    plainHeader: true,
    ends: ['\n'],
    multiline: false,
    quotesBefore: false,
    ragged: null,
    notes: [],
    mark: false,
    lineEnd: '\n',
    listing: null,
    odd: isOddGzip(file),
  };
}
