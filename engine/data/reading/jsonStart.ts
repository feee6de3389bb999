import { statSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { fileStart } from './fileStart.ts';
import { JsonScan, pathMark } from './jsonScan.ts';

/** What the start of a JSON file shows. */
interface JsonStart {
  /** Number of different keys of its objects. */
  keys: number;
  /** True when there are objects, and none of them has a key. */
  isBare: boolean;
}

const known = new Map<string, { state: string; start: JsonStart }>();
const mostKnown = 2000;
const mostText = 1 << 20;

function startOf(file: string): JsonStart {
  const stats = statSync(file);
  const state = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
  const before = known.get(file);
  if (before?.state === state) return before.start;
  const text = fileStart(file).bytes.toString('utf8', 0, mostText);
  const keys = new Set<string>();
  let objects = 0;
  const scan = new JsonScan({
    value: (path) => void keys.add(path.split(pathMark, 1)[0] ?? ''),
    object: (n) => {
      objects++;
      if (n > 0) keys.add('');
    },
  });
  scan.next(text);
  const start = { keys: keys.size, isBare: objects > 0 && keys.size === 0 };
  if (known.size >= mostKnown) known.clear();
  known.set(file, { state, start });
  return start;
}

/** Throws DataError when the objects of all files have no key: there is no column then. */
export function refuseBareObjects(files: readonly string[]): void {
  const [first = ''] = files;
  if (!files.every((file) => startOf(file).isBare)) return;
  throw new DataError(`${first}: its objects have no keys, as \`{}\`, so there is no column to read; write it again`, {
    place: { file: first, line: 1 },
  });
}

const manyKeys = 100;

/** True when objects have so many keys that DuckDB would take a row for one value, a MAP. */
export function haveManyKeys(files: readonly string[]): boolean {
  return files.some((file) => startOf(file).keys > manyKeys);
}
