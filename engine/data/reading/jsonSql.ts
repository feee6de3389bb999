import { DataError } from '../../base/errors.ts';
import { quoteLiteral, quotePath } from '../quote.ts';
import { fileStart } from './fileStart.ts';
import { detectEncoding } from './detectEncoding.ts';
import { refuseForeignContent } from './foreignContent.ts';
import { noteOpened } from './openedTexts.ts';
import type { TextReading } from './readText.ts';
import { rewrittenFile } from './rewrittenFiles.ts';

/**
 * Returns a FROM expression that reads JSON files, of one object a line or an array of objects, with columns matched by
 * name. A file in UTF-16, or an array behind a byte order mark, is rewritten
 * once. Throws DataError for a file that is not JSON text.
 */
export function jsonSql(files: readonly string[], withFile: boolean): string {
  const paths = files.map(pathOf);
  const shared = `union_by_name = true${withFile ? ", filename = '_file'" : ''}`;
  const read = `read_json([${paths.map(quotePath).join(', ')}], ${shared}, format = 'auto', maximum_object_size = 67108864, sample_size = -1)`;
  if (!withFile || paths.every((path, i) => path === files[i])) return read;
  const list = (texts: readonly string[]) => `[${texts.map(quoteLiteral).join(', ')}]`;
  return `(SELECT * REPLACE (map(${list(paths)}, ${list(files)})[_file] AS _file) FROM ${read})`;
}

const markedArray = /^\xef\xbb\xbf\s*\[/;

function pathOf(file: string): string {
  const start = fileStart(file);
  refuseForeignContent(file, start.bytes);
  const { encoding } = detectEncoding(file, start.bytes, start.whole);
  // DuckDB takes an array behind a byte order mark for one value.
  if (encoding === 'utf-8' && !markedArray.test(start.bytes.toString('latin1', 0, 100))) return file;
  if (encoding !== 'utf-8' && !encoding.startsWith('utf-16'))
    throw new DataError(`${file}: JSON is UTF-8, and this file is not; save it as UTF-8`, { place: { file } });
  const path = rewrittenFile(asText(file, encoding));
  noteOpened(path, { file, before: 0 });
  return path;
}

/** Only the encoding of a JSON file is changed. */
function asText(file: string, encoding: string): TextReading {
  return {
    file,
    readAs: { encoding, delimiter: ',', quotes: 'none', header: false, skip: 0, comment: null },
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
  };
}
