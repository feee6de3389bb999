import { statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { bytes } from '../../../words/sizes.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { DataError, checkCancelled, messageOf } from '../../base/errors.ts';
import { quoteIdentifier } from '../quote.ts';
import { freshness, timeOf, type Peek, type PeekOptions } from './peek.ts';
import { queryText } from './queryText.ts';
import type { SourceContext } from './source.ts';
import { explain, openReadOnly, prepare, type SqliteSource } from './sqliteSource.ts';
import { asText, nothingSeen, sqlTypeOf, type Value } from './sqliteValues.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Longest time for counting the rows, in milliseconds. */
const countMs = 1000;

/** Reads the first rows of a query from a SQLite file, opened read-only, and counts them for at most a second. */
export async function peekSqlite(context: SourceContext, source: SqliteSource, options: PeekOptions): Promise<Peek> {
  const query = queryText(context.root, source.query);
  const handle = openReadOnly(context.root, source.sqlite);
  try {
    const { statement, names, values } = prepare(context, source, query, handle);
    const seen = names.map(nothingSeen);
    const rows: (string | null)[][] = [];
    const timed = names.find((name) => name === (options.timestamp ?? source.watermark));
    const at = timed === undefined ? -1 : names.indexOf(timed);
    let total = 0;
    let newest: number | null = null;
    const start = performance.now();
    let whole = true;
    for (const row of statement.iterate(...values) as IterableIterator<Value[]>) {
      if (rows.length < options.rows) rows.push(names.map((_, i) => asText(row[i] ?? null, seen[i] ?? nothingSeen())));
      const time = at === -1 || typeof row[at] !== 'string' ? null : timeOf(row[at]);
      if (time !== null && time > (newest ?? Number.NEGATIVE_INFINITY)) newest = time;
      total++;
      if (total % 1000 !== 0) continue;
      if (performance.now() - start > countMs && rows.length >= options.rows) {
        whole = false;
        break;
      }
      // Reading blocks the thread. A cancellation is handled between two batches.
      await breathe();
      checkCancelled(context.signal);
    }
    const file = statSync(projectPath(context.root, source.sqlite));
    const [version] = handle.prepare('SELECT sqlite_version()').pluck().all() as string[];
    return {
      columns: names.map((name, i) => ({ name, type: sqlTypeOf(seen[i]) ?? 'VARCHAR' })),
      rows,
      about: `SQLite ${version ?? ''}, ${source.sqlite}, ${bytes(file.size)}`,
      ...(whole ? { total } : {}),
      ...(whole && newest !== null ? freshness(newest, 'row') : freshness(file.mtimeMs, 'file')),
      ...(whole ? {} : { notes: ['Counting the rows takes longer than a second, so their number is left out.'] }),
    };
  } catch (error) {
    const missing = /^no such table: (?:main\.)?(.+)$/.exec(messageOf(error))?.[1];
    const explained = explain(error, query, source.sqlite);
    if (missing === undefined || !(explained instanceof DataError)) throw explained;
    throw new DataError(`${explained.message}${tablesOf(handle, missing)}`, {
      cause: error,
      ...(explained.place ? { place: explained.place } : {}),
    });
  } finally {
    handle.close();
  }
}

function tablesOf(handle: ReturnType<typeof openReadOnly>, missing: string): string {
  const tables = handle
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .pluck()
    .all() as string[];
  return (
    suggestion(missing, tables) ||
    (tables.length === 0
      ? ' The database has no tables.'
      : ` Its tables are: ${tables.slice(0, 12).map(quoteIdentifier).join(', ')}${tables.length > 12 ? ', …' : ''}.`)
  );
}
